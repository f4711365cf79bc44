# SPDX-License-Identifier: MIT
"""Recognition metrics against the recorded outputs of the original program and naive loops."""

import numpy as np
import pytest

from tests import fakes
from tfskel.evaluation import auc, partial_sort

GOLDEN = fakes.GOLDEN / "sm_sge"
CASES = [("metrics_a", "logits"), ("ks20_f6_evaluate", "sum_logits")]


@pytest.mark.parametrize("name, scores", CASES)
def test_metrics_equal_the_original_program(name, scores):
    case = np.load(GOLDEN / f"{name}.npz", allow_pickle=False)
    labels = case["labels_onehot"].argmax(axis=1)
    assert auc.micro_nauc(case[scores], labels) == pytest.approx(float(case["nAUC"]), abs=1e-12)
    np.testing.assert_array_equal(auc.rank_n(case[scores], labels), case["rank_n"])
    np.testing.assert_array_equal(auc.confusion(case[scores], labels), case["confusion"])


def test_nauc_is_the_share_of_correctly_ordered_pairs():
    rng = np.random.default_rng(0)
    scores, labels = rng.integers(5, size=(20, 4)).astype(float), rng.integers(4, size=20)  # many ties
    true = scores[np.arange(20), labels]
    mask = np.ones_like(scores, bool)
    mask[np.arange(20), labels] = False
    pairs = [(t > w) + 0.5 * (t == w) for t in true for w in scores[mask]]
    assert auc.micro_nauc(scores, labels) == pytest.approx(np.mean(pairs), abs=1e-12)


def test_rank_n_equals_partial_sort_for_every_n():
    rng = np.random.default_rng(1)
    scores, labels = rng.normal(size=(40, 7)), rng.integers(7, size=40)
    want = []
    for n in range(1, 8):
        hits = [labels[i] in np.argpartition(scores[i], -n)[-n:] for i in range(40)]
        want.append(np.round(np.mean(hits), 4))
    np.testing.assert_array_equal(auc.rank_n(scores, labels), want)


def test_ties_are_resolved_as_the_original_program_did():
    rows = np.random.default_rng(3).integers(3, size=(12, 11)).astype(np.float32)
    # What numpy.argpartition(row, -n)[-n:] holds, recorded with the processor's vector instructions disabled.
    recorded = [
        *("......x....", ".....xx....", ".......xx.x", "....xx.x..x", "x....xxx.x.", "xx..x.x..xx"),
        *("xxx.xx..xx.", "xx.xxxx.x.x", "xxxx.xx.xxx", "xxxx.xxxxxx", "xxxxxxxxxxx"),
    ]
    for n, want in enumerate(recorded, start=1):
        found = [partial_sort.is_among_highest(rows[n - 1], index, n) for index in range(11)]
        assert "".join(".x"[hit] for hit in found) == want, n


def test_rank_n_with_ties_equals_one_partial_sort_for_every_n():
    rng = np.random.default_rng(4)
    scores, labels = rng.integers(3, size=(60, 7)).astype(np.float32), rng.integers(7, size=60)
    pairs = list(zip(scores, labels, strict=True))
    want = [np.mean([partial_sort.is_among_highest(*pair, n) for pair in pairs]) for n in range(1, 8)]
    np.testing.assert_array_equal(auc.rank_n(scores, labels), np.round(want, 4))


def test_bad_scores_and_labels_are_named():
    scores = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"classes 0 to 1; received -1 in row 1 \(2 such rows\)"):
        auc.rank_n(scores, np.array([0, -1, 2]))
    with pytest.raises(ValueError, match=r"received \(3, 2\) and \(2,\)"):
        auc.confusion(scores, np.array([0, 1]))
    with pytest.raises(ValueError, match="first in row 0; did training diverge"):
        auc.micro_nauc(scores * np.nan, np.array([0, 1, 1]))


def test_four_digits_of_a_share_are_kept():
    scores, labels = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]), np.array([0, 1, 1])
    assert auc.rank_n(scores, labels).tolist() == [0.6667, 1.0]
