# SPDX-License-Identifier: MIT
"""What should be known about the poses of images: where none is, and which joints are missing or outside."""

import collections
from collections.abc import Iterator

import numpy as np

NOTHING = {"poses": 0, "joints": [], "missing": 0, "outside": 0, "unseen": 0}


class Count:
    """Counts poses as they are read.

    `result` holds "poses" (images with one), "joints" (how many they have, the different numbers), "missing" joints (a
    coordinate is negative), joints "outside" (beyond the right or the lower edge), and "unseen" (poses without a joint
    in the image).
    """

    def __init__(self):
        self._joints: set[int] = set()
        self._counts: collections.Counter = collections.Counter()

    def add(self, pose: np.ndarray, height: int, width: int) -> None:
        """One image's (K, 2) pixels (x, y); K = 0 where no pose is known."""
        if not len(pose):
            return
        missing = (pose < 0).any(axis=1)
        outside = ~missing & (pose >= (width, height)).any(axis=1)
        self._joints.add(len(pose))
        counts = {"missing": missing.sum(), "outside": outside.sum(), "unseen": (missing | outside).all()}
        self._counts.update({"poses": 1} | {name: int(number) for name, number in counts.items()})

    @property
    def result(self) -> dict[str, object]:
        """JSON-able; see the class."""
        return NOTHING | self._counts | {"joints": sorted(self._joints)}


def warnings(split: str, counts: dict, images: int) -> Iterator[str]:
    """Sentences on what `Count.result` says of a split with so many images; none where no pose is known at all."""
    if not counts["poses"]:
        return
    if counts["poses"] < images:
        yield f"{split}: {images - counts['poses']:,} of {images:,} images have no pose."
    if len(counts["joints"]) > 1:
        yield f"{split}: poses have different numbers of joints: {', '.join(map(str, counts['joints']))}."
    if counts["unseen"]:
        yield f"{split}: {counts['unseen']:,} of {counts['poses']:,} poses have no joint inside their image."
    total = counts["poses"] * max(counts["joints"])
    if counts["missing"] + counts["outside"] > total / 2:
        yield (
            f"{split}: {counts['missing']:,} joints are missing and {counts['outside']:,} lie outside their image, of "
            f"{total:,}; are the poses in pixels of the stored images, and x before y?"
        )
