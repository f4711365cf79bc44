# SPDX-License-Identifier: MIT
"""uPMnet: a backbone whose map is cut into horizontal parts, each with a feature of its own."""

from collections.abc import Sequence

import keras
from keras import ops

from tfskel.layers import batch_norm, configured, convolution
from tfskel.systems.upmnet import mobilenet_v1, resnet_v1

RELATIONS = ("local", "global")
UNITS = 256


def _mobilenet(width, blocks, decay, seed):
    decay = mobilenet_v1.DECAY if decay is None else decay
    return mobilenet_v1.MobileNetV1(width, decay, seed, name="mobilenet_v1"), mobilenet_v1.EPSILON, mobilenet_v1.STDDEV


def _resnet(width, blocks, decay, seed):
    decay = resnet_v1.DECAY if decay is None else decay
    return resnet_v1.ResNetV1(blocks, decay, seed, name="resnet_v1"), resnet_v1.EPSILON, None


BACKBONES = {"mobilenet_v1": _mobilenet, "resnet_v1_50": _resnet}


def part_means(maps, parts: int):
    """Mean of each of `parts` bands of H // parts rows: (N, H, W, C) -> (N, parts, C); rows left over are ignored."""
    rows = maps.shape[1] // parts
    bands = ops.reshape(maps[:, : rows * parts], (-1, parts, rows * maps.shape[2], maps.shape[3]))
    return ops.mean(bands, axis=2)


@keras.saving.register_keras_serializable(package="tfskel")
class RelationHead(configured.Configured, keras.layers.Layer):
    """Part features that know the whole: r + q_whole, r = ReLU6(BN([q ; q_whole] V)), q = mean W + b.

    Args:
        units: length of a part's feature.
        decay, epsilon: of the batch normalisation.
        stddev: of the initial values, a truncated normal; None for He's.
        seed: int or None. Seed of the initial values.

    Source: arXiv 2111.05170; the original program, kept for parity.
    """

    def __init__(self, units=UNITS, decay=0.99, epsilon=1e-3, stddev=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.decay, self.epsilon, self.stddev, self.seed = units, decay, epsilon, stddev, seed
        self.batch_norm = batch_norm.BatchNorm(decay, epsilon, name="batch_norm")

    def build(self, input_shape):
        _, regions, channels = input_shape
        parts, seeds = regions - 1, convolution.seeds(self.seed, 2 * regions)

        def drawn(shape, dtype=None):  # each region's matrix has a fan of its own
            return ops.stack([convolution.initializer(self.stddev, next(seeds))(shape[1:], dtype)
                              for _ in range(shape[0])])  # fmt: skip

        self.region_kernel = self.add_weight(
            name="region_kernel", shape=(regions, channels, self.units), initializer=drawn
        )
        self.region_bias = self.add_weight(name="region_bias", shape=(regions, self.units), initializer="zeros")
        shape = (parts, 2 * self.units, self.units)
        self.relation_kernel = self.add_weight(name="relation_kernel", shape=shape, initializer=drawn)
        self.batch_norm.build((None, parts * self.units))

    def call(self, means, training=None):
        """Means of the parts and, last, of the whole: (N, P + 1, C) float -> (N, P, units)."""
        regions = ops.einsum("nrc,rcu->nru", means, self.region_kernel) + self.region_bias
        parts, whole = regions[:, :-1], regions[:, -1:]
        both = ops.concatenate([parts, ops.broadcast_to(whole, ops.shape(parts))], axis=-1)  # (N, P, 2 units)
        related = ops.einsum("npd,pdu->npu", both, self.relation_kernel)
        flat = ops.reshape(related, (-1, related.shape[1] * self.units))  # each number is a channel of its own
        related = ops.reshape(self.batch_norm(flat, training=training), (-1, related.shape[1], self.units))
        return ops.relu6(related) + ops.cast(whole, related.dtype)


@keras.saving.register_keras_serializable(package="tfskel")
class PartNetwork(configured.Configured, keras.Model):
    """Part features of images; every weight exists after construction.

    Args:
        backbone: one of BACKBONES.
        parts: horizontal bands P of the map.
        relation: "local", a part's feature is the mean of its band; "global", that mean is related to the whole map.
        width: multiplier of MobileNet's channels.
        blocks: units, channels and inner channels of ResNet's blocks.
        decay: of the batch normalisations; None for the backbone's published one, 0.9997 or 0.997. Fewer than ten
            thousand steps need a smaller one: after s steps a share decay^s of the initial statistics is left.
        train_relation: train the layers of the global relation. The original leaves them at their initial values.
        seed: initial values; None draws them anew.

    Attributes:
        features: length D of a part's feature.

    Raises:
        ValueError: an unknown backbone or relation, or no parts.

    Source: arXiv 2111.05170; where paper and program differ, the program.
    """

    def __init__(
        self,
        backbone: str = "mobilenet_v1",
        parts: int = 8,
        relation: str = "local",
        width: float = 1.0,
        blocks: Sequence = resnet_v1.BLOCKS_50,
        decay: float | None = None,
        train_relation: bool = False,
        seed: int | None = None,
        name: str = "part_network",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        for label, value, known in (("backbone", backbone, BACKBONES), ("relation", relation, RELATIONS)):
            if value not in known:
                raise ValueError(f"{label} must be one of {', '.join(known)}; received {value!r}.")
        if parts < 1:
            raise ValueError(f"parts must be at least 1; received {parts}.")
        self.backbone, self.parts, self.relation, self.width = backbone, parts, relation, width
        self.blocks, self.decay, self.train_relation, self.seed = [list(b) for b in blocks], decay, train_relation, seed
        first, second = convolution.seeds(seed, 2)
        self.trunk, epsilon, stddev = BACKBONES[backbone](width, blocks, decay, first)
        self.features, self.head = self.trunk.features, None
        if relation == "global":
            self.features = UNITS
            self.head = RelationHead(UNITS, self.trunk.decay, epsilon, stddev, second, name="relation_head")
        self.build((None, None, None, 3))

    def build(self, input_shape):
        self.trunk.build(input_shape)
        if self.head is not None:
            self.head.build((None, self.parts + 1, self.trunk.features))
            self.head.trainable = self.train_relation

    def call(self, images, training=None):
        """(N, h, w, 3) float in [-1, 1], h at least 32 P - 31 -> part features (N, P, D), not normalised."""
        return self.of_maps(self.trunk(images, training=training), training)

    def of_maps(self, maps, training=None):
        """Part features of the backbone's last maps: (N, H, W, C) -> (N, P, D).

        Raises:
            ValueError: the map has fewer rows than there are parts.
        """
        if maps.shape[1] < self.parts:
            raise ValueError(
                f"the map of the image has {maps.shape[1]} rows, fewer than the {self.parts} parts. Use larger images "
                "(32 rows of pixels give a row) or fewer parts."
            )
        means = part_means(maps, self.parts)
        if self.head is None:
            return means
        return self.head(ops.concatenate([means, part_means(maps, 1)], axis=1), training=training)

    @property
    def decayed(self) -> list:
        """Weights that the weight decay takes: all kernels of convolutions but the depthwise ones."""
        return [weight for weight in self.weights if weight.name in ("kernel", "region_kernel", "relation_kernel")]
