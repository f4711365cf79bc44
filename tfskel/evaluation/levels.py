# SPDX-License-Identifier: MIT
"""Retrieval with more than one window of a probe recording: 2, 4, the whole recording."""

import dataclasses
from collections.abc import Callable

import numpy as np

from tfskel.evaluation import bootstrap

WHOLE = 0
LEVELS = {"one window": 1, "2 windows": 2, "4 windows": 4, "whole recording": WHOLE}


def means(items, length: int):
    """Mean feature of every `length` consecutive windows of a recording; what is left at its end is dropped.

    Args:
        items: features.Features, N windows, those of a recording in the order of time.
        length: int >= 1, or WHOLE.

    Returns:
        The same, one item for each group, by recording.
    """
    order = np.argsort(items.recordings, kind="stable")
    _, first, count = np.unique(items.recordings[order], return_index=True, return_counts=True)
    size = count if length == WHOLE else np.full(len(count), length)
    groups = count // size
    begin = np.repeat(first, groups) + np.repeat(size, groups) * np.concatenate([np.arange(n) for n in groups])
    rows = [order[start : start + n] for start, n in zip(begin, np.repeat(size, groups), strict=True)]
    vectors = [items.vectors[group].mean(axis=0, dtype=np.float64) for group in rows]
    return dataclasses.replace(items.part(order[begin]), vectors=np.reshape(vectors, (-1, items.vectors.shape[1])))


def metrics(probe, gallery, retrieve: Callable) -> dict[str, dict[str, float]]:
    """Rank-1 and mAP of every level; each gallery recording is one mean feature.

    Args:
        probe, gallery: features.Features of windows.
        retrieve: as ranking.retrieve.

    Returns:
        Level -> "items" (probe groups), "rank1" and "mAP"; without levels whose probe is empty or has nobody of the
        gallery, and empty where the recordings are unknown or hold one window each.
    """
    if str(bootstrap.units(probe)["drawn"]) != "recordings" or "" in gallery.recordings:
        return {}
    found, searched = {}, means(gallery, WHOLE)
    for name, length in LEVELS.items():
        groups = means(probe, length)
        if set(groups.identities) & set(searched.identities):
            result = retrieve(groups, searched)
            found[name] = {"items": len(groups), "rank1": result.rank(1), "mAP": result.mAP}
    return found
