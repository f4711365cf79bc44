# SPDX-License-Identifier: MIT
"""CAGE's model: number of weights, initial values, independence of streams, bad sizes."""

import numpy as np
import pytest

from tfskel.systems.cage import model as cage


def test_three_axes_have_the_published_number_of_parameters():
    model = cage.CAGE(20, 6, 256, 3, seed=0)
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_variables) == 8_474_172


def test_unused_copies_can_be_left_out_and_change_no_output():
    sources = np.random.RandomState(0).randn(2, 3, 4, 14).astype("f")
    with_copies, without = (cage.CAGE(14, 4, 8, 2, seed=5, unused_copies=copies) for copies in (True, False))
    assert len(with_copies.trainable_variables) == len(without.trainable_variables) + 2
    np.testing.assert_array_equal(with_copies.context(sources), without.context(sources))
    first = with_copies.encoder.layers[0]
    joined = np.concatenate([first.kernel, first.recurrent_kernel], axis=1)
    np.testing.assert_array_equal(with_copies.unused_kernel, joined)


def test_lstm_kernels_begin_alike_in_every_stream_and_seed_unless_told_otherwise():
    one, two = (cage.CAGE(14, 4, 8, 2, seed=seed) for seed in (1, 2))
    kernels = [model.decoder.layers[1].kernel.numpy() for model in (one, two)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    np.testing.assert_array_equal(kernels[0][0], kernels[0][1])
    assert not np.array_equal(one.decoder.memory_kernel, two.decoder.memory_kernel)
    assert np.abs(kernels[0]).max() <= 0.1 and np.abs(kernels[0]).max() > 0.09
    free = cage.CAGE(14, 4, 8, 2, seed=1, constant_lstm=False).decoder.layers[1].kernel.numpy()
    assert not np.array_equal(free[0], free[1]) and not np.array_equal(free, kernels[0])


def test_a_stream_does_not_see_another():
    model = cage.CAGE(14, 4, 8, 2, seed=1)
    sources = np.random.RandomState(0).randn(2, 3, 4, 14).astype("f")
    before = np.asarray(model.project(model.context(sources)))
    sources[1] += 1
    after = np.asarray(model.project(model.context(sources)))
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.allclose(before[1], after[1])


@pytest.mark.parametrize(
    "sizes, message", [((0, 4, 8, 1), "num_joints"), ((14, 4, 8, 0), "streams must be at least 1")]
)
def test_a_size_below_one_is_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        cage.CAGE(*sizes)
