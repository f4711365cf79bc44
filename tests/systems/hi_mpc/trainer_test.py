# SPDX-License-Identifier: MIT
"""A training step of Hi-MPC: combination of the losses, both orders of operations, changing numbers of clusters."""

import numpy as np
import pytest

from tests.systems.hi_mpc import by_head
from tfskel.systems.hi_mpc import losses as contrast
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import trainer as training


def batch(clusters=(5, 4, 3), sequences=6, units=8, seed=0):
    rng = np.random.default_rng(seed)
    joints = rng.normal(size=(sequences, 4, 20, 3)).astype(np.float32)
    labels = np.stack([rng.integers(0, k, sequences) for k in clusters], axis=1).astype(np.int32)
    return joints, labels, *(rng.normal(size=(k, units)).astype(np.float32) for k in clusters)


def trainer(**settings):
    return training.Trainer(hi_mpc.HiMPC("kinect_v1", 4, units=8, heads=3, seed=2), 0.01, **settings)


@pytest.mark.parametrize("average", [False, True])
def test_the_joint_loss_is_a_sum_over_heads_unless_it_is_averaged(average):
    joints, labels, *prototypes = batch()
    own = trainer(average_joint_loss=average)
    losses, _ = own.gradients(joints, labels, *prototypes)
    heads = {}
    for number, level in enumerate(hi_mpc.LEVELS):
        logits = own.model.meta_heads[level].logits(own.model.frames(joints)[level], prototypes[number])
        heads[hi_mpc.LETTERS[level]] = np.asarray(contrast.head_losses(*logits, labels[:, number]))
    want = {letter: values.mean() for letter, values in heads.items()}
    want["J"] = heads["J"].mean() if average else heads["J"].sum()
    for letter, value in want.items():
        assert float(losses[letter]) == pytest.approx(value, rel=1e-5)
    assert float(losses["total"]) == pytest.approx(sum(want.values()) / 3, rel=1e-5)


@pytest.mark.parametrize("focus", training.FOCUS)
def test_both_orders_of_operations_train_alike(focus):
    forms = [trainer(focus=focus) for _ in range(2)]
    by_head.looping(forms[1].model)
    for seed in range(4):
        values = batch(seed=seed)
        fast, plain = ({k: float(v) for k, v in form.step(*values).items()} for form in forms)
        assert fast == pytest.approx(plain, rel=1e-4)
    for ours, theirs in zip(forms[0].model.get_weights(), forms[1].model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_the_number_of_clusters_may_change_from_epoch_to_epoch():
    own = trainer()
    for clusters in ((5, 4, 3), (2, 9, 1), (1, 1, 1)):
        assert np.isfinite(float(own.step(*batch(clusters))["total"]))
    assert own._update.experimental_get_tracing_count() == 1, "another number of clusters compiles nothing again"


def test_steps_lower_the_loss_of_their_batch():
    own, values = trainer(), batch()
    totals = [float(own.step(*values)["total"]) for _ in range(30)]
    assert totals[-1] < 0.5 * totals[0]


def test_an_unknown_focus_is_refused():
    with pytest.raises(ValueError, match="focus must be one of 1, -1, 0; received 2"):
        trainer(focus=2)
