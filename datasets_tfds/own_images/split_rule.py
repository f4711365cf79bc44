# SPDX-License-Identifier: MIT
"""Who is learnt from and who is searched, where the user gives no splits."""

from collections.abc import Sequence

import numpy as np

from datasets_tfds.own_images import naming
from datasets_tfds.readers import listed_images

SENTENCE = (
    "no splits are given: {train} of {all} identities, drawn with seed {seed}, are train; of the others the first "
    "camera of each (by name) is the probe, the rest the gallery"
)


def divide(
    files: Sequence[listed_images.ListedImage], share: float, seed: int
) -> dict[str, list[listed_images.ListedImage]]:
    """Splits train, probe and gallery, which share no identity with train; files keep their order.

    Args:
        files: of all identities. Those that one camera only has seen cannot be searched, and are train.
        share: of the identities that several cameras have seen, how many are train; at least one stays on each side.
        seed: of the draw.

    Raises:
        ValueError: fewer than two identities are seen by several cameras, or the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"own_images: option train must be a share between 0 and 1; received {share}.")
    cameras: dict[str, set[str]] = {}
    for file in files:
        cameras.setdefault(file.identity, set()).add(file.camera)
    searchable = sorted((name for name, seen in cameras.items() if len(seen) > 1), key=naming.natural)
    if len(searchable) < 2:
        known = sorted({camera or "(unknown)" for seen in cameras.values() for camera in seen})
        raise ValueError(
            f"own_images: no splits are given, and {len(searchable)} of {len(cameras)} identities are seen by more "
            f"than one camera (cameras: {', '.join(known[:10])}); the rule needs at least two. Name the camera of each "
            "image by a folder, in the file's name or in the list, or give the splits train, probe and gallery."
        )
    count = min(max(round(share * len(searchable)), 1), len(searchable) - 1)
    tested = {searchable[i] for i in np.random.default_rng(seed).permutation(len(searchable))[count:]}
    first = {name: min(cameras[name], key=naming.natural) for name in tested}
    splits: dict[str, list[listed_images.ListedImage]] = {"train": [], "probe": [], "gallery": []}
    for file in files:
        searched = "probe" if file.camera == first.get(file.identity) else "gallery"
        splits[searched if file.identity in tested else "train"].append(file)
    return splits
