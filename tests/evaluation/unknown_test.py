# SPDX-License-Identifier: MIT
"""Unknown people on distances written out: who is accepted, what a threshold gains, what wished rates need."""

import numpy as np
import pytest

from tfskel import features
from tfskel.evaluation import protocols, unknown

# Probe items at 0, 10, 21 and 14; persons of the gallery at 1 (a), 12 (b) and 13 (c).
PROBE = ([0, 10, 21, 14], "abcd")
GALLERY = ([1, 12, 13], "abc")


def items(numbers, identities, cameras=None):
    vectors = np.asarray(numbers, float)[:, None]
    return features.Features(vectors, list(identities), cameras or [""] * len(vectors), list(identities))


def search(*rows):
    distance, right, known = map(np.array, zip(*rows, strict=True))
    return unknown.Search(distance.astype(float), right.astype(bool), known.astype(bool))


def test_the_nearest_item_of_each_person_is_found_and_strangers_are_those_that_are_kept_out():
    nearest = protocols.STANDARD.nearest(items(*PROBE), items(*GALLERY))
    np.testing.assert_allclose(nearest.distances, [[1, 12, 13], [9, 2, 3], [20, 9, 8], [13, 2, 1]], atol=1e-6)
    found = nearest.search()
    assert found.known.tolist() == [True, True, True, False] and found.right.tolist() == [True, True, True, False]
    without_c = nearest.search(["c"])
    assert without_c.known.tolist() == [True, True, False, False]
    np.testing.assert_allclose(without_c.distance, [1, 2, 9, 2], atol=1e-6)


def test_what_the_protocol_does_not_search_is_not_near():
    same_camera = protocols.Protocol(exclude_same="camera", junk="c")
    nearest = same_camera.nearest(items(*PROBE, list("xxxx")), items(*GALLERY, list("xyy")))
    assert np.isinf(nearest.distances[0, 0]) and nearest.distances[1, 0] == pytest.approx(9)
    assert np.isinf(nearest.distances[:, 2]).all()


def test_metrics_are_those_counted_by_hand():
    # Three known items, one nearest to another person; of six pairs of known and stranger one is in the wrong order.
    found = search((1, 1, 1), (2, 0, 1), (5, 1, 1), (4, 0, 0), (6, 0, 0))
    assert found.metrics(5) == pytest.approx(
        {"auroc": 5 / 6, "right_at_false_accepts": 1 / 3, "known_right": 2 / 3, "strangers_rejected": 1 / 2}
    )


def test_equal_distances_count_half_in_the_auroc():
    assert search((1, 1, 1), (1, 0, 0)).metrics(0)["auroc"] == 0.5


@pytest.mark.parametrize("rows, accepted", [
    ([(1, 1, 1), (2, 1, 1), (3, 0, 0)], 2),
    ([(1, 1, 1), (2, 0, 0), (3, 1, 1), (4, 0, 0), (5, 0, 0)], 3),  # one stranger more for half of the known
    ([(1, 0, 1), (2, 1, 1), (2, 0, 0), (3, 0, 0), (9, 0, 0)], 2),  # equally near ones are accepted together
    ([(1, 0, 1), (1, 1, 1), (1, 0, 0)], 0),  # all alike: nobody
])  # fmt: skip
def test_the_threshold_is_where_known_and_rejected_are_most(rows, accepted):
    assert unknown.threshold(search(*rows)) == accepted


def test_the_threshold_equals_the_best_of_all_distances_tried_one_by_one():
    rng = np.random.default_rng(0)
    known = rng.random(200) < 0.6
    found = unknown.Search(np.round(rng.normal(2, 1, 200) - known, 1), rng.random(200) < 0.8, known)

    def both(limit):
        metrics = found.metrics(limit)
        return metrics["known_right"] + metrics["strangers_rejected"]

    assert both(unknown.threshold(found)) == pytest.approx(max(map(both, found.distance)))


def test_each_stranger_is_as_far_as_the_items_are_on_average_in_the_nearest_draw():
    def drawn(*rows):
        identities, distances = zip(*rows, strict=True)
        return unknown.Nearest(np.array(distances, float)[:, None], np.array(["a"]), np.array(identities))

    draws = [drawn(("b", 1), ("b", 3), ("a", 0)), drawn(("b", 6), ("c", 5), ("d", np.inf))]
    assert unknown.strangers(draws) == {"b": 2.0, "c": 5.0}


def test_limits_accept_no_more_strangers_than_wished():
    strangers = np.array([3.0, 1.0, 2.0, 2.0, 5.0])
    for rate in (0.0, 0.1, 0.2, 0.5, 0.6, 0.99):
        (limit,) = unknown.limits(strangers, [rate])
        assert np.mean(strangers <= limit) <= rate
    assert unknown.limits(strangers, [0.6])[0] == np.nextafter(3, 0)  # no smaller than need be
