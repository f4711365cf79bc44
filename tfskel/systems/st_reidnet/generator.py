# SPDX-License-Identifier: MIT
"""The generator: an image of the person of a feature in the pose of given maps."""

import keras
from keras import ops

from tfskel.layers import configured, convolution
from tfskel.systems.st_reidnet import convolution_stage

FUSES = ("cat", "add")
HEIGHT, WIDTH = 256, 128
BOTTLENECK = (8, 4)  # of a map of HEIGHT x WIDTH that five stages have halved
MULTIPLES = (1, 2, 4, 8, 8)  # of the base width, of the encoder's maps from the image inwards
CHANNELS = 3


@keras.saving.register_keras_serializable(package="tfskel")
class Generator(configured.Configured, keras.Model):
    """Images from pose maps and features; every weight exists after construction.

    Args:
        joints: pose maps J.
        features: length D of a feature.
        width: channels of the first convolution, 64 in the published network.
        pose_features: length of what is left of the pose.
        fuse: feature and pose are put behind each other ("cat"), or mapped to the larger length and summed ("add").
        skips: decoder stages, counted from the bottleneck, that also see the encoder's map of their size, 0 to 5.
        norm: "batch" or "instance".
        dropout: share of the decoder's values that are set to 0 in training.
        noise: length of a noise vector that goes beside the feature. The original program trains without.
        seed: int or None. Seed of the initial values and the dropout.

    Raises:
        ValueError: an unknown fuse or norm, or another number of skips.

    Source: Ho, Shim and Wee, ICASSP 2020; the original program, kept for parity.
    """

    def __init__(self, joints: int, features: int, width: int = 64, pose_features: int = 128, fuse: str = "cat",
                 skips: int = 0, norm: str = "batch", dropout: float = 0.2, noise: int = 0, seed: int | None = None,
                 name: str = "generator", **kwargs):  # fmt: skip
        super().__init__(name=name, **kwargs)
        for label, value, known in (("fuse", fuse, FUSES), ("norm", norm, ("batch", "instance"))):
            if value not in known:
                raise ValueError(f"{label} must be one of {', '.join(known)}; received {value!r}.")
        if not 0 <= skips <= len(MULTIPLES):
            raise ValueError(f"skips must be from 0 to {len(MULTIPLES)}; received {skips}.")
        self.joints, self.features, self.width, self.pose_features = joints, features, width, pose_features
        self.fuse, self.skips, self.norm, self.dropout, self.noise, self.seed = fuse, skips, norm, dropout, noise, seed
        self._seeds = convolution.seeds(seed, 2 * len(MULTIPLES) + 5)
        filters = [multiple * width for multiple in MULTIPLES]
        self.encoder = [self._stage("en_conv1", filters[0], slope=None, norm=None)]
        self.encoder += [self._stage(f"en_conv{n}", filters[n - 1]) for n in range(2, 6)]
        self.encoder.append(self._stage("en_avg", pose_features, BOTTLENECK, 1, 0))
        up = {"transposed": True, "slope": 0.0, "dropout": dropout}
        self.decoder = [self._stage("de_avg", filters[-1], BOTTLENECK, 1, 0, **up)]
        self.decoder += [self._stage(f"de_conv{n}", filters[n - 2], **up) for n in range(5, 1, -1)]
        self.decoder.append(self._stage("de_conv1", CHANNELS, transposed=True, slope=0.0, norm=None))
        self.maps = self._linear_maps() if fuse == "add" else []
        self.build([(None, HEIGHT, WIDTH, joints), (None, features)])

    def _stage(self, name, filters, size=(4, 4), strides=2, padding=1, norm="", **settings):
        norm = self.norm if norm == "" else norm
        settings |= {"norm": norm, "use_bias": self.norm == "instance", "seed": next(self._seeds), "name": name}
        return convolution_stage.ConvolutionStage(filters, size, strides, padding, **settings)

    def _lengths(self) -> dict:
        """Length of each part of the code by its name, in their order."""
        lengths = {"w_reid": self.features, "w_pose": self.pose_features, "w_noise": self.noise}
        return {name: length for name, length in lengths.items() if length}

    def _linear_maps(self) -> list:
        units, layers = max(self._lengths().values()), []
        for name in self._lengths():
            normal = keras.initializers.RandomNormal(stddev=convolution_stage.STDDEV, seed=next(self._seeds))
            layers.append(keras.layers.Dense(units, use_bias=False, kernel_initializer=normal, name=name))
        return layers

    def build(self, input_shape):
        channels, code = self.joints, list(self._lengths().values())
        for layer in self.encoder:
            layer.build((None, None, None, channels))
            channels = layer.filters
        for layer, length in zip(self.maps, code, strict=bool(self.maps)):
            layer.build((None, length))
        channels = max(code) if self.maps else sum(code)
        for number, layer in enumerate(self.decoder):
            beside = self.encoder[-1 - number].filters if 1 <= number <= self.skips else 0
            layer.build((None, None, None, channels + beside))
            channels = layer.filters

    def call(self, inputs, training=False, passes=1):
        """Images of persons in poses.

        Args:
            inputs: pose maps (N, 256, 128, J) float and features (N, D); with noise, (N, noise) too.
            passes: as in BatchNorm: the batch is this many batches, each normalised by itself.

        Returns:
            (N, 256, 128, 3) float in (-1, 1), normalised by the colours of ImageNet as the targets are.
        """
        return ops.tanh(self.stages(inputs, training, passes)[self.decoder[-1].name])

    def stages(self, inputs, training=False, passes=1) -> dict:
        """Output of every stage by its name, before the next activation."""
        maps, *code = inputs
        if maps.shape[1:3] != (HEIGHT, WIDTH):
            raise ValueError(f"pose maps must be {HEIGHT} x {WIDTH}, as the bottleneck is; received {maps.shape[1:3]}.")
        found = {}
        for layer in self.encoder:
            found[layer.name] = maps = layer(maps, training=training, passes=passes)
        code.insert(1, maps[:, 0, 0])  # (N, pose_features)
        code = [layer(part) for layer, part in zip(self.maps, code, strict=True)] if self.maps else code
        code = sum(code) if self.maps else ops.concatenate(code, axis=-1)
        maps = code[:, None, None]  # (N, 1, 1, features)
        for number, layer in enumerate(self.decoder):
            if 1 <= number <= self.skips:
                maps = ops.concatenate([maps, found[self.encoder[-1 - number].name]], axis=-1)
            found[layer.name] = maps = layer(maps, training=training, passes=passes)
        return found
