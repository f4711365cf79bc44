# SPDX-License-Identifier: MIT
"""Training step of the baseline: a re-ID network that learns from triplets or pairs of images alone."""

import functools

import tensorflow as tf

from tfskel.layers import replicas
from tfskel.systems.st_reidnet import losses, reid_network, schedules
from tfskel.training import adam, momentum, optimised, strategy

OPTIMIZERS = {"adam": adam.Adam, "sgd": momentum.Momentum}
OF_BACKBONE = 0.1  # its share of the learning rate


class Trainer(optimised.Optimised):
    """Moves backbone and classifier; the neck's scale stays.

    Args:
        model: network; "single" takes triplets, "siamese" pairs.
        optimizer: one of OPTIMIZERS.
        learning_rate: of the classifier; the backbone's is OF_BACKBONE of it.
        step_size: epochs after which rates fall to a tenth.
        weight_decay: times a weight is added to its gradient.
        margin: of the triplet loss; None for the soft one.
        smoothing: share of the targets spread over all classes; a siamese network's targets are plain.
        triplet_weight, classification_weight: factors in the total; the first is 0 for a plain classifier.
        momentum: of "sgd".

    Raises:
        ValueError: an unknown optimizer.

    Source: the original program, kept for parity.
    """

    def __init__(
        self,
        model: reid_network.ReIDNetwork,
        optimizer: str = "adam",
        learning_rate: float = 5e-5,
        step_size: int = 40,
        weight_decay: float = 5e-4,
        margin: float | None = None,
        smoothing: float = 0.1,
        triplet_weight: float = 1.0,
        classification_weight: float = 1.0,
        momentum: float = 0.9,
    ):
        if optimizer not in OPTIMIZERS:
            raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}; received {optimizer!r}.")
        weights = {part: getattr(model, part).trainable_variables for part in ("backbone", "classifier")}
        settings = {"momentum": momentum} if optimizer == "sgd" else {}
        kind = functools.partial(OPTIMIZERS[optimizer], decay=weight_decay, **settings)
        super().__init__(model, learning_rate, weights, kind)
        self.learning_rate, self.step_size, self.margin = learning_rate, step_size, margin
        self.siamese = model.embedding == "siamese"
        self.smoothing = 0.0 if self.siamese else smoothing
        self.triplet_weight, self.classification_weight = triplet_weight, classification_weight
        self._update = strategy.compiled(self._update_step)
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> dict[str, float]:
        """Sets the rates of an epoch, counted from 0, and returns the classifier's."""
        rate = self.learning_rate * schedules.stepwise(epoch, self.step_size)
        self.set_rates({"backbone": OF_BACKBONE * rate, "classifier": rate})
        return {"learning_rate": rate}

    def step(self, images, labels) -> dict[str, tf.Tensor]:
        """One update of weights and moving statistics.

        Args:
            images: (B, 3, h, w, 3) float32, as the network takes them; (B, 2, h, w, 3) for a siamese network.
            labels: (B, 3) int, or (B, 2), of the training identities.

        Returns:
            Losses before the update: "triplet", "classification", "total"; and "accuracy" of the logits.
        """
        return self._update(images, labels)

    def losses(self, images, labels) -> dict[str, tf.Tensor]:
        """What `step` returns, of the network in training; moves its statistics.

        The images of each place in the triplets are a pass of their own, normalised by themselves; the original
        calls the network once for each. Pairs are one pass.
        """
        places, identities = images.shape[1], tf.reshape(tf.transpose(labels), (-1,))  # (places B,)
        flat = tf.reshape(tf.transpose(images, (1, 0, 2, 3, 4)), (-1, *images.shape[2:]))
        passes = 1 if self.siamese else places
        outputs = self.model(replicas.own(flat, passes=places), training=True, passes=passes)
        *features, logits = replicas.whole(outputs, passes=passes)
        targets = tf.cast(labels[:, 0] == labels[:, 1], labels.dtype) if self.siamese else identities
        triplet = losses.triplet(tf.concat(features, axis=0), identities, self.margin)
        classification = losses.classification(logits, targets, self.smoothing)
        total = self.triplet_weight * triplet + self.classification_weight * classification
        accuracy = losses.accuracy(logits, targets)
        return {"total": total, "triplet": triplet, "classification": classification, "accuracy": accuracy}

    def trackables(self) -> dict:
        """As Optimised; weights one by one, since a checkpoint does not reach what Keras layers keep in lists."""
        return super().trackables() | {"model": [*self.model.weights]}

    def _update_step(self, images, labels):
        with tf.GradientTape() as tape:
            found = self.losses(images, labels)
        self.apply(tape.gradient(found["total"], self.moved, self.upstream))
        return found
