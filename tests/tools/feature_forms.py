# SPDX-License-Identifier: MIT
"""Forms of retrieval and clustering that tools/bench.py measures against each other, and their targets.

Each function takes a size, and returns the rows of its race.
"""

import dataclasses
import pathlib
import tempfile
from unittest import mock

import numpy as np
from sklearn import cluster as sklearn_cluster
from sklearn import metrics

from configs import hi_mpc as recipe
from datasets_tfds.gait_sim import simulator
from tests.tools import race
from tfskel import features
from tfskel.clustering import density, jaccard, mutual, neighbours
from tfskel.data import recordings as recording_sets
from tfskel.data import skeleton_split, windows
from tfskel.evaluation import cmc, ranking
from tfskel.systems import fit as fit_data
from tfskel.systems.hi_mpc import system as hi_mpc_system

MAX_RANK, COLUMNS = 20, 256
K1, K2, EPS = 20, 6, 0.6
# size -> probes (= gallery), those of them in the loop, columns, turns, most bytes of peak memory per probe
EVALUATION = {
    "tiny": (40, 30, 8, 1, 0),
    "default": (2000, 1000, COLUMNS, 3, 0),
    "full": (20_000, 1000, COLUMNS, 3, 25_000),
}
# size -> rows of a set searched in itself, turns
SINGLE_SHOT = {"tiny": (150, 1), "default": (600, 3), "full": (1500, 3)}
# size -> the same, most bytes of peak memory per row; blocks of fixed size outweigh few rows
MANY_IMAGES = {"tiny": (100, 0), "default": (4000, 0), "full": (20_000, 20_000)}
# size -> rows, turns
CLUSTERING = {"tiny": (300, 1), "default": (2000, 3), "full": (5000, 3)}
# size -> rows, most bytes of peak memory per row; buffers of fixed size outweigh few rows
SEARCH = {"tiny": (300, 0), "default": (10_000, 0), "full": (50_000, 5000)}
# size -> sequences
EPOCH = {"tiny": 300, "default": 5000, "full": 50_000}


def random_features(rows: int, columns: int, seed: int) -> features.Features:
    """Features of 50 persons that overlap."""
    identity = np.arange(rows) % 50
    centres = np.random.default_rng(0).normal(size=(50, columns))
    vectors = centres[identity] + 3 * np.random.default_rng(seed).normal(size=(rows, columns))
    nothing = np.full(rows, "")
    return features.Features(vectors.astype(np.float32), identity.astype(str), nothing, nothing)


