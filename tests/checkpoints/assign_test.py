# SPDX-License-Identifier: MIT
"""Assignment is strict: what is missing, unused or of a wrong shape is named."""

import numpy as np
import pytest

from tfskel.checkpoints import assign
from tfskel.systems import recognition


def model_and_values():
    model = recognition.Recognition(4, 3, seed=1)
    values = {n: np.random.RandomState(2).randn(*v.shape) for n, v in assign.named_weights(model).items()}
    return model, values


def test_every_weight_is_set_by_its_name():
    model, values = model_and_values()
    assign.assign(model, values)
    for name, variable in assign.named_weights(model).items():
        np.testing.assert_allclose(variable, values[name], rtol=1e-6)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda v: v.pop("logits/bias"), r"1 missing \(logits/bias\); 0 unused"),
        (lambda v: v.update(extra=np.zeros(1)), r"0 missing \(none\); 1 unused \(extra\)"),
        (lambda v: v.update({"logits/kernel": np.zeros((3, 4))}), r"logits/kernel \(3, 4\) instead of \(4, 3\)"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_assigned(change, message):
    model, values = model_and_values()
    before = model.hidden.kernel.numpy()
    change(values)
    with pytest.raises(ValueError, match=message):
        assign.assign(model, values)
    np.testing.assert_array_equal(model.hidden.kernel, before)


def test_only_declared_names_are_ignored():
    assign.require_same_names(["a"], ["a", "slot/Adam_1"], [r".*/Adam(_\d+)?"])
    with pytest.raises(ValueError, match=r"1 unused \(slot/Adamant\)"):
        assign.require_same_names(["a"], ["a", "slot/Adamant"], [r".*/Adam(_\d+)?"])
