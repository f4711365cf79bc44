# SPDX-License-Identifier: MIT
"""Learning rates of uPMnet's trainings, and when its anchors begin to associate."""

import keras


def stepwise(initial: float, factor: float, epochs: float, samples: int, batch_size: int):
    """Multiplied by `factor` every int(samples / batch_size * epochs) steps.

    Args:
        initial: rate of the first steps.
        samples: training images.

    Returns:
        A Keras schedule.
    """
    steps = max(int(samples / batch_size * epochs), 1)
    return keras.optimizers.schedules.ExponentialDecay(initial, steps, factor, staircase=True)


def halves(initial: float, steps: int):
    """A hundredth of `initial` for int(steps / 2) + 1 steps, then a thousandth; a Keras schedule."""
    return keras.optimizers.schedules.PiecewiseConstantDecay([int(steps / 2)], [0.01 * initial, 0.001 * initial])


def warm_up(epochs: int, samples: int, batch_size: int) -> int:
    """The step from which consistent pairs count: that many epochs of samples // batch_size steps."""
    return samples // batch_size * epochs
