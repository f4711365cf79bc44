# SPDX-License-Identifier: MIT
"""ST-ReIDNet beside its recordings; the kinds of files are in the modules of this name."""

import pathlib
from collections.abc import Callable, Iterator

from tests.parity import (
    rows,
    st_reidnet_files,
    st_reidnet_gan,
    st_reidnet_layouts,
    st_reidnet_networks,
    st_reidnet_pixels,
    st_reidnet_ranking,
    st_reidnet_start,
    st_reidnet_training,
)

# Start of a recording's file name -> comparison, given the path and the dictionary of the run; the longest counts.
OF_FILE: dict[str, Callable] = {
    **st_reidnet_files.OF_FILE,
    **st_reidnet_start.OF_FILE,
    "baseline_steps": st_reidnet_training.of_baseline,
    "discriminator_pose": st_reidnet_networks.of_discriminator,
    "generator": st_reidnet_networks.of_generator,
    "losses": st_reidnet_training.of_losses,
    "reid": st_reidnet_networks.of_reid,
    "lr_schedule": st_reidnet_training.of_schedule,
    "train_step_stage0": st_reidnet_gan.of_step,
    "train_steps_stage": st_reidnet_gan.of_steps,
    "samplers": st_reidnet_training.of_samplers,
    "dataset_layouts": st_reidnet_layouts.of_folders,
    "dataset_layouts_raw": st_reidnet_layouts.of_archives,
    "ranking": st_reidnet_ranking.of_ranking,
    "transforms": st_reidnet_pixels.of_transforms,
    "pose_maps_masks": st_reidnet_pixels.of_poses,
    "jpeg_decoding": st_reidnet_pixels.of_decoding,
}


def claims(path: pathlib.Path) -> bool:
    """Whether a file looks like a recording of this system."""
    return _kind(path) is not None


def compare(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Rows of one file; a recipe (.json) is compared with the numbers (.npz) of its name."""
    if path.suffix != ".json" or not path.with_suffix(".npz").is_file():
        yield from OF_FILE[_kind(path)](path, memory)


def _kind(path: pathlib.Path) -> str | None:
    kinds = [kind for kind in OF_FILE if path.name.startswith(kind)]
    return max(kinds, key=len, default=None)
