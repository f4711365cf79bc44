# SPDX-License-Identifier: MIT
"""The GAN's step as the original takes it: a call of a network for each batch, where the product shares calls."""

import tensorflow as tf

from tfskel.systems.st_reidnet import gan, losses


class Trainer(gan.Trainer):
    """As `gan.Trainer`, with single encoders only, for tensors whose shape is known when the step is traced."""

    def _encode(self, images, labels):
        training, self.triplets = self.stage.moves_statistics, images.shape[0] // 3
        calls = [self.networks[gan.ENCODER].features_and_logits(part, training) for part in tf.split(images, 3)]
        features, logits = (tf.concat(parts, axis=0) for parts in zip(*calls, strict=True))
        triplet = losses.triplet(features, labels, self.objective.margin, distractor=True)
        classified = losses.classification(logits, labels, self.objective.smoothing)
        return features, triplet, classified if self.stage.trains_encoder else tf.zeros(())

    def _generate(self, maps, features):
        features, maps = tf.split(features, 3), tf.split(maps, 3)
        made = self.networks[gan.GENERATOR]
        rebuilt = [made(pair, training=True) for pair in zip(maps, features, strict=True)]
        swapped = [made(pair, training=True) for pair in zip(maps[:2], features[1::-1], strict=True)]
        return tf.concat(rebuilt, axis=0), tf.concat(swapped, axis=0)

    def _judge(self, images):
        """Of the images of one role at a time: 3 real and 5 generated, or these alone."""
        network = self.networks[gan.IDENTITY]
        parts = tf.split(images, images.shape[0] // self.triplets)
        return tf.concat([network.features_and_logits(part)[-1] for part in parts], axis=0)
