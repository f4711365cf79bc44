# SPDX-License-Identifier: MIT
"""CAGE: an attention encoder-decoder for each coordinate axis, all of them in one model."""

import keras
import numpy as np
from keras import ops

from tfskel.layers import configured, initial_values, lstm
from tfskel.systems.cage import luong_decoder

LSTM_LIMIT, LSTM_SEED = 0.1, 2


@keras.saving.register_keras_serializable(package="tfskel")
class CAGE(configured.Configured, keras.Model):
    """S independent encoder-decoders ("streams"), e.g. of the axes x, y, z; every weight exists after construction.

    The first axis of every weight counts streams. Nothing is shared between them, so that one model trains what the
    original trains as separate programs.

    Args:
        num_joints: joints of a frame J, one coordinate of each.
        length: frames per sequence f.
        units: width of the LSTM layers and of the attention H.
        streams: number of encoder-decoders S.
        seed: initial values; None draws them anew.
        unused_copies: have the original's trainable copies of two encoder weights, which nothing reads; they count in
            the L2 term and in the number of parameters.
        constant_lstm: LSTM kernels of one shape begin with the same values, in every stream and for every seed.

    Raises:
        ValueError: a size is below 1.

    Source: Rao et al., A Self-Supervised Gait Encoding Approach With Locality-Awareness, T-PAMI 2021,
        https://arxiv.org/abs/2009.03671; where paper and program differ, the program.
    """

    def __init__(
        self,
        num_joints: int,
        length: int,
        units: int = 256,
        streams: int = 3,
        seed: int | None = None,
        unused_copies: bool = True,
        constant_lstm: bool = True,
        name: str = "cage",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        for label, value in (("num_joints", num_joints), ("length", length), ("units", units), ("streams", streams)):
            if value < 1:
                raise ValueError(f"{label} must be at least 1; received {value}.")
        self.num_joints, self.length, self.units, self.streams = num_joints, length, units, streams
        self.seed, self.unused_copies, self.constant_lstm = seed, unused_copies, constant_lstm
        seeds = [None] * 4 if seed is None else [int(s) for s in np.random.SeedSequence(seed).generate_state(4) >> 2]
        self.head_seeds, lstm_seed = seeds[1:3], LSTM_SEED if constant_lstm else seeds[3]
        initial = {"streams": streams, "limit": LSTM_LIMIT, "alike": constant_lstm}
        self.encoder = lstm.LSTMEncoder(units, seed=lstm_seed, name="encoder", **initial)
        after = lstm_seed if constant_lstm or seed is None else lstm_seed + 4  # draws of the encoder's kernels
        self.decoder = luong_decoder.LuongDecoder(
            units, num_joints, seed=seeds[0], lstm_seed=after, name="decoder", **initial
        )
        self.build((streams, None, length, num_joints))

    def build(self, input_shape):
        S, f, J, H = self.streams, self.length, self.num_joints, self.units
        self.encoder.build((S, None, f, J))
        self.decoder.build()
        normal = [initial_values.normal(seed) for seed in self.head_seeds]
        self.hidden_kernel = self.add_weight(name="hidden_kernel", shape=(S, f * H, H), initializer=normal[0])
        self.hidden_bias = self.add_weight(name="hidden_bias", shape=(S, H), initializer="zeros")
        self.kernel = self.add_weight(name="kernel", shape=(S, H, H), initializer=normal[1])
        self.bias = self.add_weight(name="bias", shape=(S, H), initializer="zeros")
        if self.unused_copies:
            first = self.encoder.layers[0]
            self.unused_kernel = self.add_weight(name="unused_kernel", shape=(S, J + H, 4 * H), initializer="zeros")
            self.unused_kernel.assign(ops.concatenate([first.kernel, first.recurrent_kernel], axis=1))
            self.unused_bias = self.add_weight(name="unused_bias", shape=(S, 4 * H), initializer="zeros")

    def call(self, sources, previous=None):
        """Encodes and decodes.

        Args:
            sources: (S, N, f, J) float32, one coordinate per joint.
            previous: see `decode`.

        Returns:
            luong_decoder.Decoded; its context vectors are the CAGEs.
        """
        return self.decode(*self.encode(sources), previous=previous)

    def encode(self, sources):
        """Outputs (S, N, f, H) of the encoder and the final (hidden, cell) of its two layers, each (S, N, H)."""
        return self.encoder.run(sources)

    def decode(self, outputs, states, previous=None, feedback=False) -> luong_decoder.Decoded:
        """Decodes what `encode` gave.

        Args:
            outputs, states: from `encode`.
            previous: (S, N, f, J), the frame fed at each step; None feeds zeros, what the original does in training.
            feedback: feed the decoder's own frames, the original's inference.
        """
        return self.decoder(outputs, states, previous=previous, feedback=feedback)

    def context(self, sources):
        """CAGEs: (S, N, f, J) -> (S, N, f, H)."""
        return self(sources).context

    def project(self, context):
        """Vectors for the contrast: (S, N, f, H) -> (S, N, H), not normalised."""
        return ops.matmul(self.project_hidden(context), self.kernel) + ops.expand_dims(self.bias, 1)

    def project_hidden(self, context):
        """Hidden layer of the projection: (S, N, f, H) -> (S, N, H)."""
        flat = ops.reshape(context, (self.streams, -1, self.length * self.units))  # (S, N, f * H)
        return ops.relu(ops.matmul(flat, self.hidden_kernel) + ops.expand_dims(self.hidden_bias, 1))

    def head_weights(self) -> list:
        """Weights of the projection."""
        return [self.hidden_kernel, self.hidden_bias, self.kernel, self.bias]

    def body_weights(self) -> list:
        """All other trainable weights."""
        head = {id(weight) for weight in self.head_weights()}
        return [weight for weight in self.trainable_variables if id(weight) not in head]

    def stored(self, weight):
        """A weight as TensorFlow 1 stores it: biases of the LSTM without the forget gate's constant."""
        biases = {id(layer.bias): layer for layer in (*self.encoder.layers, *self.decoder.layers)}
        return biases[id(weight)].stored_bias() if id(weight) in biases else weight
