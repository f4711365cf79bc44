# SPDX-License-Identifier: MIT
"""A phase that is scored before it is trained: order of events, what is kept, early stop, resume."""

import json

import keras
import numpy as np
import pytest

from tfskel.training import loop, phase, selection


class Counter:
    """A weight that every step raises by one; the score of an epoch is given."""

    def __init__(self, folder, scores, patience=9, fail=None):
        self.model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        self.model.set_weights([np.zeros((1, 1))])
        self.events, self.logged, self.folder, self.fail = [], [], folder, fail
        rules = {"best": selection.Best("score", unseen=1), "last": selection.Last()}
        self.phase = phase.Phase(
            name="count", epochs=len(scores), steps=2, batches=lambda epoch: [(epoch,), (epoch,)], step=self.step,
            score=lambda epoch: self.event("score", epoch) or {"score": scores[epoch]}, models={"m": self.model},
            trackables={"model": self.model},
            selections=selection.Selections(rules, selection.StrictPatience(patience, "score", unseen=1)),
            start_epoch=lambda epoch: self.event("start", epoch) or {"clusters": 3.0}, scores_first=True,
        )  # fmt: skip

    def event(self, name, epoch):
        self.events.append((name, epoch, float(self.model.get_weights()[0][0, 0])))

    def step(self, epoch):
        if (epoch, len(self.events)) == self.fail:
            raise KeyboardInterrupt
        self.event("step", epoch)
        self.model.set_weights([self.model.get_weights()[0] + 1])
        return {"total": 1.0}

    def fit(self):
        return loop.fit(self.phase, self.folder, lambda *line: self.logged.append(line))

    def kept(self, kept):
        self.model.load_weights(self.folder / phase.weights_name("count", "m", kept))
        return float(self.model.get_weights()[0][0, 0])


def test_an_epoch_is_scored_then_started_then_trained_and_keeps_the_weights_it_was_scored_with(tmp_path):
    counter = Counter(tmp_path, [0.9, 0.2, 0.5])
    assert counter.fit() == {"best": 2, "last": 2}
    order = [(name, epoch) for epoch in range(3) for name in ("score", "start", "step", "step")]
    assert [event[:2] for event in counter.events] == order
    assert [event[2] for event in counter.events if event[0] == "score"] == [0, 2, 4]
    assert counter.kept("best") == counter.kept("last") == 4
    values = {name: value for name, value in counter.logged[0][2].items() if name != "seconds"}
    assert values == {"score": 0.9, "clusters": 3.0, "total": 1.0}


def test_the_epoch_that_ends_the_patience_is_scored_but_not_trained(tmp_path):
    counter = Counter(tmp_path, [0.5, 0.4, 0.3, 0.3, 0.9], patience=2)
    assert counter.fit() == {"best": 1, "last": 3}
    assert counter.events[-1][:2] == ("score", 3) and counter.kept("last") == 6
    assert set(counter.logged[-1][2]) == {"score", "seconds"}
    again = Counter(tmp_path, [0.5, 0.4, 0.3, 0.3, 0.9], patience=2)
    assert again.fit() == {"best": 1, "last": 3} and not again.events, "an ended training stays ended"


@pytest.mark.parametrize("fail", [(1, 6), (1, 7), (2, 10)])
def test_an_interrupted_epoch_is_scored_and_trained_again_from_its_beginning(tmp_path, fail):
    scores = [0.5, 0.4, 0.6, 0.1]
    whole = Counter(tmp_path / "whole", scores)
    whole.fit()
    broken = Counter(tmp_path / "broken", scores, fail=fail)
    with pytest.raises(KeyboardInterrupt):
        broken.fit()
    resumed = Counter(tmp_path / "broken", scores)
    assert resumed.fit() == whole.phase.selections.epochs()
    assert resumed.events == [event for event in whole.events if event[1] >= fail[0]]
    states = [json.loads((tmp_path / name / "count.state.json").read_text()) for name in ("whole", "broken")]
    assert states[0] == states[1]
