# SPDX-License-Identifier: MIT
"""The recognition network: logits and summed scores."""

import numpy as np
import pytest

from tfskel.systems import recognition


def naive(model, rows):
    hidden = np.maximum(rows @ model.hidden_kernel.numpy() + model.hidden_bias.numpy(), 0)
    return hidden @ model.kernel.numpy() + model.bias.numpy()


def test_scores_sum_the_logits_of_all_prefixes_or_take_the_last():
    model = recognition.Recognition(5, 3, seed=1)
    for variable in model.trainable_variables:
        variable.assign(np.random.RandomState(2).randn(*variable.shape))
    prefixes = np.random.RandomState(0).randn(4, 7, 5).astype("f")
    logits = np.stack([naive(model, prefixes[:, k]) for k in range(7)])
    np.testing.assert_allclose(model(prefixes), np.swapaxes(logits, 0, 1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.scores(prefixes), logits.sum(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.scores(prefixes, last_prefix_only=True), logits[-1], rtol=1e-4, atol=1e-5)


def test_kernels_begin_normal_and_biases_zero():
    model = recognition.Recognition(60, 40, seed=3)
    for kernel in (model.hidden_kernel, model.kernel):
        assert kernel.numpy().std() == pytest.approx(1, abs=0.05)
    assert not model.hidden_bias.numpy().any() and not model.bias.numpy().any()
    np.testing.assert_array_equal(model.kernel, recognition.Recognition(60, 40, seed=3).kernel)


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match="at least 1; received 4 and 0"):
        recognition.Recognition(4, 0)
