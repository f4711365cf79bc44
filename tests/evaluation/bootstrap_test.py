# SPDX-License-Identifier: MIT
"""The paired bootstrap against scipy's and a loop, and what it draws."""

import types

import numpy as np
import pytest
from scipy import stats

from tfskel.evaluation import bootstrap, matches, ranking


def items(vectors, identities, recordings):
    vectors = np.asarray(vectors, np.float32)[:, None]
    cameras = np.full(len(vectors), "")
    return types.SimpleNamespace(
        vectors=vectors, identities=np.asarray(list(identities)), cameras=cameras, recordings=np.asarray(recordings)
    )


def two_methods(units=12, seed=0):
    """Recordings of 3 to 8 items, rank-1 and average precision of two methods that depend on the recording."""
    random = np.random.default_rng(seed)
    unit = np.repeat([f"r{n}" for n in range(units)], random.integers(3, 9, units))
    ease = random.uniform(0.2, 0.8, units)[np.unique(unit, return_inverse=True)[1]]
    method, other = ((random.random((2, len(unit))) < np.minimum(1, ease + gain)).astype(float) for gain in (0.2, 0))
    return unit, method, other


def test_intervals_are_those_of_scipy_within_the_spread_of_draws():
    unit, method, other = two_methods()
    _, place = np.unique(unit, return_inverse=True)
    size, *sums = (np.bincount(place, values) for values in (np.ones(len(unit)), method[0], other[0]))

    def difference(size, ours, theirs, axis=-1):
        return (ours.sum(axis) - theirs.sum(axis)) / size.sum(axis)

    expected = stats.bootstrap((size, *sums), difference, paired=True, n_resamples=20000, method="percentile", rng=1)
    found = bootstrap.differences([(unit, method)], [(unit, other)], draws=20000)["rank1"]
    assert found[0] == pytest.approx(difference(size, *sums))
    assert found[1:] == pytest.approx(tuple(expected.confidence_interval), abs=0.006)


def compared(*cases):
    ours, theirs = ([(unit, pair[number]) for unit, *pair in cases] for number in (0, 1))
    return bootstrap.differences(ours, theirs)


def test_one_of_the_searches_counts_as_much_as_another_and_shares_its_units():
    first, second = two_methods(), two_methods(seed=1)
    alone = [compared(case)["mAP"] for case in (first, second)]
    assert compared(first, second)["mAP"][0] == pytest.approx(np.mean([case[0] for case in alone]))
    assert compared(first, first) == compared(first)


def test_more_seeds_of_one_method_than_of_the_other_are_their_mean():
    unit, method, other = two_methods()
    _, second, _ = two_methods(seed=3)
    second = np.resize(second, method.shape)
    found = bootstrap.differences([(unit, method), (unit, second)], [(unit, other)])["rank1"]
    assert found[0] == pytest.approx((method[0].mean() + second[0].mean()) / 2 - other[0].mean())
    assert found == pytest.approx(compared((unit, method, other), (unit, second, other))["rank1"])


def test_equal_methods_differ_by_nothing_and_items_without_match_do_not_count_in_map():
    unit, method, _ = two_methods()
    method[1, ::2] = np.nan
    assert compared((unit, method, method)) == {"rank1": (0, 0, 0), "mAP": (0, 0, 0)}
    other = np.where(np.isnan(method), np.nan, 0)
    assert compared((unit, method, other))["mAP"][0] == pytest.approx(np.nanmean(method[1]))


def test_p_says_how_often_draws_contradict_the_difference():
    assert bootstrap.p_value(np.array([0.5, *[0.4] * 98, -0.1])) == pytest.approx(2 * 2 / 100)
    assert bootstrap.p_value(np.array([-0.5, *[-0.4] * 99])) == pytest.approx(2 / 100)
    assert bootstrap.p_value(np.zeros(10)) == 1.0
    assert np.isnan(bootstrap.p_value(np.full(10, np.nan)))
    unit, method, other = two_methods(units=40)
    units = bootstrap.names([[(unit, method)]])
    ours, theirs = (bootstrap.drawn([(unit, scores)], units) for scores in (method, other))
    found = ours[0] - theirs[0]
    low = bootstrap.interval(found)[1]
    assert (bootstrap.p_value(found) < 0.05) == (low > 0)  # one and the same claim


def test_scores_are_those_of_the_metrics_in_both_directions():
    probe = items([0, 1, 13], "abc", ["p", "p", "q"])
    gallery = items([1, 11, 21, 14], "abcb", ["r", "s", "t", "u"])
    forward, reverse = ranking.retrieve(probe, gallery), ranking.retrieve(gallery, probe)
    values = bootstrap.scores(forward)
    assert (values[0].mean(), np.nanmean(values[1])) == pytest.approx((forward.rank(1), forward.mAP))
    both = bootstrap.scores(matches.both_directions(forward, reverse))
    np.testing.assert_array_equal(both, np.concatenate([values, bootstrap.scores(reverse)], axis=1))
    drawn = bootstrap.units(probe, gallery)
    assert (str(drawn["drawn"]), drawn["unit"].tolist()) == ("recordings", ["p", "p", "q", "r", "s", "t", "u"])
    assert drawn["direction"].tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert str(bootstrap.units(gallery)["drawn"]) == "identities" and list(bootstrap.units(gallery)["unit"]) == list(
        "abcb"
    )
