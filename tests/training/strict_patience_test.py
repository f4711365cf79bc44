# SPDX-License-Identifier: MIT
"""Hi-MPC's selection and stopping rule against the rule as specified, and names of selections."""

import json

import numpy as np
import pytest

from tfskel.training import selection


def original_rule(scores, patience):
    """Best epoch and last epoch: epoch 0 never counts, only a strictly higher score resets the count."""
    best, kept, waited = 0.0, None, 0
    for epoch, score in enumerate(scores):
        waited += 1
        if epoch >= 1 and score > best:
            best, kept, waited = score, epoch, 0
        if waited == patience:
            return kept, epoch
    return kept, None


def selections(patience):
    rules = {"probe-best": selection.Best("score", unseen=1), "last": selection.Last()}
    return selection.Selections(rules, selection.StrictPatience(patience, "score", unseen=1))


@pytest.mark.parametrize("patience", [1, 3, 6])
def test_best_epoch_and_stop_follow_the_original_rule(patience):
    wrong = {}
    for seed in range(20):
        scores = np.random.default_rng(seed).integers(0, 12, 60) / 12
        kept = selections(patience)
        for epoch, score in enumerate(scores):
            kept.observe(epoch, {"score": float(score)})
            kept = _restored(kept, patience)
            if kept.finished:
                break
        found = kept.epochs().get("probe-best"), kept.stopped
        if found != original_rule(scores, patience):
            wrong[seed] = found
    assert not wrong


def _restored(kept, patience):
    other = selections(patience)
    other.restore(json.loads(json.dumps(kept.state())))
    return other


def test_a_selection_of_a_representation_is_named_and_taken_apart():
    assert selection.selection_of("probe-best", "joints") == "probe-best of joints"
    assert selection.selection_of("held-out identities", "") == "held-out identities"
    for kept, representation in (("probe-best", "joints"), ("last", "")):
        assert selection.split_selection(selection.selection_of(kept, representation)) == (kept, representation)
