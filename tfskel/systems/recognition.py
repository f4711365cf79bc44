# SPDX-License-Identifier: MIT
"""Recognition network: a two-layer perceptron on frozen features, its scores summed over prefixes; and its training."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfskel.data import order as batches
from tfskel.layers import configured, dense, initial_values, replicas
from tfskel.training import optimised, strategy


@keras.saving.register_keras_serializable(package="tfskel")
class Recognition(configured.Configured, keras.Model):
    """Classifier of identities; every weight exists after construction.

    Args:
        features: width D of the features.
        classes: number of identities C.
        seed: initial values; None draws them anew.
        units: width H of the hidden layer; None makes it as wide as the features.

    Raises:
        ValueError: no features or no classes.

    Source: original programs of CAGE and SM-SGE: relu(F W1 + b1) W2 + b2, kernels drawn from N(0, 1).
    """

    def __init__(
        self,
        features: int,
        classes: int,
        seed: int | None = None,
        units: int | None = None,
        name: str = "recognition",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if features < 1 or classes < 1:
            raise ValueError(f"features and classes must be at least 1; received {features} and {classes}.")
        self.features, self.classes, self.seed, self.units = features, classes, seed, units or features
        first, second = (initial_values.normal(seed, number) for number in range(2))
        self.hidden = dense.Dense(self.units, "relu", kernel_initializer=first, name="hidden")
        self.logits = dense.Dense(classes, kernel_initializer=second, name="logits")
        self.build((None, features))

    def build(self, input_shape):
        self.hidden.build(input_shape)
        self.logits.build((None, self.units))

    def call(self, features):
        """Logits: (..., D) -> (..., C)."""
        rows = ops.reshape(features, (-1, self.features))
        logits = self.logits(self.hidden(rows))  # (rows, C)
        return ops.reshape(logits, (*ops.shape(features)[:-1], self.classes))

    def scores(self, prefix_features, last_prefix_only: bool = False):
        """Scores of sequences.

        Args:
            prefix_features: (N, P, D) features of P prefixes of each sequence.
            last_prefix_only: score the longest prefix instead of the sum over prefixes.

        Returns:
            (N, C) summed logits; the originals call this sum an average.
        """
        if last_prefix_only:
            return self(prefix_features[:, -1])
        return ops.sum(self(prefix_features), axis=1)


class RecognitionTrainer(optimised.Optimised):
    """Minimises the cross-entropy of summed prefix scores with Adam.

    Args:
        model: recognition network to train.
        learning_rate: of Adam.
        last_prefix_only: use the longest prefix instead of the sum over prefixes.

    Source: original program, recognition stage.
    """

    def __init__(self, model: Recognition, learning_rate: float, last_prefix_only: bool = False):
        super().__init__(model, learning_rate, {"adam": model.trainable_variables})
        self.last_prefix_only = last_prefix_only
        self._update = strategy.compiled(self._update_step, reduce_retracing=True)
        self._updates = tf.function(self._several_steps, reduce_retracing=True, autograph=False)
        self._forward = tf.function(self._loss_and_scores, reduce_retracing=True, autograph=False)

    def step(self, prefix_features: np.ndarray, labels: np.ndarray) -> dict[str, tf.Tensor]:
        """One update.

        Args:
            prefix_features: (B, P, D) float32.
            labels: (B,) int, classes.

        Returns:
            "total" (the loss) and "accuracy" before the update.
        """
        return self.update(prefix_features, labels)[0]

    def update(self, prefix_features: np.ndarray, labels: np.ndarray) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """What `step` does; also returns the scores (B, C) before the update."""
        loss, scores = self._update(*_tensors(prefix_features, labels))
        return {"total": loss, "accuracy": accuracy(scores, labels)}, scores

    def steps(self, rows: np.ndarray, labels: np.ndarray) -> dict[str, tf.Tensor]:
        """Updates on several batches of single features in one call; the same as one `step` after another.

        Args:
            rows: (K, B, D) float32, K batches.
            labels: (K, B) int, classes.

        Returns:
            means over the batches of what `step` returns.
        """
        if strategy.distributed():  # replicas cannot meet inside a loop of the graph
            each = [self.step(of_batch[:, None], own) for of_batch, own in zip(rows, labels, strict=True)]
            return {name: tf.reduce_mean([found[name] for found in each]) for name in each[0]}
        losses, hits = self._updates(*_tensors(rows, labels))
        return {"total": tf.reduce_mean(losses), "accuracy": tf.reduce_mean(hits)}

    def gradients(self, prefix_features: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Loss and its gradients with respect to the model's trainable variables."""
        with tf.GradientTape() as tape:
            loss, _ = self._loss_and_scores(*_tensors(prefix_features, labels))
        return loss, tape.gradient(loss, self.model.trainable_variables, self.upstream)

    def score(
        self, prefix_features: np.ndarray, labels: np.ndarray, batch_size: int, remainder: str = "drop"
    ) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
        """Scores of a split, batch by batch.

        Args:
            prefix_features: (N, P, D) float32; may lie on disk.
            labels: (N,) int, classes.
            batch_size: sequences per batch.
            remainder: "drop" or "keep", see `batches.slices`.

        Returns:
            means: "loss" and "accuracy", each the mean of the batches' means.
            scores: (n, C) float32 of the n sequences scored.
            labels: (n,) their classes.

        Raises:
            ValueError: no batch is left.
        """
        cuts = batches.slices(len(labels), batch_size, remainder)
        losses, accuracies, scores = [], [], []
        for cut in cuts:
            loss, part = self._forward(*_tensors(prefix_features[cut], labels[cut]))
            losses.append(float(loss))
            accuracies.append(float(accuracy(part, labels[cut])))
            scores.append(part.numpy())
        means = {"loss": float(np.mean(losses)), "accuracy": float(np.mean(accuracies))}
        return means, np.concatenate(scores), np.concatenate([labels[cut] for cut in cuts])

    def _loss_and_scores(self, prefix_features, labels):
        of_part = lambda rows: self.model.scores(rows, self.last_prefix_only)  # noqa: E731
        scores = replicas.spread(of_part, prefix_features)
        return cross_entropy(scores, labels), scores

    def _several_steps(self, rows, labels):
        count = tf.shape(rows)[0]

        def update(k, losses, hits):
            loss, scores = self._update_step(rows[k][:, None], labels[k])
            found = tf.argmax(scores, axis=1, output_type=tf.int32) == labels[k]
            return k + 1, losses.write(k, loss), hits.write(k, tf.reduce_mean(tf.cast(found, tf.float32)))

        empty = [tf.TensorArray(tf.float32, count) for _ in range(2)]
        _, losses, hits = tf.while_loop(lambda k, *_: k < count, update, (tf.constant(0), *empty))
        return losses.stack(), hits.stack()

    def _update_step(self, prefix_features, labels):
        with tf.GradientTape() as tape:
            loss, scores = self._loss_and_scores(prefix_features, labels)
        self.apply({"adam": tape.gradient(loss, self.model.trainable_variables, self.upstream)})
        return loss, scores


def cross_entropy(scores, labels) -> tf.Tensor:
    """Mean over rows of the cross-entropy of the soft-max: (N, C) float scores, (N,) int classes -> scalar."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores))


def accuracy(scores, labels) -> np.floating:
    """Share of rows whose highest score is that of their class: (N, C) scores, (N,) int classes -> float64."""
    return np.mean(np.argmax(scores, axis=1) == np.asarray(labels), dtype=np.float64)


def _tensors(prefix_features, labels) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.convert_to_tensor(prefix_features, tf.float32), tf.convert_to_tensor(labels, tf.int32)
