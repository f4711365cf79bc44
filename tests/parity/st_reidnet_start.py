# SPDX-License-Identifier: MIT
"""Where the recorded runs of ST-ReIDNet begin: metrics of the start weights on the recorded dancers, of each run.

How the runs go on depends on draws; it is compared by st_reidnet_end_to_end and st_reidnet_gan_end_to_end.
"""

import functools
import pathlib
from collections.abc import Callable, Iterator

from tests.parity import rows, st_reidnet_end_to_end, st_reidnet_gan_end_to_end
from tests.parity.st_reidnet_networks import SYSTEM


def of_baseline(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Of a run of the baseline, named like its curve (.csv)."""
    replay = st_reidnet_end_to_end.Baseline(path.parent)
    yield from _compared(path, memory, "baseline", replay.summary, lambda: replay.metrics(replay.untrained(1)))


def of_gan(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Of a run of the GAN."""
    replay = st_reidnet_gan_end_to_end.Replay(path.parent)
    yield from _compared(path, memory, "gan", replay.summary, lambda: replay.metrics(replay.made(1)))


def of_inputs(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """None: dancers, start weights and settings are what the rows of the runs are made of."""
    yield from ()


def _compared(path: pathlib.Path, memory: dict, part: str, summary: dict, measured: Callable) -> Iterator[rows.Row]:
    """All runs of a part begin alike, so that ours are measured once."""
    recorded = st_reidnet_end_to_end.recorded_metrics(summary[part][path.stem]["evaluations"][0])
    found = memory.setdefault(f"start of {part} in {path.parent}", functools.cache(measured))()
    yield rows.Table(SYSTEM, path.stem)(f"start/{part}", found, recorded)


OF_FILE = {
    "baseline_eraser": of_baseline,
    "baseline_seed": of_baseline,
    "gan_": of_gan,
    **dict.fromkeys(("dancers", "resnet18_width8_start", "resnet50_width8_start", "summary"), of_inputs),
}
