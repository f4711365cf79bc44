# SPDX-License-Identifier: MIT
"""On which devices a training runs: one, all of this machine, or those of several machines."""

import contextlib
import functools
import os
from collections.abc import Callable, Iterator

import tensorflow as tf

from tfskel.layers import replicas
from tfskel.training import execution


@functools.cache
def start(name: str) -> tf.distribute.Strategy:
    """The strategy; that of several workers waits for all of them, before TensorFlow has done anything else.

    Raises:
        ValueError: an unknown strategy, or several workers without TF_CONFIG.
    """
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    if name != execution.MULTI_WORKER:
        raise ValueError(f"strategy must be one of {', '.join(map(repr, execution.STRATEGIES))}; received {name!r}.")
    if not os.environ.get("TF_CONFIG"):
        raise ValueError(
            "training.strategy=multi_worker needs TF_CONFIG, which names all workers and says which of them this is: "
            "see docs/gpu.md."
        )
    execution.task()
    return tf.distribute.MultiWorkerMirroredStrategy()


@contextlib.contextmanager
def opened(name: str) -> Iterator[None]:
    """Everything that is built inside lies on all devices, and steps made by `compiled` run on all of them."""
    with start(name).scope() if name else contextlib.nullcontext():
        yield


def distributed() -> bool:
    """Whether steps made now run by a strategy."""
    return tf.distribute.has_strategy()


def compiled(step: Callable, axis: int = 0, **options) -> Callable:
    """A training step as one graph; it has no Python branches on tensors, and is traced in half the time.

    By a strategy every replica is handed the whole batch and runs the step, in which `replicas.spread` runs networks on
    its part alone. A batch that cannot be cut into equal parts is not cut: every replica then does all of it.

    Args:
        step: function of tensors that returns a dict of tensors, the same on every replica.
        axis: of the batch in the first argument.
        **options: of tf.function.
    """
    if not distributed():
        return tf.function(step, autograph=False, **options)
    strategy = tf.distribute.get_strategy()
    count = strategy.num_replicas_in_sync

    def on_all(parts: int) -> Callable:
        def of_replica(*arguments):
            with replicas.holding(parts):
                return step(*arguments)

        def run(*arguments):
            found = strategy.run(of_replica, arguments)
            return tf.nest.map_structure(lambda values: strategy.experimental_local_results(values)[0], found)

        return tf.function(run, autograph=False, **options)

    cut, not_cut = on_all(count), on_all(1)
    return lambda *arguments: (not_cut if arguments[0].shape[axis] % count else cut)(*arguments)


def averaged(gradients):
    """Gradients on this replica -> those of the whole batch's loss, in the same structure."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return gradients
    return tf.nest.pack_sequence_as(gradients, context.all_reduce("MEAN", tf.nest.flatten(gradients)))


class OfWholeBatch:
    """Mix-in before a Keras optimiser: its gradients are those of the whole batch, and replicas do not add them up."""

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return list(grads_and_vars)


def told(by_chief: int) -> int:
    """What the chief says, on all workers; waits until all have come here.

    Args:
        by_chief: not negative; what the others say is not heard.
    """
    said = tf.constant(by_chief if execution.task() == 0 else -1)
    strategy = start(execution.MULTI_WORKER)
    heard = tf.function(lambda value: strategy.gather(strategy.run(lambda of_replica: of_replica[None], (value,)), 0))
    return int(tf.reduce_max(heard(said)))
