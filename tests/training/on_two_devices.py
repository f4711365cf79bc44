# SPDX-License-Identifier: MIT
"""Program: steps of some cases on one and on two logical processors, and how far they part, as JSON.

python -m tests.training.on_two_devices "SM-SGE" "Hi-MPC"
"""

import json
import sys

import numpy as np
import tensorflow as tf

from tests.training import steps
from tfskel.layers import replicas
from tfskel.training import determinism, strategy

STEPS = 2


def trained(name: str, of: str) -> tuple[list[dict], dict, dict]:
    """Losses of each step, and weights before and after them."""
    determinism.set_seed(1)
    with strategy.opened(of):
        case = steps.TINY[name]()
        before = case.weights()
        return [case.step() for _ in range(STEPS)], before, case.weights()


def apart(name: str) -> dict[str, float]:
    """Largest relative difference of the losses, the length of the weights' difference by that of their way, and into
    how many parts the batch was cut."""
    plain, parts = replicas.whole, []
    replicas.whole = lambda *given, **named: (parts.append(replicas.parts()), plain(*given, **named))[1]
    (one, before, alone), (two, started, together) = (trained(name, of) for of in ("", "mirrored"))
    assert all(np.array_equal(before[path], started[path]) for path in before)
    losses = [abs(a[key] - b[key]) / max(abs(a[key]), 1e-3) for a, b in zip(one, two, strict=True) for key in a]
    squares = lambda x, y: sum(float(np.sum(np.square(x[path] - y[path], dtype=np.float64))) for path in x)  # noqa: E731
    way = squares(alone, before)
    return {
        "losses": max(losses),
        "weights": (squares(alone, together) / way) ** 0.5,
        "way": way**0.5,
        "parts": max(parts),
    }


if __name__ == "__main__":
    device = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * 2)
    assert strategy.start("mirrored").num_replicas_in_sync == 2
    print(json.dumps({name: apart(name) for name in sys.argv[1:] or steps.TINY}))
