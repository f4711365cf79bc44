# SPDX-License-Identifier: MIT
"""DanceReID: dancers of online videos, several persons in each, in many poses."""

import dataclasses
import pathlib
from collections.abc import Iterable
from typing import Any

from datasets_tfds import reid_builder
from datasets_tfds.dance_reid import packed_images
from datasets_tfds.dance_reid.options import OPTIONS
from datasets_tfds.readers import folder_tree, listed_images, prepared_folder, reid_lists

FOLDER, LEAK_FREE = "DanceReID", "leak_free"
EXPECTED = f"""
  DanceReID/                     may be left out: manual_dir may be this folder itself
{prepared_folder.EXPECTED}
  {packed_images.FILE}           instead of images/ and poses/
"""


class Builder(reid_builder.ReIDBuilder):
    """DanceReID, as its generator writes it: persons of videos, 17 joints each; the frame stands for the camera."""

    SOURCE = "DanceReID, cut from online videos by its authors' generator"
    OPTIONS = OPTIONS
    FORM = reid_lists.Form(cameras=False, joints=17, rows_first=False, digits=4, validation=10)
    LEAK_ADVICE = f" The option split={LEAK_FREE} trains on nobody who is searched."
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
DanceReID can not be downloaded: its authors publish a generator that cuts the images out of online videos. Run it, so
that manual_dir holds
{EXPECTED}
A folder of your own in this layout is read as well; tools/export_person_sim.py --set dancers writes an example."""

    def lists(self, manual_dir: pathlib.Path) -> reid_lists.Lists:
        """As ReIDBuilder.

        Raises:
            FileNotFoundError, ValueError: see `prepared_folder.read`; or the option split is something else.
        """
        root = prepared_folder.find(manual_dir, (FOLDER, FOLDER.lower()))
        if root is None:
            complaint = f"DanceReID is not at {manual_dir}."
            raise FileNotFoundError(folder_tree.comparison(manual_dir, complaint, EXPECTED))
        split = self.options["split"]
        if split != LEAK_FREE and not split.isdecimal():
            raise ValueError(
                f"{self.name}: option split must be the number of an entry of splits.json, or {LEAK_FREE}; received "
                f"{split!r}."
            )
        free = split == LEAK_FREE
        lists = prepared_folder.read(root, self.FORM, 0 if free else int(split), packed_images.used(root))
        return _leak_free(lists) if free else lists

    def examples(self, root: pathlib.Path, images: list[listed_images.ListedImage]) -> Iterable[dict[str, Any]]:
        """As ReIDBuilder, or from the one file that holds all."""
        return packed_images.Packed(root, images) if packed_images.used(root) else super().examples(root, images)


def _leak_free(lists: reid_lists.Lists) -> reid_lists.Lists:
    """All persons that are not searched are learnt from, also those in none of the lists."""
    searched = {*lists.parts["query"], *lists.parts["gallery"]}
    train = [person for person, items in lists.items.items() if items and person not in searched]
    if not train:
        raise ValueError(f"{lists.root}: entry 0 of its splits searches all persons; nobody is left to train on.")
    return dataclasses.replace(lists, parts=lists.parts | {"trainval": train})
