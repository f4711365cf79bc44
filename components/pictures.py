# SPDX-License-Identifier: MIT
"""Pictures of items that the stages store for the report: whatever a split draws, a tracklet by a few of its frames."""

import pathlib

import numpy as np

from tfskel import arrays
from tfskel.data import order, split
from tfskel.evaluation import tracklets

FRAMES = 4  # of a tracklet
LISTED = 5  # gallery items in a ranked list


def of_items(data: split.Split, items: int, index: np.ndarray) -> np.ndarray:
    """Pictures of some items.

    Args:
        data: the split.
        items: how many there are: one for each item of the split or, when they are fewer, for each of its tracklets.
        index: (...) int, which of them.

    Returns:
        (..., k, ...) what `Split.picture` gives: k is 1 for items of the split, FRAMES for tracklets, evenly spaced and
        a frame more than once where there are fewer.
    """
    rows = np.asarray(index)[..., None]
    if items != len(data):
        number = tracklets.Pool(data.recording, "max").number
        rows = np.stack([_evenly(np.flatnonzero(number == item), FRAMES) for item in rows.ravel()])
        rows = rows.reshape(*np.shape(index), FRAMES)
    pictures = data.picture(rows.ravel())
    return pictures.reshape(*rows.shape, *pictures.shape[1:])


def _evenly(rows: np.ndarray, count: int) -> np.ndarray:
    return rows[order.evenly(len(rows), count)]


def write_ranked_lists(path: pathlib.Path, probe: tuple, gallery: tuple, result, count: int) -> None:
    """Stores a few probe items, half of them found at rank 1 where possible, with their nearest gallery items.

    Args:
        path: of the .npz file.
        probe, gallery: (split, features) of each.
        result: of the ranking, with LISTED nearest gallery items.
        count: probe items.
    """
    at_once = result.first_match == 1
    chosen = [np.flatnonzero(mask) for mask in (at_once, ~at_once)]
    half = [_evenly(rows, min(len(rows), count // 2)) for rows in chosen]
    (probe_split, probe), (gallery_split, gallery) = probe, gallery
    index = np.unique(np.concatenate(half))
    nearest = result.top_index[index]
    arrays.write(
        path,
        probe=of_items(probe_split, len(probe), index),
        probe_identity=probe.identities[index],
        gallery=of_items(gallery_split, len(gallery), np.maximum(nearest, 0)),  # -1 where there are fewer: never drawn
        identity=gallery.identities[nearest],
        distance=result.top_distance[index],
    )
