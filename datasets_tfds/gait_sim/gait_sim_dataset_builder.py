# SPDX-License-Identifier: MIT
"""Simulated walks: the embedded default data set, made from a seed, nothing to download."""

import functools
import pathlib
from typing import Any

from datasets_tfds import base_builder, skeleton_builder
from datasets_tfds.gait_sim import options, simulator
from datasets_tfds.readers import raw_recordings


class Builder(skeleton_builder.SkeletonBuilder):
    """gait_sim recordings: 10 simulated people, 12 walks each, 3 views, Kinect v1 or v2 joints, metres."""

    BUILDER_CONFIGS = [
        base_builder.Config(name="recordings", description="20 joints, default options."),
        base_builder.Config(
            name="recordings_kinect_v2",
            description="The same walks and noise, 25 joints.",
            options={"skeleton": "kinect_v2"},
        ),
    ]
    FPS = float(simulator.FPS)
    SOURCE = "Synthetic: parametric walking simulator of this package. Not sensor data, not motion capture."
    OPTIONS = options.OPTIONS

    @classmethod
    def config_for(cls, options: dict[str, Any]) -> base_builder.Config:
        """The config for these options; `views` may be a list.

        Raises:
            ValueError: an option is unknown, has the wrong type or is outside its range.
        """
        frozen = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
        config = super().config_for(frozen)
        simulator.Options(**{**cls.OPTIONS, **config.options})
        return config

    def recordings(self, manual_dir: pathlib.Path | None) -> dict[str, raw_recordings.RawSplit]:
        """Split name -> simulated recordings, identity by identity."""
        options = simulator.Options(**self.options)
        read = functools.partial(simulator.numbered, options=options)
        return {
            split: raw_recordings.RawSplit(read, simulator.numbers(options, split))
            for split in ("train", "gallery", "probe")
        }
