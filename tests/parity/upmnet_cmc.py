# SPDX-License-Identifier: MIT
"""uPMnet's evaluation beside its recordings: descriptors, templates, distances and metrics of recorded features."""

from collections.abc import Iterator, Sequence

import numpy as np

from tests.parity import rows
from tests.parity.reading import prefixed
from tfskel.evaluation import protocols, ranking, tracklets

FORWARD, BOTH = protocols.Protocol(), protocols.Protocol(both_directions=True)
CAMERAS = protocols.Protocol(exclude_same="camera", junk="-1", trapezoid=True)
POOLING = "max"


class Items:
    """Recorded templates as what a protocol compares; float64, so that they can be held to the recorded digits."""

    def __init__(self, vectors: np.ndarray, identities: np.ndarray, cameras: np.ndarray):
        self.vectors, self.identities, self.cameras = vectors, identities.astype(str), cameras.astype(str)
        self.recordings = np.arange(len(vectors)).astype(str)

    def at(self, index: np.ndarray) -> "Items":
        """Some of them."""
        return Items(self.vectors[index], self.identities[index], self.cameras[index])


def _items(recorded: dict, tracklet: np.ndarray, identities: np.ndarray, cameras: np.ndarray) -> Items:
    return _pooled([recorded["local_features"], recorded["global_features"]], tracklet, identities, cameras)


def _pooled(features: Sequence, tracklet: np.ndarray, identities: np.ndarray, cameras: np.ndarray) -> Items:
    frames = tracklets.frame_descriptors(*features)
    pool = tracklets.Pool(tracklet, POOLING)
    pool.add(np.arange(len(frames)), frames)
    return Items(pool.result(), identities[pool.first], cameras[pool.first])


def two_camera(name: str, recorded: dict) -> Iterator[rows.Row]:
    """PRID2011's protocol (one direction) and that of iLIDS-VID (both) on every recorded split, and their means."""
    row, curves = rows.Table("upmnet", name), {FORWARD: [], BOTH: []}
    splits = sorted({key.partition("/")[0] for key in recorded if key.startswith("split")})
    for split in splits:
        case = prefixed(recorded, f"{split}/")
        items = _items(case, 1000 * case["cam_ids"] + case["person_ids"], case["person_ids"], case["cam_ids"])
        first, second = (_sorted(items, camera) for camera in np.unique(items.cameras))
        yield row(f"templates/{split}/1", first.vectors, case["probe_templates_cam1"])
        yield row(f"templates/{split}/2", second.vectors, case["gallery_templates_cam2"])
        yield row(f"cmc_distances/{split}", ranking.distances(first.vectors, second.vectors), case["dist_probe1"])
        ranks = len(case["cmc_probe1"])
        found = {protocol: protocol.retrieve(first, second, max_rank=ranks) for protocol in curves}
        yield row(f"cmc/{split}/1", found[FORWARD].cmc, case["cmc_probe1"])
        yield row(f"cmc/{split}/2", found[BOTH].reverse.cmc, case["cmc_probe2"])
        for protocol, result in found.items():
            curves[protocol].append(result.cmc)
    means = {protocol: 100 * np.mean(each, axis=0) for protocol, each in curves.items()}
    yield row("cmc_percent/prid", means[FORWARD], recorded["cmc_prid_style_mean_over_splits_percent"])
    yield row("cmc_percent/ilids", means[BOTH], recorded["cmc_ilids_style_mean_over_splits_percent"])
    yield row("cmc_percent/octave", means[FORWARD], recorded["octave_cmc_prid_style_percent"])


def both_directions(features: Sequence, identities: np.ndarray, cameras: np.ndarray) -> tuple[Items, Items]:
    """Templates of the first and of the second camera, from features (n, D, P) of their frames."""
    items = _pooled(features, 1000 * cameras + identities, identities, cameras)
    first, second = (_sorted(items, camera) for camera in np.unique(items.cameras))
    return first, second


def _sorted(items: Items, camera: str) -> Items:
    index = np.flatnonzero(items.cameras == camera)
    return items.at(index[np.argsort(items.identities[index].astype(int))])


def multi_camera(name: str, recorded: dict) -> Iterator[rows.Row]:
    """DukeMTMC-VideoReID's protocol: all tracks are searched, without junk and the probe's own camera."""
    row, info = rows.Table("upmnet", name), recorded["track_info"]
    track = np.repeat(np.arange(len(info)), info[:, 1] - info[:, 0] + 1)
    gallery = _items(recorded, track, info[track, 2], info[track, 3])
    index = recorded["query_index_1based"] - 1
    probe = gallery.at(index)
    distances = ranking.distances(probe.vectors, gallery.vectors)
    distances[np.arange(len(index)), index] = 0  # a track's distance to itself; ours is never below 1e-6
    yield row("cmc_distances", distances, recorded["distances"])
    ranks = len(recorded["cmc"])
    found = CAMERAS.retrieve(probe, gallery, max_rank=ranks)
    yield row("average_precision", found.trapezoid_precision, recorded["ap_per_query"])
    for mark in ("", "octave_"):
        yield row(f"cmc/{mark}", found.cmc, recorded[f"{mark}cmc"])
        yield row(f"mean_ap/{mark}", CAMERAS.metrics(found)["mAP trapezoid"], recorded[f"{mark}mean_ap"])


# Start of a recording's name -> comparison, given its name and arrays.
OF_FILE = {"cmc_two_camera": two_camera, "cmc_multi_camera": multi_camera}
