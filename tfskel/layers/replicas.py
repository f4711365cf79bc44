# SPDX-License-Identifier: MIT
"""Data parallelism inside a training step: replicas run networks on their part of the batch and share what they give.

Outside a step that `training.strategy` spreads over several devices there is one part, which is the batch. The loss is
computed by every replica, of `whole` values; gradients are those of the mean of the replicas' losses, once averaged.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

import tensorflow as tf

_HELD = threading.local()


@contextlib.contextmanager
def holding(parts: int) -> Iterator[None]:
    """Says that the batch is cut into so many equal parts inside, one for each replica."""
    _HELD.parts = parts
    try:
        yield
    finally:
        _HELD.parts = 1


def parts() -> int:
    """Into how many parts the batch is cut."""
    return getattr(_HELD, "parts", 1)


def spread(network: Callable, inputs, axis: int = 0, passes: int = 1):
    """Runs a network on this replica's part of the batch.

    Args:
        network: function of the inputs.
        inputs: tensor, or tuple of them, of the whole batch.
        axis: of the batch, in inputs and outputs.
        passes: the axis, then the first, is this many batches of equal size, one behind the other; a replica takes its
            part of each.

    Returns:
        what the network gives for the whole batch, `widened`.
    """
    return whole(network(own(inputs, axis, passes)), axis, passes)


def own(values, axis: int = 0, passes: int = 1):
    """This replica's part of values of the whole batch; arguments as for `spread`."""
    if parts() == 1:
        return values

    def cut(tensor):
        tensor = _apart(tf.convert_to_tensor(tensor), passes)
        place = axis + (passes > 1)
        count = tf.shape(tensor)[place] // parts()
        number = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.int32)
        return _together(tf.gather(tensor, number * count + tf.range(count), axis=place), passes)

    return tf.nest.map_structure(cut, values)


def whole(values, axis: int = 0, passes: int = 1):
    """Values of the whole batch, of each replica's part; arguments as for `spread`."""
    values = tf.nest.map_structure(widened, values)
    if parts() == 1:
        return values
    context = tf.distribute.get_replica_context()
    place = axis + (passes > 1)

    def gathered(tensor):
        tensor = _apart(tensor, passes)
        shape = [*tensor.shape[:place], None, *tensor.shape[place + 1 :]]
        return _together(tf.ensure_shape(context.all_gather(tensor, axis=place), shape), passes)

    return tf.nest.map_structure(gathered, values)


def widened(values):
    """Floats of 16 bits as float32, in which losses are computed; other values as they are."""
    return tf.cast(values, tf.float32) if values.dtype in (tf.float16, tf.bfloat16) else values


def mean(values):
    """Mean over the replicas."""
    return values if parts() == 1 else tf.distribute.get_replica_context().all_reduce("MEAN", values)


def masked(dropout: Callable, values, passes: int = 1):
    """A dropout layer's training output, with this replica's part of the mask that the whole batch would have."""
    if parts() == 1:
        return dropout(values)
    shape = tf.concat([tf.shape(values)[:1] * parts(), tf.shape(values)[1:]], axis=0)
    return values * own(dropout(tf.ones(shape, values.dtype)), passes=passes)


def _apart(tensor, passes):
    return tf.reshape(tensor, (passes, -1, *tensor.shape[1:])) if passes > 1 else tensor


def _together(tensor, passes):
    return tf.reshape(tensor, (-1, *tensor.shape[2:])) if passes > 1 else tensor
