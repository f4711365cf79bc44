# SPDX-License-Identifier: MIT
"""Factors on the learning rates of an epoch, counted from 0."""


def stepwise(epoch: int, step_size: int) -> float:
    """A tenth after every `step_size` epochs, the baseline's."""
    return 0.1 ** (epoch // step_size)


def linear(epoch: int, constant: int, decay: int, lag: bool = True) -> float:
    """1 for `constant` epochs, then down in equal parts over `decay` epochs, the GAN's.

    Args:
        lag: the factor of an epoch is that of the one before, as under torch 1.0.1; epochs 0 and 1 have the same.
    """
    counted = max(epoch - 1, 0) if lag else epoch
    return 1 - max(0, counted + 2 - constant) / (decay + 1)
