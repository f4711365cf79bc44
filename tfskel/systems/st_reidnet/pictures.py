# SPDX-License-Identifier: MIT
"""Images that a trained generator makes: persons in their own poses, and in those of others."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfskel.data import image_pixels, image_split, order, pose_maps
from tfskel.systems.st_reidnet import gan, inputs

PEOPLE = 4


def shown(normalised) -> tf.Tensor:
    """Images as a network sees or makes them, as bytes; what is beyond 0 and 255 is cut off.

    The original casts without cutting off, so that such values wrap round.

    Args:
        normalised: (..., 3) float, see `image_pixels.normalised`.
    """
    scaled = (normalised * image_pixels.DEVIATION + image_pixels.MEAN) * 255
    return tf.saturate_cast(tf.round(scaled), tf.uint8)


def generate(networks: Mapping, images: tf.Tensor, maps: tf.Tensor) -> tf.Tensor:
    """The persons of images in other poses, in inference.

    Args:
        networks: of the GAN, by name.
        images: (N, 256, 128, 3) float32, normalised.
        maps: (N, 256, 128, J) float32.

    Returns:
        (N, 256, 128, 3) float32, normalised, in (-1, 1).
    """
    features, *_ = networks[gan.ENCODER].features_and_logits(images, training=False)
    return networks[gan.GENERATOR]((maps, features), training=False)


def maps(pose: tf.Tensor, captured: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
    """Pose maps as the GAN is fed them, in a graph; equal to `pose_maps.maps`.

    Args:
        pose: (N, J, 2) float32, x and y in pixels of the captured images.
        captured: (2,) int, their height and width.
        size: height and width of the maps.

    Returns:
        (N, height, width, J) float32.
    """
    ratio = tf.constant(size, tf.float64) / tf.cast(captured, tf.float64)
    scaled = tf.cast(pose, tf.float64)[..., ::-1] * ratio
    # Cut off towards zero, as the original does: numbers in (-1, 0) are 0.
    places = tf.cast(tf.where((scaled > -1) & (scaled < size), scaled, pose_maps.MISSING), tf.int32)  # (N, J, 2)
    visible = tf.reduce_all(places != pose_maps.MISSING, axis=-1)[..., None]
    of_axis = [tf.gather(_profiles(axis, size), tf.maximum(places[..., axis], 0)) for axis in range(2)]
    of_axis = [tf.where(visible, profile, 0.0) for profile in of_axis]  # (N, J, height), (N, J, width)
    rows, columns = (tf.transpose(profile, (0, 2, 1)) for profile in of_axis)
    return rows[:, :, None] * columns[:, None]


def _profiles(axis: int, size: tuple[int, int]) -> np.ndarray:
    """What a joint at each place of an axis makes of it: (length, length) float32."""
    places = np.zeros((size[axis], 2), np.int64)
    places[:, axis] = np.arange(size[axis])
    return pose_maps.profiles(places, inputs.SIGMA, size)[axis]


def examples(networks: Mapping, data: image_split.ImageSplit) -> dict[str, np.ndarray]:
    """The original's ten pictures of some people: two images of each, in their own and in each other's pose.

    Args:
        networks: of the GAN, by name.
        data: images with poses.

    Returns:
        What is shown -> (n, 256, 128, 3) uint8; empty where there are no poses, or no person has two images.
    """
    rows, size = _pairs(data), image_pixels.target(data.image_size)
    joints = networks[gan.GENERATOR].joints
    poses = [data.poses(side) for side in rows]
    if not rows[0].size or any(len(pose) != joints for side in poses for pose in side):
        return {}
    captured = [np.stack([data.frames.height[data.rows[side]], data.frames.width[data.rows[side]]], 1) for side in rows]
    places = [[pose_maps.landmarks(*given, size) for given in zip(*side, strict=True)]
              for side in zip(poses, captured, strict=True)]  # fmt: skip
    images = [data.read(side) for side in rows]
    drawn = [np.stack([pose_maps.maps(place, inputs.SIGMA, size) for place in side]) for side in places]
    found = {}
    for own, name in enumerate(("first", "second")):
        other, swapped = 1 - own, "second" if own == 0 else "first"
        found |= {
            f"{name} image": shown(images[own]),
            f"its pose ({name})": _grey(drawn[own].sum(axis=-1)),
            f"its body ({name})": _bodies(places[own], size),
            f"{name} image as generated": shown(generate(networks, images[own], drawn[own])),
            f"{swapped} image's person in the pose of the {name}": shown(generate(networks, images[other], drawn[own])),
        }
    return {name: np.asarray(values) for name, values in found.items()}


def _pairs(data: image_split.ImageSplit) -> np.ndarray:
    """(2, n) int rows: the first and the last image of some identities, spread over all."""
    names, first, inverse = np.unique(data.identity, return_index=True, return_inverse=True)
    last = np.zeros(len(names), np.int64)
    np.maximum.at(last, inverse.reshape(-1), np.arange(len(inverse)))
    several = np.flatnonzero(last > first)
    chosen = several[order.evenly(len(several), min(len(several), PEOPLE))]
    return np.stack([first[chosen], last[chosen]])


def _bodies(places: list[np.ndarray], size: tuple[int, int]) -> np.ndarray:
    return _grey(np.stack([pose_maps.mask(place, size) for place in places]))


def _grey(values: np.ndarray) -> np.ndarray:
    """(n, h, w) in [0, 1], larger values cut off -> (n, h, w, 3) uint8."""
    return np.repeat(np.round(255 * np.clip(values, 0, 1)).astype(np.uint8)[..., None], 3, axis=-1)
