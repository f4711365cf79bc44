# SPDX-License-Identifier: MIT
"""Recognition network: a two-layer perceptron on frozen features, its scores summed over prefixes."""

import keras
from keras import ops


class Recognition(keras.Model):
    """Classifier of identities; every weight exists after construction.

    Args:
        features: width D of the features.
        classes: number of identities C.
        seed: initial values; None draws them anew.
        hidden: width H of the hidden layer; None makes it as wide as the features.

    Raises:
        ValueError: no features or no classes.

    Source: original programs of CAGE and SM-SGE: relu(F W1 + b1) W2 + b2, kernels drawn from N(0, 1).
    """

    def __init__(
        self,
        features: int,
        classes: int,
        seed: int | None = None,
        hidden: int | None = None,
        name: str = "recognition",
    ):
        super().__init__(name=name)
        if features < 1 or classes < 1:
            raise ValueError(f"features and classes must be at least 1; received {features} and {classes}.")
        self.features, self.classes, self.seed, self.hidden_units = features, classes, seed, hidden or features
        self.build((None, features))

    def build(self, input_shape):
        D, H, C = self.features, self.hidden_units, self.classes
        seeds = (None, None) if self.seed is None else (self.seed, self.seed + 1)
        first, second = (keras.initializers.RandomNormal(stddev=1.0, seed=seed) for seed in seeds)
        self.hidden_kernel = self.add_weight(name="hidden_kernel", shape=(D, H), initializer=first)
        self.hidden_bias = self.add_weight(name="hidden_bias", shape=(H,), initializer="zeros")
        self.kernel = self.add_weight(name="kernel", shape=(H, C), initializer=second)
        self.bias = self.add_weight(name="bias", shape=(C,), initializer="zeros")
        self.built = True

    def call(self, features):
        """Logits: (..., D) -> (..., C)."""
        rows = ops.reshape(features, (-1, self.features))
        logits = ops.matmul(self.hidden(rows), self.kernel) + self.bias  # (rows, C)
        return ops.reshape(logits, (*ops.shape(features)[:-1], self.classes))

    def hidden(self, rows):
        """Hidden layer: (rows, D) -> (rows, H)."""
        return ops.relu(ops.matmul(rows, self.hidden_kernel) + self.hidden_bias)

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
