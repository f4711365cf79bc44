# SPDX-License-Identifier: MIT
"""Only weights that rounding can move by whole steps are set apart."""

import numpy as np
import pytest

from tests import fakes
from tests.parity import sm_sge_case, sm_sge_ties

GOLDEN = fakes.GOLDEN / "sm_sge"


@pytest.fixture(scope="module")
def case():
    return sm_sge_case.Case("ias_f6", {"inputs_weights": GOLDEN / "ias_f6_inputs_weights.npz"}, GOLDEN)


def test_score_weights_without_a_gradient_are_set_apart_and_few(case):
    masks = sm_sge_ties.shifts(case)
    assert all(case.entries[name].ours.endswith(sm_sge_ties.SHIFTS) for name in masks)
    gradients = {n: g for found in case.first_losses_and_gradients[1].values() for n, g in found.items() if n in masks}
    assert 0 < sum(mask.sum() for mask in masks.values()) < 100
    for name, mask in masks.items():
        assert np.all(np.abs(gradients[name])[mask] < 1e-6)


def test_the_column_of_a_prediction_that_meets_its_target_is_set_apart(case):
    trainer = case.trainer()
    name, column = "MSR/MSR/B_pred/B_pred/Variable_3", 4
    assert not sm_sge_ties.signs(case, trainer)[name][column]
    model, frames = trainer.model, trainer.plan.frames[0][0]
    outputs, _ = model.encoders["bodies"].run(model.fuse(case.joints())["bodies"][:, frames : frames + 1])
    predicted = np.asarray(model.reconstruction["bodies"](outputs[:, 0])["bodies"])
    wanted = np.asarray(trainer.targets(case.joints())["bodies"])[frames]
    bias = model.reconstruction["bodies"].predict["bodies"].bias
    shift = np.zeros(bias.shape)
    shift[column] = wanted[0, column] - predicted[0, column]
    bias.assign_add(shift)
    masks = sm_sge_ties.signs(case, trainer)
    assert masks[name][column] and not masks[name].all()
    assert masks["MSR/MSR/B_pred/B_pred/Variable_2"][:, column].all()
