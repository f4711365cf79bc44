# SPDX-License-Identifier: MIT
"""DukeMTMC-VideoReID: tracklets of eight cameras on a campus. Withdrawn by its owner; for those who hold a copy."""

import pathlib
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from datasets_tfds import image_builder
from datasets_tfds.readers import archive_tree, folder_tree, image_files

FOLDERS = {"train": "train", "probe": "query", "gallery": "gallery"}
PUBLISHED = {"train": (2196, 369656), "probe": (702, None), "gallery": (2636, 445764)}
"""Split -> tracklets and frames of the published set, None where not known."""
ARCHIVE = archive_tree.Archive(
    "DukeMTMC-VideoReID",
    """
  DukeMTMC-VideoReID/              may be left out: manual_dir may be this folder itself
    train/0001/0001/0001_C6_F0001_X30823.jpg ...     person, tracklet, frames: person, camera, number, place
    query/...
    gallery/...                    all test tracklets, those of query among them
""",
)
_FRAME = re.compile(r"(?P<person>-?\d+)_?C(?P<camera>\d+)_?F(?P<frame>\d+)_?X\d+\.(jpg|png)")


class _Tracklet(NamedTuple):
    person: int
    camera: int
    name: str
    files: tuple[pathlib.Path, ...]


class Builder(image_builder.ImageBuilder):
    """DukeMTMC-VideoReID frames: by person, camera and number, the order of the original's track table."""

    SOURCE = "DukeMTMC-VideoReID, made from DukeMTMC (Duke University), which its authors have withdrawn"
    HOMEPAGE = "https://github.com/Yu-Wu/DukeMTMC-VideoReID"
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
DukeMTMC was withdrawn by its authors in 2019, and should not be used for new work; there is no place to get it. Those
who hold a copy of DukeMTMC-VideoReID arrange it so that manual_dir holds
{ARCHIVE.expected}"""

    def images(self, manual_dir: pathlib.Path) -> dict[str, Iterator[dict[str, Any]]]:
        """Splits train, probe and gallery; the probe's tracklets stand in the gallery, too, as in the archive.

        Raises:
            FileNotFoundError: a folder is missing.
            ValueError: a file has another kind of name, or a tracklet holds two persons or cameras.
        """
        root, splits = ARCHIVE.locate(manual_dir, tuple(FOLDERS.values())), {}
        for split, folder in FOLDERS.items():
            tracklets = sorted(_tracklets(root / folder, folder))
            seen = len(tracklets), sum(len(tracklet.files) for tracklet in tracklets)
            if any(count not in (None, ours) for count, ours in zip(PUBLISHED[split], seen, strict=True)):
                warnings.warn(
                    f"dukemtmc_videoreid: {folder} holds {seen[0]} tracklets with {seen[1]} frames, the published set "
                    f"{PUBLISHED[split][0]} with {PUBLISHED[split][1] or 'some'}.",
                    stacklevel=2,
                )
            splits[split] = _examples(tracklets, root)
        return splits


def _tracklets(folder: pathlib.Path, split: str) -> Iterator[_Tracklet]:
    for person in archive_tree.sub_folders(folder):
        for place in archive_tree.sub_folders(person):
            files = ARCHIVE.files(place)
            parsed = [_FRAME.fullmatch(path.name) for path in files]
            if None in parsed:
                complaint = f"{files[parsed.index(None)]} is not called like a frame."
                raise ValueError(folder_tree.comparison(place, complaint, ARCHIVE.expected))
            owners = {(int(name["person"]), int(name["camera"])) for name in parsed}
            if len(owners) > 1:
                raise ValueError(f"{place} holds several persons or cameras, {sorted(owners)[:3]}; expected one.")
            order = sorted(zip((int(name["frame"]) for name in parsed), files, strict=True))
            number, camera = owners.pop()
            name = f"{'train' if split == 'train' else 'test'}/{person.name}/{place.name}"
            yield _Tracklet(number, camera, name, tuple(path for _, path in order))


def _examples(tracklets: Iterable[_Tracklet], root: pathlib.Path) -> Iterator[dict[str, Any]]:
    for tracklet in tracklets:
        for path in tracklet.files:
            yield {
                "image": image_files.read(path),
                "identity": str(tracklet.person),
                "camera": str(tracklet.camera),
                "tracklet": tracklet.name,
                "frame": int(_FRAME.fullmatch(path.name)["frame"]),
                "path": path.relative_to(root).as_posix(),
            }
