# SPDX-License-Identifier: MIT
"""Nearest and second nearest matches, and scores averaged over the rows of a sequence, against loops."""

import numpy as np
import pytest

from tfskel.evaluation import matching, sequence_scores
from tfskel.training import selection


def test_the_nearest_row_is_matched_whatever_the_block():
    rng = np.random.RandomState(0)
    probe, gallery = rng.randn(9, 4), rng.randn(6, 4)
    want = [int(np.argmin([np.linalg.norm(p - g) for g in gallery])) for p in probe]
    assert matching.match(probe, gallery).tolist() == want
    assert matching.match(probe, gallery, block_bytes=8).tolist() == want


def test_inside_one_set_the_row_itself_is_skipped_but_its_copy_counts():
    rows = np.array([[0.0], [5.0], [1.0], [5.0]])
    assert matching.match(rows, rows, same_set=True).tolist() == [2, 3, 0, 3]
    identities = np.array(["a", "b", "a", "b"])
    assert matching.rank1(np.array([2, 3, 0, 3]), identities, identities) == 1.0


@pytest.mark.parametrize(
    "probe, gallery, same, message",
    [
        (np.ones((2, 3)), np.ones((2, 4)), False, "must have the same width"),
        (np.ones((2, 3)), np.ones((1, 3)), True, "at least 2 gallery rows; received 1"),
        (
            np.full((2, 3), np.nan),
            np.ones((2, 3)),
            False,
            "probe holds NaN or infinite values in 2 rows, the first is row 0",
        ),
    ],
)
def test_bad_features_are_named(probe, gallery, same, message):
    with pytest.raises(ValueError, match=message):
        matching.match(probe, gallery, same)


@pytest.mark.parametrize("sequences, length, batch, want", [(187, 6, 128, 170), (155, 6, 128, 149), (5, 6, 128, 5)])
def test_scored_sequences_are_those_with_all_rows_in_complete_batches(sequences, length, batch, want):
    assert sequence_scores.scored(sequences, length, batch) == want


def test_an_equal_score_is_kept_only_when_ties_are():
    epochs = {}
    for ties in (False, True):
        rule = selection.Best("s", ties=ties)
        for epoch, value in enumerate((0.5, 0.7, 0.7, 0.6)):
            rule.observe(epoch, {"s": value})
        epochs[ties] = rule.epoch
    assert epochs == {False: 1, True: 2}
