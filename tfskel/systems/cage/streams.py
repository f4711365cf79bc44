# SPDX-License-Identifier: MIT
"""Which stream of a CAGE model learns which pretext task on which axis, and what the streams' features are together."""

from collections.abc import Mapping

import tensorflow as tf
from absl import logging

from tfskel.systems.cage import model as cage
from tfskel.systems.cage import pretext
from tfskel.systems.cage import trainer as training

AXES = ("x", "y", "z")
ORDERS = ("shuffled", "captured")
_MIX = 0x2545F491  # odd, so that multiplying by it loses no bit of an int32


class Streams:
    """Streams in the order task by task, axes within.

    Args:
        settings: section `training` of configs/cage.py.

    Attributes:
        tasks: pretext task of each group of three streams that is trained.
        attention: "LA" or "BA" of each stream.
        names: of each stream, "x" or "sorting x".
        blocks: how many times three streams' features stand side by side.

    Raises:
        ValueError: no task, or not one kind of attention for each.
    """

    def __init__(self, settings: Mapping):
        tasks, attention = tuple(settings.tasks), tuple(settings.attention)
        _check(tasks, attention)
        self.blocks = len(tasks)
        self.repeated = settings.legacy_plus and self.blocks > 1
        if self.repeated:
            tasks, attention = tasks[:1], attention[:1]
        self.tasks = tasks
        self.attention = [kind for kind in attention for _ in AXES]
        self.names = [axis if len(tasks) == 1 else f"{task} {axis}" for task in tasks for axis in AXES]
        self.shuffle = settings.sorting_order == "shuffled"

    def __len__(self) -> int:
        return len(self.names)

    def sources(self, joints: tf.Tensor, shuffle: bool | None = None) -> tf.Tensor:
        """What the streams embed: (N, f, J, 3) -> (S, N, f, J).

        Args:
            joints: sequences.
            shuffle: feed all streams shuffled frames; None feeds those of a sorting task so, if the recipe wants it.
        """
        axes = tf.transpose(joints, (3, 0, 1, 2))  # (3, N, f, J)
        mixed = [task in pretext.SHUFFLES and self.shuffle if shuffle is None else shuffle for task in self.tasks]
        return tf.concat([_shuffle(axes) if mix else axes for mix in mixed], axis=0)

    def features(self, model: cage.CAGE, joints: tf.Tensor, last_shuffled: bool = False) -> tf.Tensor:
        """CAGEs by axis and, within, by block: (N, f, J, 3) -> (3, blocks, N, f, H).

        Args:
            model: encoder-decoders.
            joints: sequences.
            last_shuffled: the last block of repeated ones sees shuffled frames, as in the original's training features.
        """
        context = model.context(self.sources(joints))  # (S, N, f, H)
        if self.repeated:
            last = model.context(self.sources(joints, shuffle=True)) if last_shuffled else context
            return tf.stack([context] * (self.blocks - 1) + [last], axis=1)
        parts = tf.split(context, self.blocks)  # one (3, N, f, H) for each task
        return tf.stack(parts, axis=1)


def by_frame(features: tf.Tensor) -> tf.Tensor:
    """(3, blocks, N, f, H) -> (N, f, 3 * blocks * H): axes side by side, blocks within an axis."""
    shape = tf.shape(features)
    return tf.reshape(tf.transpose(features, (2, 3, 0, 1, 4)), (shape[2], features.shape[3], -1))


def by_sequence(features: tf.Tensor) -> tf.Tensor:
    """(3, blocks, N, f, H) -> (N, 1, 3 * blocks * f * H): frames side by side within a block."""
    shape = tf.shape(features)
    return tf.reshape(tf.transpose(features, (2, 0, 1, 3, 4)), (shape[2], 1, -1))


def projected(model: cage.CAGE, features: tf.Tensor) -> tf.Tensor:
    """Projections instead of context vectors, one row a sequence: (3, blocks, N, f, H) -> (N, 1, S * H)."""
    context = tf.reshape(tf.transpose(features, (1, 0, 2, 3, 4)), (model.streams, -1, *features.shape[3:]))
    vectors = tf.transpose(model.project(context), (1, 0, 2))  # (N, S, H)
    return tf.reshape(vectors, (tf.shape(vectors)[0], 1, -1))


def _shuffle(axes: tf.Tensor) -> tf.Tensor:
    """Frames in an order that only the sequence itself decides, as if drawn: (3, N, f, J) -> same shape.

    A draw would give another feature at every call; these orders are spread as evenly and stay the same in an exported
    model. Integer arithmetic, so that no rounding can change them.
    """
    length = axes.shape[2]
    bits = tf.bitcast(axes, tf.int32)
    weights = tf.range(1, axes.shape[3] + 1) * 2 + 1
    keys = tf.reduce_sum(bits * weights, axis=-1) + tf.range(length)[None, None]  # (3, N, f)
    for _ in range(2):
        keys = tf.bitwise.bitwise_xor(keys, tf.bitwise.right_shift(keys, 15)) * _MIX
    order = tf.argsort(keys, axis=-1, stable=True)
    return tf.gather(axes, order, axis=2, batch_dims=2)


def _check(tasks: tuple, attention: tuple) -> None:
    if not tasks:
        raise ValueError(f"training.tasks must name at least one of {', '.join(pretext.TASKS)}; received none.")
    if len(attention) != len(tasks):
        raise ValueError(
            f"training.attention needs one of {', '.join(training.ATTENTION)} for each of {len(tasks)} tasks; received "
            f"{attention}."
        )
    for task, kind in zip(tasks, attention, strict=True):
        if kind == "LA" and task != "rev_rec":
            logging.warning(
                "task %s with locality-aware attention: its target is the mirrored frame, which only rev_rec decodes. "
                "The authors' text pairs it with BA.", task,
            )  # fmt: skip
