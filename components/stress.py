# SPDX-License-Identifier: MIT
"""Retrieval when probe and gallery are seen otherwise than the system has learnt them."""

import dataclasses
from collections.abc import Callable

from components import splits
from tfskel.data import stress

SEED = 0


def metrics(describe: Callable, parts: splits.Splits) -> dict[str, dict]:
    """What is added to rows: representation -> {"stress": change (`stress.CHANGES`) -> "rank1" and "mAP"}.

    Args:
        describe: split -> representation -> features; nothing learns anew.
        parts: splits of skeletons, of which train stays as it is.
    """
    found: dict[str, dict] = {}
    for change in stress.CHANGES:
        probe = stress.changed(parts.probe, change, SEED)
        gallery = probe if parts.gallery is parts.probe else stress.changed(parts.gallery, change, SEED + 1)
        sides = dataclasses.replace(parts, probe=probe, gallery=gallery).of_sides(describe)
        for name, features in sides[0].items():
            result = parts.protocol.retrieve(features, sides[1][name])
            of_name = found.setdefault(name, {"stress": {}})
            of_name["stress"][change] = {"rank1": result.rank(1), "mAP": result.mAP}
    return found
