# SPDX-License-Identifier: MIT
"""Training step of uPMnet: association with anchors, weight decay, clipped gradients, averaged weights."""

import functools

import tensorflow as tf

from tfskel.layers import replicas
from tfskel.systems.upmnet import losses as association
from tfskel.systems.upmnet import model as upmnet
from tfskel.systems.upmnet.anchors import Anchors
from tfskel.training import determinism, momentum, optimised, rmsprop, strategy

OPTIMIZERS = {"rmsprop": rmsprop.RMSProp, "sgd": functools.partial(momentum.Momentum, nesterov=True)}


class Trainer(optimised.Optimised):
    """Trains a twin of a network; the network itself holds the moving average of its weights, which is tested.

    Args:
        model: network of which training begins, and which then holds the averaged weights and the moving statistics of
            the twin.
        anchors: of the training set.
        optimizer: one of OPTIMIZERS.
        learning_rate: float or Keras schedule of the step.
        warm_up: steps before pairs of anchors can be consistent.
        weight_decay: factor of half the sum of squares of `PartNetwork.decayed`.
        margin, rate, matched_negative: see `losses`; `rate` is the paper's eta.
        clip: gradients are cut off elementwise at +-clip.
        average: largest decay of the averaged weights; after s steps it is at most (1 + s) / (10 + s).

    Attributes:
        trained: the twin that the steps move.

    Raises:
        ValueError: an unknown optimizer or matched_negative, or anchors that do not fit the network.

    Source: arXiv 2111.05170; where paper and program differ, the program.
    """

    def __init__(
        self,
        model: upmnet.PartNetwork,
        anchors: Anchors,
        optimizer: str,
        learning_rate,
        warm_up: int,
        weight_decay: float = 4e-5,
        margin: float = 0.5,
        rate: float = 0.5,
        matched_negative: str = "batch_mean",
        clip: float = 2.0,
        average: float = 0.9999,
    ):
        known = (("optimizer", optimizer, OPTIMIZERS),
                 ("matched_negative", matched_negative, association.MATCHED_NEGATIVES))  # fmt: skip
        for label, value, choices in known:
            if value not in choices:
                raise ValueError(f"{label} must be one of {', '.join(choices)}; received {value!r}.")
        if (anchors.intra.shape[0], anchors.intra.shape[2]) != (model.parts, model.features):
            raise ValueError(
                f"anchors of {anchors.intra.shape[0]} parts and {anchors.intra.shape[2]} features do not fit a network "
                f"of {model.parts} parts and {model.features} features."
            )
        self.trained = type(model).from_config(model.get_config())
        self.trained.set_weights(model.get_weights())
        weights = {optimizer: self.trained.trainable_variables}
        super().__init__(model, learning_rate, weights, functools.partial(OPTIMIZERS[optimizer], clip=clip))
        self.anchors, self.optimizer = anchors, self.optimizers[optimizer]
        self.warm_up, self.weight_decay, self.average = warm_up, weight_decay, average
        self.margin, self.rate, self.matched_negative = margin, rate, matched_negative
        self._update = strategy.compiled(self._update_step)

    def step(self, images, tracklets, cameras) -> dict[str, tf.Tensor]:
        """One update of weights, moving statistics, anchors and averages.

        Args:
            images: (N, h, w, 3) float32 in [-1, 1].
            tracklets: (N,) int32, number of the tracklet inside its camera, from 0.
            cameras: (N,) int32 from 0.

        Returns:
            Losses before the update: "intra" and "cross", their sum "association", "total" with the weight decay; and
            "consistent", the share of samples and parts whose anchor found a partner.
        """
        return self._update(images, tracklets, cameras)

    def gradients(self, images, rows) -> tuple[dict, tf.Tensor, list]:
        """Losses, normalised part features (P, N, D), and gradients of the total for the twin's trainable variables.

        Args:
            images: as in `step`.
            rows: (N,) int32, see `Anchors.rows`.
        """
        with tf.GradientTape() as tape:
            features = replicas.spread(functools.partial(self.trained, training=True), images)
            features = association.normalised(tf.transpose(features, (1, 0, 2)))
            losses = self.losses(features, rows)
        return losses, features, tape.gradient(losses["total"], self.trained.trainable_variables, self.upstream)

    def losses(self, features, rows) -> dict[str, tf.Tensor]:
        """Losses of normalised part features (P, N, D), as `step` names them."""
        intra, cross = tf.unstack(tf.reduce_mean(association.part_losses(
            features, self.anchors.intra, self.anchors.cross, rows, self.anchors.cameras, self.margin,
            self.matched_negative), axis=1))  # fmt: skip
        squares = determinism.total([tf.nn.l2_loss(weight.value) for weight in self.trained.decayed])
        found = {"intra": intra, "cross": cross, "association": intra + cross}
        return found | {"total": found["association"] + self.weight_decay * squares}

    def move_anchors(self, features, rows) -> tf.Tensor:
        """Moves the anchors by normalised part features (P, N, D); returns the share of consistent pairs."""
        anchors, started = self.anchors, self.optimizer.iterations.value >= self.warm_up
        anchors.intra.assign(association.updated_intra(anchors.intra, features, rows, self.rate))
        cross, share = association.updated_cross(anchors.cross, anchors.intra, rows, anchors.cameras, started)
        anchors.cross.assign(cross)
        return share

    def trackables(self) -> dict:
        """Objects whose state an exact resume needs."""
        # Named one by one: a checkpoint does not reach what Keras layers keep in lists.
        weights = {"model": [*self.model.weights], "trained": [*self.trained.weights]}
        return super().trackables() | weights | {"anchors": self.anchors}

    def _update_step(self, images, tracklets, cameras):
        rows = self.anchors.rows(tracklets, cameras)
        losses, features, gradients = self.gradients(images, rows)
        losses["consistent"] = self.move_anchors(features, rows)
        step = tf.cast(self.optimizer.iterations.value, tf.float32)
        self.apply({self.optimizer.name: gradients})
        self._follow(tf.minimum(self.average, (1 + step) / (10 + step)))
        return losses

    def _follow(self, decay):
        for averaged, weight in zip(self.model.weights, self.trained.weights, strict=True):
            statistics = weight.name.startswith("moving_")
            averaged.assign(weight if statistics else averaged - (1 - decay) * (averaged - weight))
