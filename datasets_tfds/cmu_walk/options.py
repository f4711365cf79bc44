# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

OPTIONS = {"skeleton": "kinect_v1", "noisy": False}
