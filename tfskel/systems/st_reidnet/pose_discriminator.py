# SPDX-License-Identifier: MIT
"""The pose discriminator: whether patches of an image are real and fit the pose beside them."""

import keras
from keras import ops

from tfskel.layers import configured, convolution
from tfskel.systems.st_reidnet import convolution_stage

# Channels as multiples of the base width, strides and normalisation of the stages before the last.
STAGES = ((1, 2, None), (2, 2, "batch"), (4, 2, "batch"), (8, 1, "batch"))
COLOURS = 3


@keras.saving.register_keras_serializable(package="tfskel")
class PoseDiscriminator(configured.Configured, keras.Model):
    """Logits of patches; every weight exists after construction.

    Args:
        joints: pose maps J.
        width: channels of the first convolution, 64 in the published network.
        seed: int or None. Seed of the initial values.

    Source: Isola et al., 2017, https://arxiv.org/abs/1611.07004, section 6.1.2 (PatchGAN).
    """

    def __init__(
        self, joints: int, width: int = 64, seed: int | None = None, name: str = "pose_discriminator", **kwargs
    ):
        super().__init__(name=name, **kwargs)
        self.joints, self.width, self.seed = joints, width, seed
        seeds = convolution.seeds(seed, len(STAGES) + 1)
        self.stages = []
        for number, (multiple, strides, norm) in enumerate((*STAGES, (None, 1, None))):
            filters, slope = multiple * width if multiple else 1, convolution_stage.SLOPE if number else None
            settings = {"slope": slope, "norm": norm, "use_bias": norm is None, "seed": next(seeds)}
            layer = convolution_stage.ConvolutionStage(filters, strides=strides, name=f"patch{number}", **settings)
            self.stages.append(layer)
        self.build([(None, None, None, joints), (None, None, None, COLOURS)])

    def build(self, input_shape):
        channels = self.joints + COLOURS
        for layer in self.stages:
            layer.build((None, None, None, channels))
            channels = layer.filters

    def call(self, inputs, training=False, passes=1):
        """Logits that patches are real.

        Args:
            inputs: pose maps (N, h, w, J) and images (N, h, w, 3), float.
            passes: as in BatchNorm: the batch is this many batches, each normalised by itself.

        Returns:
            (N, h / 8 - 2, w / 8 - 2, 1) float: 30 x 14 of 256 x 128.
        """
        maps = ops.concatenate(list(inputs), axis=-1)
        for layer in self.stages:
            maps = layer(maps, training=training, passes=passes)
        return maps
