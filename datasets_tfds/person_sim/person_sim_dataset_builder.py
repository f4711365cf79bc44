# SPDX-License-Identifier: MIT
"""Rendered persons: the built-in data of the image systems, made from a seed, nothing to download."""

import dataclasses
import pathlib
from collections.abc import Iterator
from typing import Any

from datasets_tfds import base_builder, image_builder
from datasets_tfds.person_sim import examples
from datasets_tfds.person_sim.options import OPTIONS, SETS, Options


class Builder(image_builder.ImageBuilder):
    """person_sim pictures: walkers seen by two cameras (40 + 40 persons), or dancers of videos, 17 joints each."""

    BUILDER_CONFIGS = [
        base_builder.Config(name="walkers", description="Walking persons, default options."),
        base_builder.Config(name="dancers", description="Dancing persons, as the set.", options={"set": "dancers"}),
    ]
    SOURCE = "Synthetic: person renderer of this package. No photographs, no faces, nobody's likeness."
    OPTIONS = OPTIONS
    CHOICES = {"set": tuple(SETS)}

    @classmethod
    def config_for(cls, options: dict[str, Any]) -> base_builder.Config:
        """The config for these options.

        Raises:
            ValueError: an option is unknown, has the wrong type, is outside its range or belongs to the other set.
        """
        config = super().config_for(options)
        Options(**{**cls.OPTIONS, **config.options})
        return config

    def metadata(self) -> dict[str, Any]:
        """As the base; options as the set takes them, and who is in which video."""
        options = Options(**self.options)
        return {**super().metadata(), "options": dataclasses.asdict(options), "videos": examples.videos(options)}

    def images(self, manual_dir: pathlib.Path | None) -> dict[str, Iterator[dict[str, Any]]]:
        """Split name -> pictures as they are rendered."""
        return examples.splits(Options(**self.options))
