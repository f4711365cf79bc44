# SPDX-License-Identifier: MIT
"""SM-SGE: multi-scale skeleton graph relations, one LSTM encoder per scale, cross-scale reconstruction."""

import keras
import numpy as np
from keras import ops

from tfskel import skeletons
from tfskel.layers import configured, dense, initial_values, lstm, scales
from tfskel.systems.sm_sge import relations

LETTERS = {"joints": "J", "parts": "P", "bodies": "B", "interpolated": "I"}
FEATURE_ORDER = ("interpolated", "joints", "parts", "bodies")
# Which scales a scale gathers from: itself and coarser ones.
SOURCES = {
    "joints": ("joints", "parts", "bodies"),
    "parts": ("parts", "bodies"),
    "bodies": ("bodies",),
    "interpolated": ("interpolated", "joints", "parts", "bodies"),
}
# Which scales the encoder of a scale reconstructs.
TARGETS = {
    "joints": ("joints", "parts", "bodies"),
    "parts": ("parts", "bodies"),
    "bodies": ("bodies",),
    "interpolated": ("joints", "parts", "bodies", "interpolated"),
}


@keras.saving.register_keras_serializable(package="tfskel")
class ReconstructionHeads(configured.Configured, keras.layers.Layer):
    """Predicts skeletons of several scales from the outputs of one encoder, each by a perceptron of two layers.

    Args:
        units: int. Width of the outputs and of each hidden layer.
        nodes: dict scale -> number of nodes; one head each, in this order.
        seed: int or None. Seed of the initial values.

    Source: original program: relu(h W1 + b1) W2 + b2, kernels drawn from N(0, 1).
    """

    def __init__(self, units, nodes, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.nodes, self.seed = units, dict(nodes), seed
        initial = iter([initial_values.normal(seed, number) for number in range(len(nodes) + 1)])
        # The hidden layers of all heads are one product.
        self.hidden = dense.Dense(units * len(nodes), "relu", kernel_initializer=next(initial), name="hidden")
        self.predict = {
            scale: dense.Dense(3 * count, kernel_initializer=next(initial), name=scale)
            for scale, count in self.nodes.items()
        }

    def build(self, outputs_shape):
        self.hidden.build(outputs_shape)
        for layer in self.predict.values():
            layer.build(outputs_shape)

    def call(self, outputs):
        """Predicted skeletons: (rows, units) -> dict scale -> (rows, 3 * nodes), x, y, z node by node."""
        parts = ops.split(self.hidden(outputs), len(self.nodes), axis=-1)  # (rows, units) each
        return {scale: layer(part) for (scale, layer), part in zip(self.predict.items(), parts, strict=True)}


@keras.saving.register_keras_serializable(package="tfskel")
class SMSGE(configured.Configured, keras.Model):
    """Encoder of SM-SGE; every weight exists after construction.

    Args:
        skeleton: name of a joint layout in `skeletons.SKELETONS`.
        length: frames per sequence f.
        units: width of the LSTM layers.
        heads: attention heads per scale.
        node_units: features per graph node.
        fusion: weight of the collaborative relations, in [0, 1].
        neighbourhood: edges that joints see along; the other scales always see one edge.
        global_attention: every node sees every node, on all scales.
        structure_only: leave the collaborative relations out.
        seed: initial values; None draws them anew.

    Raises:
        ValueError: unknown skeleton, or a value out of its range.

    Source: Rao et al., 2021, https://arxiv.org/abs/2107.01903; where paper and program differ, the program.
    """

    def __init__(
        self,
        skeleton: str,
        length: int,
        units: int = 256,
        heads: int = 8,
        node_units: int = 8,
        fusion: float = 1.0,
        neighbourhood: int = 1,
        global_attention: bool = False,
        structure_only: bool = False,
        seed: int | None = None,
        name: str = "sm_sge",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if not 0 <= fusion <= 1:
            raise ValueError(f"fusion must lie in [0, 1]; received {fusion}.")
        for label, value in (("length", length), ("units", units), ("heads", heads), ("node_units", node_units)):
            if value < 1:
                raise ValueError(f"{label} must be at least 1; received {value}.")
        layout = skeletons.get(skeleton)
        self.skeleton, self.num_joints, self.length, self.seed = layout.name, layout.num_joints, length, seed
        self.units, self.heads, self.node_units, self.fusion = units, heads, node_units, fusion
        self.neighbourhood, self.global_attention, self.structure_only = neighbourhood, global_attention, structure_only
        self.scale_matrices = {s: skeletons.scale_matrix(layout, s) for s in skeletons.SCALES}
        self.biases = {s: _bias(layout, s, neighbourhood, global_attention) for s in skeletons.SCALES}
        self._make_layers(np.random.SeedSequence(seed).generate_state(13).tolist() if seed is not None else [None] * 13)
        self.build((None, length, self.num_joints, 3))

    def _make_layers(self, seeds: list):
        self.attention, self.encoders, self.reconstruction = {}, {}, {}
        nodes = {scale: len(matrix) for scale, matrix in self.scale_matrices.items()}
        for scale in skeletons.SCALES:
            self.attention[scale] = relations.GraphAttention(
                self.biases[scale], self.node_units, self.heads, seed=seeds.pop(), name=f"{scale}_attention"
            )
            self.encoders[scale] = lstm.LSTMEncoder(self.units, seed=seeds.pop(), name=f"{scale}_encoder")
            self.reconstruction[scale] = ReconstructionHeads(
                self.units, {target: nodes[target] for target in TARGETS[scale]}, seeds.pop(), name=f"{scale}_heads"
            )
        if not self.structure_only:
            self.collaboration = relations.ScaleCollaboration(
                SOURCES, self.fusion, seed=seeds.pop(), name="collaboration"
            )

    def build(self, input_shape):
        for scale, matrix in self.scale_matrices.items():
            self.attention[scale].build((None, len(matrix), 3))
            self.encoders[scale].build((None, self.length, len(matrix) * self.node_units))
            self.reconstruction[scale].build((None, self.units))
        if not self.structure_only:
            self.collaboration.build({scale: (None, None, self.node_units) for scale in SOURCES})

    def call(self, joints, portable=False):
        """Features of whole sequences.

        Args:
            joints: (N, f, J, 3) float32 metres, root-centred.
            portable: as for GraphAttention; for exported models.

        Returns:
            (N, 4 * units) float32: last output of the encoders of FEATURE_ORDER.
        """
        fused = self.fuse(joints, portable)
        return ops.concatenate([self.encoders[s](fused[s])[:, -1] for s in FEATURE_ORDER], axis=-1)

    def prefix_features(self, joints, zero_frame: bool = True, margin: int = 0, portable: bool = False):
        """Features of the prefixes 1, 2, ... of each sequence, from one run of the encoders.

        Args:
            joints: (N, f, J, 3) float32 metres, root-centred.
            zero_frame: the originals ask for f + 1 - margin frames; with margin 0 the frame behind the last one
                was read as zeros (in feature space). False leaves that prefix out.
            margin: prediction margin of the pre-training; shortens the longest prefix.
            portable: as for GraphAttention.

        Returns:
            (N, P, 4 * units) float32, prefix k at index k - 1; P is f + 1 - margin, at most f without zero frame.
        """
        prefixes = self.length + 1 - margin
        extra = max(prefixes - self.length, 0) if zero_frame else 0
        count = min(prefixes, self.length)
        outputs = []
        fused = self.fuse(joints, portable)
        for scale in FEATURE_ORDER:
            frames = ops.pad(fused[scale][:, :count], ((0, 0), (0, extra), (0, 0)))  # (N, P, nodes * D)
            outputs.append(self.encoders[scale](frames))  # (N, P, units)
        return ops.concatenate(outputs, axis=-1)

    def scales(self, joints):
        """Node positions of every scale: (N, f, J, 3) -> dict scale -> (N * f, nodes, 3)."""
        joints = ops.reshape(joints, (-1, *joints.shape[2:]))  # (N * f, J, 3)
        return {
            scale: joints if scale == "joints" else scales.nodes(matrix, joints)
            for scale, matrix in self.scale_matrices.items()
        }

    def structure(self, joints, portable: bool = False):
        """Structural relations of every scale: dict scale -> (N * f, nodes, node_units)."""
        return {scale: self.attention[scale](nodes, portable=portable) for scale, nodes in self.scales(joints).items()}

    def fuse(self, joints, portable: bool = False):
        """What the encoders read: (N, f, J, 3) -> dict scale -> (N, f, nodes * node_units), node by node."""
        structure = self.structure(joints, portable)
        fused = structure if self.structure_only else self.collaboration(structure)
        steps = joints.shape[1]
        return {
            scale: ops.reshape(nodes, (-1, steps, nodes.shape[1] * self.node_units)) for scale, nodes in fused.items()
        }

    def relation_weights(self, scale: str) -> list:
        """Variables of the relation network that the fused nodes of a scale depend on."""
        if self.structure_only:
            return list(self.attention[scale].trainable_variables)
        sources = SOURCES[scale]
        reached = [v for source in skeletons.SCALES if source in sources
                   for v in self.attention[source].trainable_variables]  # fmt: skip
        return reached + [self.collaboration.kernels[f"{scale}_from_{source}"] for source in sources]

    def encoder_weights(self, scale: str) -> list:
        """Variables that belong to the loss of one scale only: its encoder and its heads."""
        return self.encoders[scale].trainable_variables + self.reconstruction[scale].trainable_variables

    def relations(self, joints) -> dict:
        """Attention and collaboration matrices for pictures.

        Returns:
            "attention/<scale>": (N * f, heads, nodes, nodes); "collaboration/<T>_<S>" with the letters of a
            target and a source scale: (N * f, nodes of T, nodes of S). Every row sums to 1.
        """
        scales = self.scales(joints)
        pictures = {f"attention/{scale}": self.attention[scale].attention(nodes) for scale, nodes in scales.items()}
        if self.structure_only:
            return pictures
        nodes = self.structure(joints)
        for target, names in SOURCES.items():
            for source in names:
                relation = ops.softmax(relations.scores(nodes[target], nodes[source]))
                pictures[f"collaboration/{LETTERS[target]}_{LETTERS[source]}"] = relation
        return pictures


def _bias(skeleton, scale: str, neighbourhood: int, global_attention: bool) -> np.ndarray:
    adjacency = skeletons.adjacency(skeleton, scale)
    if global_attention:
        return np.zeros_like(adjacency)
    return skeletons.attention_bias(adjacency, neighbourhood if scale == "joints" else 1)
