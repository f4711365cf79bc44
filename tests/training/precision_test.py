# SPDX-License-Identifier: MIT
"""Networks in 16 bits: losses stay near those in float32, weights stay float32, and float16's overflow is left out."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.training import steps
from tfskel.training import execution, optimised, precision

CHEAP = ("recognition", "Hi-MPC")
MIXED = [kind for kind in execution.PRECISIONS if kind != "float32"]


def trained(name, kind):
    with precision.opened(kind):
        case = steps.TINY[name]()
        return case, [case.step() for _ in range(2)]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in CHEAP else pytest.mark.slow) for name in steps.TINY]
)
def test_losses_in_16_bits_are_near_those_in_float32_and_weights_are_float32(name):
    _, exact = trained(name, "float32")
    for kind in MIXED:
        case, found = trained(name, kind)
        for key in exact[0]:
            # A tenth: a loss is a sum of differences of what is rounded to three digits.
            assert found[0][key] == pytest.approx(exact[0][key], rel=0.1, abs=0.02), (kind, key)
        assert all(np.isfinite(list(losses.values())).all() for losses in found) and found[0] != exact[0]
        assert {value.dtype for value in case.weights().values() if value.dtype.kind == "f"} == {np.dtype("float32")}
    assert keras.config.dtype_policy().name == "float32"


def small(kind):
    with precision.opened(kind):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
        return optimised.Optimised(model, 0.5, {"adam": model.trainable_variables})


def update(made, slope):
    """One step on the loss weight * slope."""
    weights = made.model.trainable_variables
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights[0].value) * slope
    made.apply({"adam": tape.gradient(loss, weights, made.upstream)})


def test_a_step_that_overflows_moves_nothing_and_halves_the_scale():
    made = small("mixed_float16")
    update(made, np.inf)
    assert float(made.model.weights[0][0, 0]) == 1 and int(made.optimizers["adam"].iterations) == 0
    assert float(made.loss_scale.factor) == precision.FIRST_SCALE / 2
    update(made, 3.0)
    assert float(made.model.weights[0][0, 0]) == pytest.approx(0.5) and int(made.loss_scale.taken) == 1


def test_the_scale_doubles_after_steps_in_a_row_and_is_part_of_what_a_resume_needs(monkeypatch):
    monkeypatch.setattr(precision, "PATIENCE", 2)
    made = small("mixed_float16")
    update(made, 1.0)
    update(made, 1.0)
    assert float(made.loss_scale.factor) == 2 * precision.FIRST_SCALE and int(made.loss_scale.taken) == 0
    assert made.trackables()["loss_scale"] is made.loss_scale
    assert "loss_scale" not in small("mixed_bfloat16").trackables() and small("float32").upstream is None
