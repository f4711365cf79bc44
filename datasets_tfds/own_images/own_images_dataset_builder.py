# SPDX-License-Identifier: MIT
"""Your own images, or frames of tracklets: a folder for each identity, or a CSV list."""

import pathlib
import re
import warnings

from datasets_tfds import image_builder
from datasets_tfds.own_images import image_folders, image_list, naming, options, split_rule
from datasets_tfds.readers import listed_images, raw_recordings

_LIST = "images.csv"


class Builder(image_builder.ImageBuilder):
    """Images of a folder; those that the user does not give to splits are divided by a rule."""

    SOURCE = "the user's own files"
    OPTIONS = options.OPTIONS
    CHOICES = {"levels": ("", *image_folders.LEVELS)}
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
Nothing is downloaded: manual_dir is your folder. It holds either
{image_folders.LAYOUT}or
{image_list.LAYOUT.format(list=_LIST)}
The README of this data set shows both forms in full.
"""

    def images(self, manual_dir: pathlib.Path) -> dict[str, raw_recordings.RawSplit]:
        """Splits train, probe and gallery, read file by file.

        Raises:
            FileNotFoundError, ValueError: see `image_list`, `image_folders` and `split_rule`; or a split is missing.
        """
        found = self._files(manual_dir)
        if "" in found:
            found = split_rule.divide(found[""], self.options["train"], self.options["seed"])
            counts = {name: len({file.identity for file in files}) for name, files in found.items()}
            facts = {"train": counts["train"], "all": counts["train"] + counts["probe"], "seed": self.options["seed"]}
            sentence = split_rule.SENTENCE.format(**facts)
            self.info.metadata["splits"] = sentence
            warnings.warn(f"own_images: {sentence}.", stacklevel=2)
        names = list(dict.fromkeys(naming.SPLITS.values()))
        missing = [name for name in names if name not in found]
        if missing:
            raise ValueError(
                f"own_images: {manual_dir} has images of {', '.join(found)} but none of {', '.join(missing)}; give all "
                "three splits, or none, and they are divided by the rule in the README."
            )
        return {name: raw_recordings.RawSplit(listed_images.ListedImage.example, found[name]) for name in names}

    def _files(self, folder: pathlib.Path) -> dict[str, list[listed_images.ListedImage]]:
        name = self.options["list"]
        if name or (folder / _LIST).is_file():
            return image_list.read(folder, name or _LIST)
        try:
            camera = re.compile(self.options["camera"], re.IGNORECASE)
        except re.error as error:
            raise ValueError(
                f"own_images: option camera is not a regular expression ({error}); received {self.options['camera']!r}."
            ) from None
        return image_folders.read(folder, self.options["levels"], camera, self.options["stills"])
