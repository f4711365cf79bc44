# SPDX-License-Identifier: MIT
"""The share of strangers that a threshold lets in is the wished one, however few people it is learnt from."""

import numpy as np
import pytest

from tfskel import arrays, calibration, inference


@pytest.mark.parametrize("pairs", [3, 4, 6, 30])
@pytest.mark.parametrize("wished", [0.05, 0.1, 0.2])
def test_as_many_strangers_are_let_in_as_wished_where_people_are_nearest_to_each_other_in_pairs(pairs, wished):
    rng = np.random.default_rng(pairs)
    cohorts = np.exp(np.repeat(rng.normal(1, 0.4, (500, pairs)), 2, axis=1))
    thresholds = np.array([calibration.Cohort(cohort).threshold(wished) for cohort in cohorts])
    realised = np.mean(np.exp(rng.normal(1, 0.4, (500, 100))) <= thresholds[:, None])
    assert realised == pytest.approx(wished, rel=0.2)


def test_the_confidence_of_a_threshold_is_the_share_of_strangers_beyond_it():
    cohort = calibration.Cohort(np.array([2.0, 3.0, 2.5, 4.0, 3.5, 2.2]))
    for wished in (0.01, 0.1, 0.5, 0.9):
        assert cohort.confidence(cohort.threshold(wished)) == pytest.approx(1 - wished)


def test_the_sentence_names_the_smallest_share_that_so_few_people_have_shown():
    assert "below 9.1 % (1 of 11) are extrapolated" in calibration.Cohort(np.arange(1.0, 11.0)).source


def test_people_who_are_all_equally_far_give_a_threshold_at_that_distance():
    assert calibration.Cohort(np.full(6, 2.0)).threshold(0.1) == pytest.approx(2.0, rel=1e-3)


def test_a_run_gives_its_cohort_and_says_what_to_do_about_an_older_file(tmp_path):
    arrays.write_json(tmp_path / inference.SAVED_MODEL / "export.json", {"selection": "last"})
    learnt = {"cohort": [1.0, 2.0, 3.0, 4.0, 5.0]}
    for selections, expected in (({"last": learnt}, 5), ({"last": {"cohort": [1.0] * 4}}, 0), ({}, 0)):
        arrays.write_json(tmp_path / "results/unknown.json", {"note": "", "selections": selections})
        found = calibration.of_run(tmp_path)
        assert (len(found.distances) if found else 0) == expected
    arrays.write_json(tmp_path / "results/unknown.json", {"note": "", "selections": {"last": {"threshold": 1.0}}})
    with pytest.raises(ValueError, match="unknown.json: selection 'last' has no 'cohort'.*Run the recipe again"):
        calibration.of_run(tmp_path)
