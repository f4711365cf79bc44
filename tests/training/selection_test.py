# SPDX-License-Identifier: MIT
"""Selection selections keep the epochs that their rules say, also after an interruption."""

import json
import math

import numpy as np
import pytest

from tfskel.evaluation import protocols
from tfskel.training import selection


def original_rule(accuracies, losses, patience, first_epoch):
    """The selection and stopping rule of SM-SGE's recognition stage, as specified."""
    best_accuracy, best_loss, wait, saved = 0.0, math.inf, 0, None
    for epoch, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True)):
        if accuracy >= best_accuracy or loss <= best_loss:
            if accuracy > best_accuracy and epoch >= first_epoch:
                saved = epoch
            best_accuracy, best_loss, wait = max(best_accuracy, accuracy), min(best_loss, loss), 0
        else:
            wait += 1
            if wait == patience:
                return saved, epoch
    return saved, None


def selections(patience, first_epoch, chosen=None):
    rules = {"probe-best": selection.Best("accuracy", first_epoch), "last": selection.Last()}
    if chosen is not None:
        rules["held-out identities"] = selection.At(chosen)
    return selection.Selections(rules, selection.Patience(patience, "accuracy", "loss"))


def observe(kept, accuracies, losses, first=0):
    for epoch, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True), start=first):
        kept.observe(epoch, {"accuracy": accuracy, "loss": loss})
        if kept.finished:
            return


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("patience, first_epoch", [(3, 0), (5, 10), (2, 4)])
def test_probe_best_and_patience_follow_the_original_rule(seed, patience, first_epoch):
    rng = np.random.default_rng(seed)
    accuracies, losses = rng.integers(0, 9, 40) / 9, rng.integers(1, 30, 40) / 10
    saved, stopped = original_rule(accuracies, losses, patience, first_epoch)
    kept = selections(patience, first_epoch)
    observe(kept, accuracies, losses)
    assert (kept.epochs().get("probe-best"), kept.stopped) == (saved, stopped)
    assert kept.epochs()["last"] == (39 if stopped is None else stopped)


def test_training_goes_on_until_the_chosen_epoch_without_touching_the_other_selections():
    kept = selections(2, 0, chosen=9)
    observe(kept, [0.5] + [0.1] * 20, [1.0] + [2.0] * 20)
    assert kept.stopped == 2
    assert kept.epochs() == {"probe-best": 0, "last": 2, "held-out identities": 9}


@pytest.mark.parametrize("cut", [1, 4, 11])
def test_restored_selections_go_on_as_if_never_interrupted(cut):
    rng = np.random.default_rng(3)
    accuracies, losses = rng.random(25), rng.random(25)
    whole, first, second = selections(4, 2, 20), selections(4, 2, 20), selections(4, 2, 20)
    observe(whole, accuracies, losses)
    observe(first, accuracies[:cut], losses[:cut])
    second.restore(json.loads(json.dumps(first.state())))
    if not second.finished:
        observe(second, accuracies[cut:], losses[cut:], first=cut)
    assert second.state() == whole.state()


def test_an_epoch_without_the_score_is_not_kept():
    best = selection.Best("mAP")
    assert [best.observe(epoch, scores) for epoch, scores in enumerate([{}, {"mAP": 0.3}, {}, {"mAP": 0.3}])] == [
        False,
        True,
        False,
        False,
    ]


def test_protocols_name_splits_and_refuse_unknown_probes():
    assert protocols.protocol("ias", "a") == protocols.Protocol("train", "a", "b")
    assert protocols.protocol("anything", "probe") == protocols.Protocol("train", "probe", "gallery")
    with pytest.raises(ValueError, match="data set 'ias' has no probe 'c'; choose a or b"):
        protocols.protocol("ias", "c")
