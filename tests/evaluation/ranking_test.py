# SPDX-License-Identifier: MIT
"""Retrieval metrics against naive loops, scikit-learn and the recorded no-learning baseline."""

import types

import numpy as np
import pytest
from sklearn import metrics

from datasets_tfds.cmu_walk import embedded
from tests import fakes
from tfskel import features
from tfskel.evaluation import matches, ranking


def naive(distances, probe_ids, gallery_ids, exclude=None, max_rank=20):
    """One probe and one gallery row at a time, written from the definitions."""
    precision, penalty, trapezoid, first = [], [], [], []
    for p, row in enumerate(distances):
        kept = [g for g in range(len(row)) if exclude is None or not exclude[p][g]]
        match = {g: probe_ids[p] == gallery_ids[g] for g in kept}
        if not any(match.values()):
            precision.append(np.nan), penalty.append(np.nan), trapezoid.append(np.nan), first.append(0)
            continue
        truth = [match[g] for g in kept]
        precision.append(metrics.average_precision_score(truth, [-row[g] for g in kept]))
        hardest = max(row[g] for g in kept if match[g])
        penalty.append(sum(truth) / sum(row[g] <= hardest for g in kept))
        trapezoid.append(np.mean([naive_trapezoid([row[g] <= row[m] for g in kept], truth)
                                  for m in kept if match[m]]))  # fmt: skip
        order = sorted(kept, key=lambda g: (row[g], g))
        first.append(1 + next(place for place, g in enumerate(order) if match[g]))
    first = np.array(first)
    cmc = [np.mean((first > 0) & (first <= rank)) for rank in range(1, max_rank + 1)]
    return np.array(precision), np.array(penalty), np.array(trapezoid), first, np.array(cmc)


def naive_trapezoid(closer, truth):
    """Mean of the precision at a match and one rank before it; equal distances count to their last rank."""
    rank, found = sum(closer), sum(near and hit for near, hit in zip(closer, truth, strict=True))
    before = (found - 1) / (rank - 1) if rank > 1 else 1
    return (found / rank + before) / 2


def evaluate(distances, probe_ids, gallery_ids, exclude=None, max_rank=20, top=0):
    """The product's ranking by given distances, of which `exclude` (P, G) bool leaves some out."""
    layout = matches.Layout(probe_ids, gallery_ids)
    kept = np.where(False if exclude is None else exclude, np.inf, distances)
    return matches.rank_blocks([kept[:, layout.order]], layout, max_rank, top)


