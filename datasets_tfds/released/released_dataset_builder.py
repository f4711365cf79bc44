# SPDX-License-Identifier: MIT
"""The ready-cut `.npy` sequences that the authors of Hi-MPC, CAGE and SM-SGE publish, one example a sequence."""

import functools
import pathlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from datasets_tfds import base_builder, skeleton_builder
from datasets_tfds.readers import folder_tree
from datasets_tfds.released import find_tree, options, published_arrays, published_sets

AVAILABLE = "available"


@functools.cache
def _config(name: str) -> base_builder.Config:
    """The config of a name; TFDS asks for the same object every time."""
    request = published_sets.parse(name)
    view = f", view {request.view}" if request.view else ""
    condition = f", condition {request.condition}" if request.condition else ""
    return base_builder.Config(
        name=name,
        description=f"{request.set.name}{view}{condition}, sequences of {request.length} frames.",
        options={"config": name},
    )


class Builder(skeleton_builder.SkeletonBuilder):
    """Published sequences: as many frames as the name says, joints and order of the files, not centred."""

    SKELETON = ""
    FPS = 0.0  # the arrays do not say
    JOINTS_DTYPE = np.float64  # as the arrays: the originals centre them before rounding
    SOURCE = "ready-cut .npy sequences published by the authors of Hi-MPC, CAGE and SM-SGE"
    HOMEPAGE = "https://github.com/Kali-Hac/Hi-MPC"
    OPTIONS = options.OPTIONS
    BUILDER_CONFIGS = [
        base_builder.Config(name=AVAILABLE, description="Builds every published data set that is below manual_dir.")
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
Nothing is downloaded. The authors share the arrays by links in the README files of their repositories
(github.com/Kali-Hac: Hi-MPC, SM-SGE, Locality-Awareness-SGE); the recordings belong to the makers of the data sets,
whose terms hold (README of this data set). Unpack and give as manual_dir the folder `Datasets` or the one around it:
  Datasets/IAS/6/train_npy_data/source_x_IAS_6.npy ...              Hi-MPC, tests in test_npy_data/A and B
  Datasets/IAS/6/IAS_train_npy_data/source_x_IAS_6.npy ...          CAGE, SM-SGE, tests in IAS_test_npy_data
  Datasets/CASIA_B/20/view_0/CASIA_B_train_npy_data/...             CASIA-B by view
  Datasets/CASIA_B_match/40/CASIA_B_test_npy_data/nm/...            CASIA-B by condition
Then `tfds build datasets_tfds/released --config ias_f6 --manual_dir DIR --data_dir DIR`; without --config everything
that is there is built. {published_sets.names()}
"""

    @classmethod
    def get_builder_config(cls, name: str, version: Any = None) -> base_builder.Config:
        """The config of any name that published_sets.parse knows; none of them has to be listed."""
        return super().get_builder_config(name, version) or _config(name)

    @classmethod
    def config_for(cls, options: dict[str, Any]) -> base_builder.Config:
        """The config of {"config": name}.

        Raises:
            ValueError: no name, an unknown name or another option.
        """
        checked = {key: cls._checked_option(key, value) for key, value in options.items()}
        if not checked.get("config"):
            raise ValueError(
                f"Data set {cls.name} needs the option config, for example 'ias_f6'. {published_sets.names()}"
            )
        return _config(checked["config"])

    @property
    def skeleton(self) -> str:
        """Name in tfskel.skeletons; for KGBD it states the number of joints, not their order."""
        name = self.options["config"]
        return published_sets.parse(name).set.skeleton if name else ""

    def download_and_prepare(self, *, download_dir=None, download_config=None, **kwargs) -> None:
        """As TFDS; the config `available` builds every data set that is there, under its own name.

        Raises:
            FileNotFoundError: there is none.
        """
        if self.builder_config.name != AVAILABLE:
            super().download_and_prepare(download_dir=download_dir, download_config=download_config, **kwargs)
            return
        manual_dir = getattr(download_config, "manual_dir", None)
        manual_dir = manual_dir or pathlib.Path(download_dir or f"{self.data_dir_root}/downloads") / "manual"
        manual_dir = pathlib.Path(manual_dir).expanduser()
        names = find_tree.available(manual_dir) if manual_dir.is_dir() else []
        if not names:
            complaint, expected = f"No published data set below {manual_dir}.", self.MANUAL_DOWNLOAD_INSTRUCTIONS
            raise FileNotFoundError(folder_tree.comparison(manual_dir, complaint, expected, depth=4))
        for name in names:
            builder = Builder(data_dir=self.data_dir_root, config=name, file_format=self.info.file_format)
            builder.download_and_prepare(download_dir=download_dir, download_config=download_config, **kwargs)

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, Iterator[dict[str, Any]]]:
        """Sequences of each split in the order of the files."""
        request = published_sets.parse(self.options["config"])
        tree = find_tree.find(manual_dir, request)
        self.info.metadata.update(layout=tree.layout, identities={})
        return {split: self._sequences(request, tree, split) for split in tree.splits}

    def _sequences(self, request, tree: find_tree.Tree, split: str) -> Iterator[dict[str, Any]]:
        # Read when its turn comes, so that one split at a time is in memory.
        files = tree.splits[split]
        read = published_arrays.read(files, self.info.features["joints"].shape[1])
        self.info.metadata["identities"][split] = read.identities
        fault = published_arrays.target_fault(files, read.joints)
        if fault:
            warnings.warn(f"released: {fault}; the reversed sequences are not used.", stacklevel=2)
        condition = split if tree.layout == "conditions" and split != "train" else ""
        for index, joints in enumerate(read.joints):
            yield {
                "joints": joints,
                "identity": str(read.identity[index]),
                "recording": f"{split}_{index}",
                "camera": request.view,
                "condition": condition,
            }
