# SPDX-License-Identifier: MIT
"""Training step of CAGE: reconstruction, locality-aware attention, contrast of neighbours and L2, one clipped Adam."""

import functools
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfskel.layers import replicas
from tfskel.systems.cage import losses
from tfskel.systems.cage import model as cage
from tfskel.training import adam, determinism, optimised, strategy

ATTENTION = {"LA": True, "BA": False}
TERMS = ("reconstruction", "attention", "contrast", "l2")


class Trainer(optimised.Optimised):
    """Minimises the sum of all streams' losses; as streams share nothing, each is trained as if it were alone.

    Args:
        model: encoder-decoders to train.
        learning_rate: of Adam.
        temperature: of the contrastive term, above 0.
        attention: "LA" (locality-aware) or "BA" (basic) for each stream.
        l2: weight of half the squares of every weight.
        clip: largest magnitude of an element of a gradient.
        teacher_forcing: feed the decoder the target's frames, one step late; the original feeds zeros.
        frozen_head: train the encoder-decoder without the contrast, and the projection alone with it, by an Adam of its
            own without clipping and L2; what the original means by its option `frozen`, which fails there.
        names: names of the streams in what `step` returns; numbers by default.

    Raises:
        ValueError: temperature not above 0, unknown attention, or a number of streams that is not the model's.

    Source: original program.
    """

    def __init__(
        self,
        model: cage.CAGE,
        learning_rate: float,
        temperature: float,
        attention: Sequence[str],
        l2: float = 0.02,
        clip: float = 5.0,
        teacher_forcing: bool = False,
        frozen_head: bool = False,
        names: Sequence[str] = (),
    ):
        self.names = list(names) or [str(stream) for stream in range(model.streams)]
        _check(model, temperature, attention, self.names)
        weights = {"adam": model.body_weights() if frozen_head else model.trainable_variables}
        if frozen_head:
            weights["adam_head"] = model.head_weights()
        kinds = {"adam": functools.partial(adam.Adam, clip=clip), "adam_head": adam.Adam}
        super().__init__(model, learning_rate, weights, kinds)
        self.temperature, self.l2 = temperature, l2
        self.aware = tf.constant([float(ATTENTION[kind]) for kind in attention])  # (S,)
        self.teacher_forcing, self.frozen_head = teacher_forcing, frozen_head
        spec = tf.TensorSpec((model.streams, None, model.length, model.num_joints), tf.float32)
        self._update = strategy.compiled(self._update_step, axis=1, input_signature=[spec, spec])

    def step(self, sources: np.ndarray, targets: np.ndarray) -> dict[str, tf.Tensor]:
        """One update.

        Args:
            sources, targets: (S, N, f, J) float32, N at least 2.

        Returns:
            Scalars before the update: "<term>/<stream>" for each of TERMS and each stream, and "total", their sum.

        Raises:
            ValueError: N is below 2.
        """
        if sources.shape[1] < 2:
            raise ValueError(
                f"a step contrasts neighbours and needs at least 2 sequences; received {sources.shape[1]}. Choose a "
                'batch size that leaves none alone, or remainder "drop".'
            )
        return self._update(sources, targets)

    def losses(self, sources, targets) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Terms by name, each (S,) and the contrast as it enters the total; and the total."""
        fed = (sources, _one_late(targets)) if self.teacher_forcing else (sources,)
        decoded = replicas.spread(lambda given: self.model(*given), fed, axis=1)
        context = tf.stop_gradient(decoded.context) if self.frozen_head else decoded.context
        squares = [
            tf.reduce_sum(tf.square(self.model.stored(w)), axis=range(1, len(w.shape))) for w in self.moved["adam"]
        ]
        terms = {
            "reconstruction": 0.5 * tf.reduce_sum(tf.square(decoded.reconstruction - targets), axis=(1, 2, 3)),
            "attention": self.aware * losses.locality(decoded.alignments),
            "contrast": losses.contrast(self.model.project(context), self.temperature),
            "l2": self.l2 * 0.5 * determinism.total(squares),
        }
        return terms, tf.reduce_sum(determinism.total(list(terms.values())))

    def gradients(self, sources, targets) -> tuple[dict[str, tf.Tensor], list[tf.Tensor]]:
        """Terms, each (S,), and gradients of the total for the model's trainable variables, before clipping."""
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            terms, total = self.losses(tf.convert_to_tensor(sources), tf.convert_to_tensor(targets))
        return terms | {"total": total}, tape.gradient(total, variables, self.upstream)

    def _update_step(self, sources, targets):
        found, gradients = self.gradients(sources, targets)
        by_weight = {id(w): g for w, g in zip(self.model.trainable_variables, gradients, strict=True)}
        of_each = {name: [by_weight[id(weight)] for weight in weights] for name, weights in self.moved.items()}
        self.apply(of_each)
        named = {f"{term}/{name}": found[term][s] for term in TERMS for s, name in enumerate(self.names)}
        return named | {"total": found["total"]}


def _one_late(frames):
    return tf.concat([tf.zeros_like(frames[:, :, :1]), frames[:, :, :-1]], axis=2)


def _check(model: cage.CAGE, temperature: float, attention: Sequence[str], names: Sequence[str]) -> None:
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0; received {temperature}.")
    unknown = [kind for kind in attention if kind not in ATTENTION]
    if unknown:
        raise ValueError(f"attention must be one of {', '.join(ATTENTION)}; received {unknown[0]!r}.")
    if not len(attention) == len(names) == model.streams:
        raise ValueError(
            f"attention and names must have one entry for each of {model.streams} streams; received "
            f"{len(attention)} and {len(names)}."
        )
