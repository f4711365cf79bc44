# SPDX-License-Identifier: MIT
"""ResNet v1 without its classifier, with the strides at the end of its blocks."""

import keras
from keras import ops

from tfskel.layers import configured, convolution, residual

DECAY, EPSILON = 0.997, 1e-5
ROOT = 64
# Units, channels and inner channels of the blocks of ResNet-50.
BLOCKS_50 = ((3, 256, 64), (4, 512, 128), (6, 1024, 256), (3, 2048, 512))


@keras.saving.register_keras_serializable(package="tfskel")
class ResNetV1(configured.Configured, keras.layers.Layer):
    """Feature maps of an image at a 32nd of its size; the last unit of every block but the last has stride 2.

    Args:
        blocks: of each block, units, output channels and inner channels.
        decay: of the batch normalisations.
        seed: int or None. Seed of the initial values.

    Raises:
        ValueError: no blocks.

    Source: He et al., 2015, https://arxiv.org/abs/1512.03385, table 1; strides and padding of the original program.
    """

    def __init__(self, blocks=BLOCKS_50, decay=DECAY, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.blocks, self.decay, self.seed = [list(map(int, block)) for block in blocks], decay, seed
        if not self.blocks:
            raise ValueError("a ResNet needs at least one block of (units, channels, inner channels).")
        seeds = convolution.seeds(seed, 1 + sum(units for units, *_ in self.blocks))
        self.root = convolution.Convolution(ROOT, 7, 2, "centred", "relu", decay, EPSILON, None, next(seeds),
                                            name="conv1")  # fmt: skip
        self.units = []
        for block, (units, filters, inner) in enumerate(self.blocks, 1):
            for unit in range(1, units + 1):
                strides = 2 if unit == units and block < len(self.blocks) else 1
                name = f"block{block}_unit_{unit}"
                self.units.append(
                    residual.ResidualUnit(filters, inner, strides, decay, EPSILON, seed=next(seeds), name=name)
                )

    @property
    def features(self) -> int:
        """Channels of the last maps."""
        return self.units[-1].filters

    def build(self, input_shape):
        self.root.build(input_shape)
        channels = ROOT
        for unit in self.units:
            unit.build((None, None, None, channels))
            channels = unit.filters

    def call(self, images, training=None):
        """(N, h, w, 3) float in [-1, 1] -> (N, ceil(h / 32), ceil(w / 32), features)."""
        return self.maps(images, training)[self.units[-1].name]

    def maps(self, images, training=None) -> dict:
        """Output of the first convolution and of every unit by its name, in their order."""
        found = {self.root.name: self.root(images, training=training)}
        maps = ops.max_pool(found[self.root.name], 3, 2, "same")
        for unit in self.units:
            found[unit.name] = maps = unit(maps, training=training)
        return found
