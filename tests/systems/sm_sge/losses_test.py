# SPDX-License-Identifier: MIT
"""Reconstruction losses against their definitions."""

import numpy as np
import pytest

from tfskel.systems.sm_sge import losses as reconstruction


@pytest.mark.parametrize(
    "loss, naive",
    [
        ("l1", lambda d: np.mean([abs(x) for x in d])),
        ("mse", lambda d: np.mean([x * x for x in d])),
        ("l2", lambda d: 0.5 * sum(x * x for x in d)),
    ],
)
def test_weighted_rows_are_the_loss_of_the_whole(loss, naive):
    rng = np.random.RandomState(0)
    predicted, target = rng.randn(4, 3, 6), rng.randn(4, 3, 6)
    errors = np.asarray(reconstruction.error(predicted, target, loss))
    np.testing.assert_allclose(
        errors, [naive((p - t).ravel()) for p, t in zip(predicted, target, strict=True)], rtol=1e-5
    )
    whole = errors.sum() * reconstruction.row_weight(4, loss)
    assert whole == pytest.approx(naive((predicted - target).ravel()), rel=1e-5)


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="one of l1, mse, l2; received 'huber'"):
        reconstruction.error(np.zeros((1, 1, 1)), np.zeros((1, 1, 1)), "huber")
