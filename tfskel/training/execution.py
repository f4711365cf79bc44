# SPDX-License-Identifier: MIT
"""Settings of how a training is executed: which values they have, which go together, and what to say of a result."""

import json
import os
from collections.abc import Mapping

MULTI_WORKER, FLOAT32, FLOAT16 = "multi_worker", "float32", "mixed_float16"
STRATEGIES = {
    "": "",
    "mirrored": "on all devices of one machine, which add in another order",
    MULTI_WORKER: "on several machines, which add in another order",
}
PRECISIONS = {
    FLOAT32: "",
    "mixed_bfloat16": "with networks that compute in bfloat16, to 3 digits",
    FLOAT16: "with networks that compute in float16, to 4 digits and with steps that overflow left out",
}
CHOICES = {"training.strategy": STRATEGIES, "training.precision": PRECISIONS}
CLOSED_FORM = {"training.strategy": ("",), "training.precision": (FLOAT32,)}
"""Of a system that takes no steps."""


def usual(training: Mapping) -> bool:
    """Whether steps are computed as for parity: in float32 on one device."""
    return not training["strategy"] and training["precision"] == FLOAT32


def check(training: Mapping) -> None:
    """Refuses settings that do not go together.

    Raises:
        ValueError: float16 on several devices.
    """
    if training["strategy"] and training["precision"] == FLOAT16:
        raise ValueError(
            f"config.training.precision={FLOAT16} leaves out steps that overflow, which replicas cannot agree on "
            f"inside a step; received it with config.training.strategy={training['strategy']!r}. Use mixed_bfloat16, "
            "whose range is that of float32, or one device."
        )


def said(training: Mapping) -> str:
    """A sentence for who reads the results; "" for a usual training."""
    ways = ", ".join(filter(None, (STRATEGIES[training["strategy"]], PRECISIONS[training["precision"]])))
    return "" if usual(training) else f"Trained {ways}: not comparable with the original digit by digit."


def task() -> int:
    """Number of this process among the workers of TF_CONFIG; 0, the chief, where there is none.

    Raises:
        ValueError: TF_CONFIG lists other tasks than workers, or is none of its own tasks.
    """
    described = json.loads(os.environ.get("TF_CONFIG") or "{}")
    if not described:
        return 0
    cluster, own = described.get("cluster", {}), described.get("task", {})
    number = own.get("index", -1)
    if set(cluster) != {"worker"} or own.get("type") != "worker" or not 0 <= number < len(cluster["worker"]):
        raise ValueError(
            'TF_CONFIG must be {"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}} '
            f"with the index of this process, counted from 0; received {described}."
        )
    return number
