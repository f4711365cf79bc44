# SPDX-License-Identifier: MIT
"""The re-ID network: a ResNet, the maximum of its maps, a normalising neck and a classifier."""

import keras
from keras import ops

from tfskel.layers import batch_norm, configured, convolution
from tfskel.systems.st_reidnet import resnet

EMBEDDINGS = ("single", "siamese")
CLASSIFIER_STDDEV = 0.001


@keras.saving.register_keras_serializable(package="tfskel")
class ReIDNetwork(configured.Configured, keras.Model):
    """Features of images, and in training their logits; every weight exists after construction.

    The identity discriminator of the GAN is one too: depth 18, one class, last_stride 2.

    Statistics of the batch normalisations: only `training=True` uses those of the batch and moves the stored ones.
    A stage that trains the network with frozen statistics, or only lets gradients through it, calls
    `features_and_logits` with training=False.

    Args:
        depth: of the ResNet: 18, 34, 50, 101 or 152.
        width: channels of its first convolution, 64 in the published networks.
        last_stride: of its fourth block, 1 or 2.
        classes: outputs K of the classifier.
        use_bn: a batch normalisation between feature and classifier, whose beta stays 0. Nothing of it is trained: no
            optimiser of the original holds its gamma.
        test_bn: the feature is taken behind it.
        embedding: "single", or "siamese": the logits are those of pairs.
        seed: int or None. Seed of the initial values.

    Attributes:
        features: length D of a feature.

    Raises:
        ValueError: an unknown depth or embedding, no classes, or test_bn without use_bn.

    Source: Ho, Shim and Wee, ICASSP 2020; the original program, kept for parity.
    """

    def __init__(self, depth: int = 50, width: int = 64, last_stride: int = 1, classes: int = 1, use_bn: bool = True,
                 test_bn: bool = False, embedding: str = "single", seed: int | None = None,
                 name: str = "reid_network", **kwargs):  # fmt: skip
        super().__init__(name=name, **kwargs)
        if embedding not in EMBEDDINGS:
            raise ValueError(f"embedding must be one of {', '.join(EMBEDDINGS)}; received {embedding!r}.")
        if classes < 1:
            raise ValueError(f"classes must be at least 1; received {classes}.")
        if test_bn and not use_bn:
            raise ValueError("test_bn takes the feature behind the batch normalisation of use_bn; set use_bn too.")
        self.depth, self.width, self.last_stride, self.classes = depth, width, last_stride, classes
        self.use_bn, self.test_bn, self.embedding, self.seed = use_bn, test_bn, embedding, seed
        first, second = convolution.seeds(seed, 2)
        self.backbone = resnet.ResNet(depth, width, last_stride, first, name="backbone")
        self.features = self.backbone.features
        self.neck = None
        if use_bn:
            self.neck = batch_norm.BatchNorm(resnet.DECAY, resnet.EPSILON, train_beta=False, name="neck")
        small = keras.initializers.RandomNormal(stddev=CLASSIFIER_STDDEV, seed=second)
        self.classifier = keras.layers.Dense(classes, use_bias=False, kernel_initializer=small, name="classifier")
        self.build((None, None, None, 3))

    def build(self, input_shape):
        self.backbone.build(input_shape)
        for layer in (self.neck, self.classifier):
            if layer is not None:
                layer.build((None, self.features))

    def call(self, images, training=False, passes=1):
        """(N, h, w, 3) float, normalised by the colours of ImageNet -> features (N, D), not normalised.

        In training the result is that of `features_and_logits`.
        """
        if training:
            return self.features_and_logits(images, training, passes)
        features = self.embed(self.backbone(images, training=False))
        return self.neck(features, training=False) if self.test_bn else features

    def embed(self, maps):
        """Maximum of each channel: (N, H, W, D) -> (N, D)."""
        return ops.max(maps, axis=(1, 2))

    def features_and_logits(self, images, training=False, passes=1):
        """Features before the neck, and logits.

        Args:
            images: (N, h, w, 3) float; for "siamese", the first of all pairs and then the second.
            training: normalise by the batch and move the statistics; else the stored ones are used and stay.
            passes: as in BatchNorm: the batch is this many batches, each normalised by itself. Siamese networks
                compare the two halves of the whole batch, and take one.

        Returns:
            (N, D), (N, K); of "siamese" (N / 2, D), (N / 2, D), (N / 2, K).
        """
        features = self.embed(self.backbone(images, training=training, passes=passes))
        normed = features if self.neck is None else self.neck(features, training=training, passes=passes)
        if self.embedding == "single":
            return features, self.classifier(normed)
        first, second = ops.split(normed, 2)
        return *ops.split(features, 2), self.classifier(ops.square(first - second))