def assert_equals_naive(result, *arguments, **options):
    precision, penalty, trapezoid, first, cmc = naive(*arguments, **options)
    np.testing.assert_allclose(result.average_precision, precision, rtol=0, atol=1e-12)
    np.testing.assert_allclose(result.inverse_penalty, penalty, rtol=0, atol=1e-12)
    np.testing.assert_allclose(result.trapezoid_precision, trapezoid, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(result.first_match, first)
    np.testing.assert_allclose(result.cmc, cmc, rtol=0, atol=1e-12)
    assert result.mAP == pytest.approx(np.nanmean(precision), abs=1e-12)
    assert result.mINP == pytest.approx(np.nanmean(penalty), abs=1e-12)


def case(rng, probes, gallery, identities=6, width=3, values=None, cameras=3):
    def side(rows, names):
        vectors = rng.normal(size=(rows, width)) if values is None else rng.integers(values, size=(rows, width))
        return features.Features(
            vectors,
            rng.choice(names, rows),
            rng.choice(list("xyz")[:cameras], rows),
            rng.choice(["1", "2"], rows),
        )

    names = np.array([f"p{i}" for i in range(identities)])
    probe, other = (
        side(probes, names),
        side(gallery, names[: identities - 1]),
    )  # the last identity has no match
    probe.identities[0] = other.identities[0]
    return probe, other


@pytest.mark.parametrize("probes, gallery", [(1, 1), (7, 5), (3, 40), (60, 70)])
@pytest.mark.parametrize("values", [None, 2, 4], ids=["continuous", "massive ties", "ties"])
def test_metrics_equal_naive_loop_and_sklearn(probes, gallery, values):
    probe, other = case(np.random.default_rng(probes + gallery), probes, gallery, values=values)
    distances = ranking.distances(probe.vectors, other.vectors)
    result = evaluate(distances, probe.identities, other.identities)
    assert_equals_naive(result, distances, probe.identities, other.identities)
    # On integers every product is exact, so the order of summation cannot decide a tie.
    if values is not None:
        retrieved = ranking.retrieve(probe, other)
        assert_equals_naive(retrieved, distances, probe.identities, other.identities)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("offset", [0.0, 10.0, 1e6])
def test_an_offset_of_the_features_changes_no_metric_and_no_list(dtype, offset):
    rng = np.random.default_rng(8)
    scale = 0.01 if offset < 1e6 else 1.0  # what float32 features can hold beside the offset
    probe, other = case(rng, 300, 400, width=128)
    moved = [
        features.Features(offset + scale * side.vectors.astype(float), side.identities, side.cameras, side.recordings)
        for side in (probe, other)
    ]
    apart = np.sqrt(((moved[0].vectors[:, None].astype(float) - moved[1].vectors[None]) ** 2).sum(axis=2))
    want = evaluate(apart, probe.identities, other.identities, top=5)
    for block_bytes in (1, 64 << 20):
        result = ranking.retrieve(*moved, dtype=dtype, block_bytes=block_bytes, top=5)
        np.testing.assert_array_equal(result.first_match, want.first_match)
        np.testing.assert_array_equal(result.top_index, want.top_index)
        np.testing.assert_allclose(result.top_distance, want.top_distance, rtol=1e-5)
        assert result.mAP == pytest.approx(want.mAP, abs=1e-6)


@pytest.mark.parametrize("same", ["camera", "recording"])
def test_same_identity_and_camera_is_excluded(same):
    probe, other = case(np.random.default_rng(4), 50, 60, values=3)
    tags = {"camera": (probe.cameras, other.cameras), "recording": (probe.recordings, other.recordings)}[same]
    exclude = (tags[0][:, None] == tags[1]) & (probe.identities[:, None] == other.identities)
    distances = ranking.distances(probe.vectors, other.vectors)
    result = ranking.retrieve(probe, other, exclude_same=same)
    assert_equals_naive(result, distances, probe.identities, other.identities, exclude)


def test_any_mask_excludes_and_a_fully_excluded_probe_is_a_miss():
    rng = np.random.default_rng(5)
    probe, other = case(rng, 30, 25, values=3)
    exclude = rng.random((30, 25)) < 0.5
    exclude[3] = True
    distances = ranking.distances(probe.vectors, other.vectors)
    result = evaluate(distances, probe.identities, other.identities, exclude)
    assert_equals_naive(result, distances, probe.identities, other.identities, exclude)
    assert result.first_match[3] == 0 and np.isnan(result.average_precision[3])


def test_probes_without_match_lower_the_cmc_but_not_map():
    distances = np.array([[0.1, 0.2], [0.1, 0.2]])
    result = evaluate(distances, ["a", "stranger"], ["a", "b"], max_rank=2)
    assert (result.mAP, result.mINP, result.rank(1), list(result.first_match)) == (1.0, 1.0, 0.5, [1, 0])
    assert result.metrics() == {"rank1": 0.5, "rank5": 0.5, "rank10": 0.5, "mAP": 1.0, "mINP": 1.0}


def test_tie_between_match_and_other_is_decided_by_gallery_order():
    row = np.array([[2.0, 1.0, 1.0, 1.0]])
    first = [evaluate(row, ["a"], ids).first_match[0] for ids in (["c", "a", "b", "c"], ["c", "b", "c", "a"])]
    assert first == [1, 3]


def test_top_lists_hold_the_nearest_rows_in_order_without_excluded_ones():
    probe, other = case(np.random.default_rng(6), 20, 12, values=2)
    same_camera = (probe.cameras[:, None] == other.cameras) & (probe.identities[:, None] == other.identities)
    distances = ranking.distances(probe.vectors, other.vectors)
    result = ranking.retrieve(probe, other, exclude_same="camera", top=12)
    for p in range(20):
        want = [g for g in sorted(range(12), key=lambda g: (distances[p, g], g)) if not same_camera[p, g]]
        assert result.top_index[p].tolist() == want + [-1] * (12 - len(want))
        np.testing.assert_array_equal(result.top_distance[p, : len(want)], distances[p, want])
        assert np.isinf(result.top_distance[p, len(want) :]).all()


@pytest.mark.parametrize("block_bytes", [1, 8 * 40 * 7])
def test_small_blocks_change_nothing(block_bytes):
    probe, other = case(np.random.default_rng(7), 33, 40, values=4)
    whole = ranking.retrieve(probe, other, top=3)
    parts = ranking.retrieve(probe, other, top=3, block_bytes=block_bytes)
    for field in ("cmc", "average_precision", "inverse_penalty", "first_match", "top_index", "top_distance"):
        np.testing.assert_array_equal(getattr(parts, field), getattr(whole, field), err_msg=field)


def test_distances_equal_norm_of_differences_and_equal_rows_get_one_value():
    rng = np.random.default_rng(8)
    probe, gallery = rng.normal(size=(9, 5)), rng.normal(size=(11, 5))
    gallery[3] = probe[2]
    want = np.linalg.norm(probe[:, None] - gallery, axis=-1)
    want[2, 3] = 1e-6
    np.testing.assert_allclose(ranking.distances(probe, gallery), want, rtol=0, atol=1e-7)
    assert ranking.distances(probe[:1], probe[:1])[0, 0] == 1e-6


def test_single_precision_moves_average_precision_by_rounding_only():
    probe, other = case(np.random.default_rng(9), 80, 90, width=16)
    exact, single = (ranking.retrieve(probe, other, dtype=dtype) for dtype in ("float64", "float32"))
    assert single.mAP == pytest.approx(exact.mAP, abs=1e-4)


def test_no_array_of_probes_times_gallery_is_held(monkeypatch):
    rows = []
    plain = ranking._block
    monkeypatch.setattr(ranking, "_block", lambda *args: rows.append(len(args[0])) or plain(*args))
    probe, other = case(np.random.default_rng(10), 64, 64)
    ranking.retrieve(probe, other, block_bytes=8 * 64 * 8)
    assert max(rows) == 8 and sum(rows) == 64


@pytest.mark.parametrize(
    "change, match",
    [
        ({"probe": np.zeros((2, 3))}, "same width; received"),
        (
            {"gallery": np.array([[0.0, 1], [2, 3], [4, np.nan]])},
            "gallery holds NaN or infinite values in 1 rows, the first is row 2",
        ),
        ({"probe": np.zeros((0, 2))}, "at least one row"),
        ({"probe_ids": ["x", "y"]}, "No probe identity occurs in the gallery: probes x, y, gallery a, b"),
    ],
)
def test_bad_features_are_named(change, match):
    values = {"probe": np.zeros((2, 2)), "gallery": np.zeros((3, 2)), "probe_ids": ["a", "b"]} | change
    probe = types.SimpleNamespace(vectors=values["probe"], identities=np.array(values["probe_ids"]))
    gallery = types.SimpleNamespace(vectors=values["gallery"], identities=np.array(["a", "a", "b"]))
    with pytest.raises(ValueError, match=match):
        ranking.retrieve(probe, gallery)


def test_exclusions_that_leave_nothing_and_unknown_ones_are_named():
    with pytest.raises(ValueError, match="leave no probe with a match"):
        evaluate(np.zeros((1, 2)), ["a"], ["a", "b"], exclude=np.array([[True, False]]))
    with pytest.raises(ValueError, match="one of \\['camera', 'recording'\\]; received 'view'"):
        ranking.retrieve(*case(np.random.default_rng(0), 2, 2), exclude_same="view")


def test_no_learning_baseline_equals_the_recorded_one():
    windows = np.load(fakes.GOLDEN / "end_to_end/windows.npz")
    joints = np.concatenate([row["joints"] for row in embedded.read("kinect_v1", noisy=True).values()])

    def side(part):
        start, person = windows[f"{part}_start"], windows[f"{part}_person"]
        frames = joints[start[:, None] + np.arange(6)].astype(np.float64)  # (N, 6, 20, 3)
        frames -= frames[:, :, :1]
        return frames.reshape(len(start), -1), person

    (probe, probe_ids), (gallery, gallery_ids) = side("probe"), side("gallery")
    result = evaluate(ranking.distances(probe, gallery), probe_ids, gallery_ids)
    percent = {name: round(100 * value, 1) for name, value in result.metrics().items() if name != "mINP"}
    assert percent == {"rank1": 66.8, "rank5": 89.3, "rank10": 94.7, "mAP": 33.3}