def curve_and_mean(ranks: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """CMC (MAX_RANK,) by the ranks of the first matches (P,), and the mean of average precision (P,), as printed."""
    return np.append([np.mean(ranks <= r) for r in range(1, MAX_RANK + 1)], np.mean(precision))


def probe_by_probe(probe: features.Features, gallery: features.Features) -> np.ndarray:
    """CMC and average precision: the whole distance matrix, then a loop that sorts and scores with scikit-learn."""
    a, b = probe.vectors.astype(np.float64), gallery.vectors.astype(np.float64)
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    distances = np.sqrt(np.maximum(squares, ranking.SMALLEST_SQUARE))
    ranks, precision = [], []
    for identity, row in zip(probe.identities, distances, strict=True):
        match = gallery.identities == identity
        ranks.append(1 + np.argmax(match[np.argsort(row, kind="stable")]))
        precision.append(metrics.average_precision_score(match, -row))
    return curve_and_mean(np.array(ranks), np.array(precision))


def evaluation(size: str) -> list[dict]:
    """Sorted distance values in bounded blocks against the scikit-learn loop, which is shown a part of the probes."""
    rows, looped, columns, turns, most_bytes = EVALUATION[size]
    probe, gallery = random_features(rows, columns, 1), random_features(rows, columns, 2)
    few = probe.part(slice(looped))

    def retrieved(dtype: str) -> race.Form:
        def view(result) -> np.ndarray:
            return curve_and_mean(result.first_match[:looped], result.average_precision[:looped])

        return race.Form(dtype, lambda: ranking.retrieve(probe, gallery, max_rank=MAX_RANK, dtype=dtype), rows, view)

    loop = race.Form("scikit-learn loop", lambda: probe_by_probe(few, gallery), looped)
    table = [
        race.Row(f"evaluation {dtype}", loop.name, dtype, least_ratio=9, most_bytes=most_bytes)
        for dtype in ("float64", "float32")
    ]
    return race.race(table, [loop, retrieved("float64"), retrieved("float32")], "probe", turns, tolerance=1e-6)


def images(rows: int) -> features.Features:
    """Features of frames of 50 persons, whose camera is the moment."""
    moments = (np.arange(rows) // 50).astype(str)
    return dataclasses.replace(random_features(rows, COLUMNS, 1), cameras=moments)


def draw_by_draw(found: features.Features) -> np.ndarray:
    """Single-shot CMC: the whole distance matrix, then loops over probes, draws and identities."""
    vectors, random, hits = found.vectors.astype(np.float64), np.random.RandomState(0), np.zeros(MAX_RANK)
    for probe, identity in enumerate(found.identities):
        order = np.argsort(((vectors[probe] - vectors) ** 2).sum(axis=1), kind="stable")
        names = found.identities[order[found.cameras[order] != found.cameras[probe]]]
        ranks = {name: np.flatnonzero(names == name) for name in dict.fromkeys(names)}
        for _ in range(cmc.REPEATS):
            drawn = {name: random.choice(places) for name, places in ranks.items()}
            place = sum(rank < drawn[identity] for rank in drawn.values())
            hits[place:] += 1 / cmc.REPEATS
    return hits / len(vectors)


def single_shot(size: str) -> list[dict]:
    """The draws of a probe at once against one after the other; both draw the same."""
    rows, turns = SINGLE_SHOT[size]
    found = images(rows)

    def at_once() -> np.ndarray:
        return ranking.retrieve(found, found, max_rank=MAX_RANK, curves=[cmc.SINGLE_SHOT]).curves[cmc.SINGLE_SHOT]

    forms = [race.Form("draw by draw", lambda: draw_by_draw(found), rows), race.Form("at once", at_once, rows)]
    table = [race.Row("single-shot CMC", "draw by draw", "at once", least_ratio=5)]
    return race.race(table, forms, "probe", turns, tolerance=1e-9)


def many_images(size: str) -> list[dict]:
    """Time and memory of mAP alone and of mAP with all forms of the CMC, of a set searched in itself."""
    rows, most_bytes = MANY_IMAGES[size]
    found = images(rows)

    def form(name: str, curves: tuple):
        return race.Form(name, lambda: ranking.retrieve(found, found, exclude_same="camera", curves=curves).cmc, rows)

    table = [race.Row("evaluation of many images", "mAP", "mAP and three CMC", most_bytes=most_bytes)]
    forms = [form("mAP", ()), form("mAP and three CMC", tuple(cmc.FORMS))]
    return race.race(table, forms, "probe", 1, tolerance=0)


def walking_features(rows: int, seed: int = 0) -> np.ndarray:
    """(rows, 256) float32 like those of walking recordings, of other people with another seed.

    Every recording has 60 windows, two phases of a walk: a closed curve around the recording's centre, sampled so
    densely that windows have near copies. Rows have norms of about 6. 2 % are isolated.
    """
    rng = np.random.default_rng(seed)
    recording = np.arange(rows) // 60
    centre, cosine, sine = rng.normal(size=(3, recording[-1] + 1, COLUMNS)).astype(np.float32) / 16
    phase = (np.arange(rows) % 60 * 0.21 + rng.normal(size=rows) * 0.02)[:, None]
    vectors = 6 * centre[recording] + 1.5 * np.cos(phase) * cosine[recording] + 1.5 * np.sin(phase) * sine[recording]
    vectors += rng.normal(size=vectors.shape) * 0.25 / 16
    alone = rng.random(rows) < 0.02
    vectors[alone] = rng.normal(size=(alone.sum(), COLUMNS)) * 6 / 16
    return rng.permutation(vectors).astype(np.float32)


def dense(vectors: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Labels from the definition: loops over rows, arrays of N x N."""
    rows = len(rank)

    def both_ways(i, width):
        ahead = rank[i, :width]
        return ahead[(rank[ahead, :width] == i).any(axis=1)]

    half = [both_ways(i, round(K1 / 2) + 1) for i in range(rows)]
    weights = np.zeros((rows, rows), np.float32)
    for i in range(rows):
        linked = both_ways(i, K1)
        close = [half[j] for j in linked if 3 * len(np.intersect1d(half[j], linked)) > 2 * len(half[j])]
        grown = np.unique(np.concatenate([linked, *close]))
        logits = 2 * (vectors[grown] @ vectors[i]) - 2
        likely = np.exp(logits - logits.max())
        weights[i, grown] = likely / likely.sum()
    weights = np.stack([weights[rank[i, :K2]].mean(axis=0) for i in range(rows)])
    holders = [np.flatnonzero(column) for column in weights.T]
    distances = np.empty((rows, rows), np.float32)
    for i in range(rows):
        overlap = np.zeros(rows, np.float32)
        for column in np.flatnonzero(weights[i]):
            others = holders[column]
            overlap[others] += np.minimum(weights[i, column], weights[others, column])
        distances[i] = 1 - overlap / (2 - overlap)
    np.maximum(distances, 0, out=distances)
    return sklearn_cluster.DBSCAN(eps=EPS, min_samples=2, metric="precomputed").fit(distances).labels_


def sparse(vectors: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Labels from the product's sparse form."""
    return density.labels(jaccard.graph(mutual.weights(vectors, rank, K2), EPS), 2)


def clustering(size: str) -> list[dict]:
    """Sparse against dense k-reciprocal clustering, without and with the neighbour search they share."""
    rows, turns = CLUSTERING[size]
    vectors = walking_features(rows)
    rank = neighbours.neighbours(vectors, vectors, K1)
    forms = []
    for form in (dense, sparse):
        searching = lambda form=form: form(vectors, neighbours.neighbours(vectors, vectors, K1))  # noqa: E731
        forms.append(race.Form(form.__name__, lambda form=form: form(vectors, rank), rows))
        forms.append(race.Form(f"search, {form.__name__}", searching, rows))
    table = [
        race.Row("clustering after search", "dense", "sparse", least_ratio=15),
        race.Row("clustering with search", "search, dense", "search, sparse"),
    ]
    return race.race(table, forms, "row", turns, tolerance=0)


def search(size: str) -> list[dict]:
    """Memory of clustering many rows, all different."""
    rows, most_bytes = SEARCH[size]
    vectors = walking_features(rows)
    forms = [
        race.Form("all rows", lambda: searching_copies(lambda: jaccard.cluster(vectors, EPS)), rows),
        race.Form("different rows", lambda: jaccard.cluster(vectors, EPS), rows),
    ]
    table = [race.Row("clustering of many rows", "all rows", "different rows", most_bytes=most_bytes)]
    return race.race(table, forms, "row", 1, tolerance=0)


def searching_copies(call):
    """The result of a call in which equal rows are searched as often as they occur."""

    def plain(vectors, *settings):
        return neighbours.neighbours(vectors, vectors, *settings)

    with mock.patch.object(neighbours, "distinct_neighbours", plain):
        return call()


def walkers(sequences: int) -> skeleton_split.SkeletonSplit:
    """That many different sequences of 6 frames, of as many simulated people as they need."""
    takes, frames, length = 20, 105, 6
    people = -(-sequences // (takes * (frames - length + 1)))
    options = simulator.Options(num_identities=people, recordings_per_identity=takes, frames=frames)
    recorded = recording_sets.Recordings.from_list(
        simulator.example(options, person, take) for person in range(people) for take in range(takes)
    )
    every = windows.every(recorded, length)
    chosen = windows.Windows(every.start[:sequences], every.recording[:sequences], length)
    return skeleton_split.SkeletonSplit(recorded, chosen, 0, recording_sets.sorted_identities(recorded.identity))


def epoch(size: str) -> list[dict]:
    """Start of a Hi-MPC epoch, features to prototypes of three levels: all rows searched, or each different one."""
    train = walkers(EPOCH[size])
    config = recipe.base()
    config.dataset.update(skeleton="kinect_v1", length=6)
    config.training.eps = EPS
    system = hi_mpc_system.HiMPCSystem(config.copy_and_resolve_references(), len(train.classes), 0)
    with tempfile.TemporaryDirectory() as folder:
        epochs = system.epochs(fit_data.Fit(train, train, train, folder=pathlib.Path(folder)))
        values = {"amount": len(epochs.rows), "view": lambda counts: np.array([*counts.values()])}
        forms = [
            race.Form("all rows", lambda: searching_copies(lambda: epochs.start(0)), **values),
            race.Form("different rows", lambda: epochs.start(0), **values),
        ]
        rows = [race.Row("Hi-MPC epoch", "all rows", "different rows")]
        return race.race(rows, forms, "sequence", 1, tolerance=0)
