# SPDX-License-Identifier: MIT
"""What the sets in the manner of open-reid share: persons to learn from, and persons to search for and in."""

import abc
import pathlib
import warnings
from collections.abc import Iterable
from typing import Any

from datasets_tfds import image_builder
from datasets_tfds.readers import (
    bounding_boxes,
    listed_images,
    prepared_folder,
    raw_recordings,
    reid_checks,
    reid_lists,
)


class ReIDBuilder(image_builder.ImageBuilder, skip_registration=True):
    """Stores `train`, and `probe` and `gallery` or, where they are the same persons, `test`.

    With the option combine_trainval=False the last persons of `train`, as many as the form says, are `val`. A data set
    states FORM and implements `lists`.
    """

    FORM: reid_lists.Form
    LEAK_ADVICE = ""  # ends the warning of persons that are trained on and searched

    @abc.abstractmethod
    def lists(self, manual_dir: pathlib.Path) -> reid_lists.Lists:
        """The files, and the division that the options choose."""

    def images(self, manual_dir: pathlib.Path) -> dict[str, Iterable[dict[str, Any]]]:
        """Split -> images, person by person, by camera, in the order of the lists.

        Raises:
            FileNotFoundError, ValueError: see `lists`, and `reid_lists.Lists.halves`.
        """
        lists = self.lists(manual_dir)
        persons = self._persons(lists)
        for sentence in reid_checks.sentences(lists, persons["train"], self.LEAK_ADVICE):
            warnings.warn(f"{self.name}: {sentence}", stacklevel=2)
        named = {video: [lists.form.identity(person) for person in seen] for video, seen in lists.videos.items()}
        self.info.metadata.update(videos=named)
        splits = {name: lists.of(chosen) for name, chosen in persons.items()} | lists.others
        return {name: self.examples(lists.root, lists.images(items)) for name, items in splits.items()}

    def examples(self, root: pathlib.Path, images: list[listed_images.ListedImage]) -> Iterable[dict[str, Any]]:
        """Example dicts of images below `root`, each from files of its own."""
        return raw_recordings.RawSplit(listed_images.ListedImage.example, images)

    def _persons(self, lists: reid_lists.Lists) -> dict[str, list[int]]:
        """Split -> its persons."""
        splits = {"train": lists.trainval}
        if not self.options["combine_trainval"]:
            splits["train"], splits["val"] = lists.halves()
        probe, gallery = lists.parts["query"], lists.parts["gallery"]
        if set(probe) == set(gallery):
            return splits | {"test": probe}
        return splits | {"probe": probe, "gallery": gallery}


class BoxesBuilder(ReIDBuilder, skip_registration=True):
    """Reads an original archive, or a folder that was prepared for open-reid or FD-GAN; whichever is there.

    Of an archive two divisions are stored: that of open-reid, by persons, and `usual_probe` and `usual_gallery`, by
    the folders of the images. A data set states RULE and PREPARED.
    """

    FORM = reid_lists.CAMERAS
    RULE: bounding_boxes.Rule
    PREPARED = ""  # what a prepared folder is called

    def lists(self, manual_dir: pathlib.Path) -> reid_lists.Lists:
        """As ReIDBuilder.

        Raises:
            FileNotFoundError, ValueError: see `prepared_folder.read` and `bounding_boxes.read`; or a split is chosen
                of an archive.
        """
        split, root = self.options["split"], prepared_folder.find(manual_dir, (self.PREPARED,))
        if root is not None:
            return prepared_folder.read(root, self.FORM, split)
        if split:
            raise ValueError(
                f"{self.name}: option split chooses among those of a prepared folder's splits.json, but {manual_dir} "
                f"holds an original archive, or nothing; received {split}. Leave it at 0."
            )
        return bounding_boxes.read(manual_dir, self.RULE, self.FORM)
