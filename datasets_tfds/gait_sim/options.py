# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

import dataclasses

from datasets_tfds.gait_sim import simulator

OPTIONS = dataclasses.asdict(simulator.Options())
