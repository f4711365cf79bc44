# SPDX-License-Identifier: MIT
"""ST-ReIDNet's evaluation beside its recordings: distances, mAP and the three forms of the CMC of recorded features."""

import pathlib
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows
from tfskel import features
from tfskel.evaluation import cmc, protocols, ranking

CAMERAS = protocols.Protocol(exclude_same="camera", cmc=tuple(cmc.FORMS))
RECORDED = {"market1501": cmc.FIRST_MATCH, "allshots": cmc.ALL_SHOTS, "cuhk03": cmc.SINGLE_SHOT}
SPREAD = 4  # standard deviations of one run that another seed's may be away from the mean of 300


def _items(recorded: dict, side: str, camera: str) -> features.Features:
    columns = [recorded[f"{side}_{name}"].astype(str) for name in ("ids", camera)]
    return features.Features(recorded[f"{side}_features"], *columns, np.full(len(columns[0]), ""))


def of_ranking(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Queries in a gallery, and a set in itself whose cameras are frame numbers."""
    recorded, row = reading.load(path), rows.Table("st_reidnet", path.stem)
    sides = {"": [_items(recorded, side, "cams") for side in ("query", "gallery")]}
    sides["dance_"] = [_items(recorded, "dance", "frames")] * 2
    seed = int(recorded["cmc_cuhk03_seed"])
    for mark, (probe, gallery) in sides.items():
        squares = ranking.distances(probe.vectors, gallery.vectors) ** 2
        yield row(f"squares/{mark}", squares, recorded[f"{mark}distmat"])
        found = CAMERAS.retrieve(probe, gallery, max_rank=len(recorded["cmc_cuhk03"]), seed=seed)
        yield row(f"mean_ap/{mark}", found.mAP, recorded[f"{mark}mean_ap"])
        for name, form in RECORDED.items():
            if f"{mark}cmc_{name}" in recorded:
                yield row(f"cmc/{mark}{name}", found.curves[form], recorded[f"{mark}cmc_{name}"])
    plain = CAMERAS.retrieve(*sides[""], max_rank=len(recorded["cmc_cuhk03"])).curves[cmc.SINGLE_SHOT]
    mean, deviation = (recorded[f"cmc_cuhk03_{of}_300_runs"] for of in ("mean_of", "std_over"))
    within = np.abs(plain - mean) <= SPREAD * deviation + 1e-12
    yield row("cmc_of_the_protocols_seed", within, np.ones(len(mean)))
