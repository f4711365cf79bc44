# SPDX-License-Identifier: MIT
"""What the trainings of ST-ReIDNet are fed: images of triplets or pairs, changed at random, decoded ahead of their use.

What is drawn for an image is a function of seed, step and place in the batch, so that an interrupted training goes on
with the images that it would have seen.
"""

import dataclasses
import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfskel.data import eraser, image_pixels, image_split, pil_resize, pose_maps, random_crop

POSE_AUGMENTATIONS = ("no", "gauss", "erase")
SIGMA, SIGMAS = 5, (4, 5, 6)
"""Deviation of the Gaussian of a pose map in pixels, and those that "gauss" draws from."""


def baseline_batches(
    split: image_split.ImageSplit, tuples: Iterable[np.ndarray], settings: Mapping, seed: int, start: int = 0
) -> Iterator[tf.Tensor]:
    """Images of the baseline's training: a random part, maybe erased in part, maybe mirrored, normalised.

    Args:
        split: images.
        tuples: (B, 3) or (B, 2) int rows of the split for each batch.
        settings: `eraser`, one of eraser.PLACES.
        seed: of the draws.
        start: number of the first step.

    Returns:
        Iterator of (B, 3, h, w, 3) or (B, 2, h, w, 3) float32 tensors, see `image_pixels.normalised`.
    """
    size = image_pixels.target(split.image_size)

    def drawn(rows: np.ndarray, step: int) -> dict[str, list]:
        frames = split.rows[rows]
        captured = zip(split.frames.height[frames], split.frames.width[frames], strict=True)
        of_image = [_baseline_draws(*given, size, settings.eraser, rng)
                    for given, rng in zip(captured, _generators(seed, step, len(rows)), strict=True)]  # fmt: skip
        return {"encoded": split.encoded(rows)} | {name: [one[name] for one in of_image] for name in of_image[0]}

    spec = {"encoded": ((), tf.string), "part": ((4,), tf.int32), "erased": ((7,), tf.int32), "flip": ((), tf.bool)}
    return _batches(tuples, drawn, functools.partial(_baseline_image, size=size), spec, start)


def gan_batches(
    split: image_split.ImageSplit, tuples: Iterable[np.ndarray], settings: Mapping, seed: int, start: int = 0
) -> Iterator[dict[str, tf.Tensor]]:
    """Images, poses and bodies of the GAN's training.

    Args:
        split: images with poses of 17 or 18 joints.
        tuples: (B, 3) or (B, 2) int rows of the split for each batch.
        settings: `eraser`, one of eraser.PLACES; `pose_augmentation`, one of POSE_AUGMENTATIONS; `swap_sides`: whether
            a mirrored person's left joints become right ones; `mask`: whether bodies are drawn, else they are empty.
        seed, start: as for `baseline_batches`.

    Returns:
        Iterator of dicts of float32 tensors: `input` and `target` (B, G, h, w, 3), the images maybe erased in part, and
        as they are; `pose_maps` (B, G, h, w, J); `masks` (B, G, h, w, 1) of 0 and 1; all of an image mirrored or none.

    Raises:
        ValueError: an unknown pose_augmentation, or the images have no poses or such of unknown joints.
        ImportError: bodies are asked for and OpenCV is missing.
    """
    if settings.pose_augmentation not in POSE_AUGMENTATIONS:
        known = ", ".join(POSE_AUGMENTATIONS)
        raise ValueError(f"pose_augmentation must be one of {known}; received {settings.pose_augmentation!r}.")
    if settings.mask:
        pose_maps.check_opencv()
    poses = Poses(split, settings, image_pixels.target(split.image_size))
    height, width = poses.size

    def drawn(rows: np.ndarray, step: int) -> dict[str, list]:
        of_image = [poses.drawn(*given) for given in zip(
            split.poses(rows), rows, _generators(seed, step, len(rows)), strict=True)]  # fmt: skip
        return {"encoded": split.encoded(rows)} | {name: [one[name] for one in of_image] for name in of_image[0]}

    spec = {"encoded": ((), tf.string), "erased": ((7,), tf.int32), "flip": ((), tf.bool),
            "rows": ((poses.joints, height), tf.float32), "columns": ((poses.joints, width), tf.float32),
            "body": ((height, width), tf.uint8)}  # fmt: skip
    return _batches(tuples, drawn, functools.partial(_gan_image, size=poses.size), spec, start)


@dataclasses.dataclass
class Poses:
    """Poses of a split as they are fed.

    Attributes:
        split, settings: as for `gan_batches`.
        size: height and width of the fed images.

    Raises:
        ValueError: the first image has no pose, or one of unknown joints.
    """

    split: image_split.ImageSplit
    settings: Mapping
    size: tuple[int, int]

    def __post_init__(self):
        self.joints = len(self.split.poses(np.array([0]))[0])
        if self.joints not in pose_maps.BODIES:
            known = " or ".join(map(str, pose_maps.BODIES))
            raise ValueError(
                f"the GAN learns from images with poses of {known} joints; the first image has {self.joints}. Add the "
                "poses to the data set, or train the baseline, which needs none."
            )

    def drawn(self, pose: np.ndarray, row: int, rng: np.random.Generator) -> dict:
        """What is drawn for an image: profiles of its pose maps, its body, whether it is mirrored, what is erased.

        Args:
            pose: (J, 2) pixels (x, y) of the stored image.
            row: of the split.
            rng: draws deviation or left-out joint, mirroring, and the erased rectangle, in this order.

        Raises:
            ValueError: a pose of another number of joints.
        """
        frame, settings = self.split.rows[row], self.settings
        if len(pose) != self.joints:
            raise ValueError(
                f"an image of identity '{self.split.frames.identity[frame]}' (tracklet "
                f"'{self.split.frames.tracklet[frame]}') has {len(pose)} joints, the first image {self.joints}; give "
                "each image a pose of the same joints."
            )
        captured = self.split.frames.height[frame], self.split.frames.width[frame]
        joints = pose_maps.landmarks(pose, captured, self.size)
        body = pose_maps.mask(joints, self.size) if settings.mask else np.zeros(self.size, np.uint8)
        sigma = SIGMAS[rng.integers(len(SIGMAS))] if settings.pose_augmentation == "gauss" else SIGMA
        if settings.pose_augmentation == "erase":
            joints[rng.integers(len(joints))] = pose_maps.MISSING
        flip = rng.random() < 0.5
        if flip:
            joints, body = pose_maps.mirrored(joints, self.size, settings.swap_sides), body[:, ::-1]
        rows, columns = pose_maps.profiles(joints, sigma, self.size)
        erased = eraser.rectangle(*self.size, rng, settings.eraser)
        return {"rows": rows, "columns": columns, "body": body, "flip": flip, "erased": erased}


def _generators(seed: int, step: int, number: int) -> list[np.random.Generator]:
    return [np.random.default_rng([seed, step, place]) for place in range(number)]


def _baseline_draws(height: int, width: int, size: tuple[int, int], place: str, rng: np.random.Generator) -> dict:
    part = random_crop.rectangle(int(height), int(width), rng)
    erased = eraser.rectangle(*size, rng, place)
    return {"part": part, "erased": erased, "flip": rng.random() < 0.5}


def _baseline_image(given: dict[str, tf.Tensor], size: tuple[int, int]) -> tf.Tensor:
    left, top, right, bottom = tf.unstack(given["part"])
    part = image_pixels.decode(given["encoded"])[top:bottom, left:right]
    image = eraser.erased(pil_resize.resize(part[None], size)[0], given["erased"])
    return image_pixels.normalised(_mirrored(image, given["flip"]))


def _gan_image(given: dict[str, tf.Tensor], size: tuple[int, int]) -> dict[str, tf.Tensor]:
    image = pil_resize.resize(image_pixels.decode(given["encoded"])[None], size)[0]
    pair = tf.stack([eraser.erased(image, given["erased"]), image])
    fed, target = tf.unstack(image_pixels.normalised(_mirrored(pair, given["flip"])))
    rows, columns = tf.transpose(given["rows"])[:, None], tf.transpose(given["columns"])  # (h, 1, J), (w, J)
    body = tf.cast(given["body"][..., None], tf.float32)
    return {"input": fed, "target": target, "pose_maps": rows * columns, "masks": body}


def _mirrored(images: tf.Tensor, flip: tf.Tensor) -> tf.Tensor:
    return tf.cond(flip, lambda: images[..., ::-1, :], lambda: images)


def _grouped(batch, members: tf.Tensor):
    return tf.nest.map_structure(lambda values: tf.reshape(values, (-1, members, *values.shape[1:])), batch)


def _batches(tuples: Iterable[np.ndarray], drawn: Callable, made: Callable, spec: dict, start: int) -> Iterator:
    """Batches of images made in parallel, in order, the next one while one is used.

    Args:
        tuples: (B, G) int rows of each batch.
        drawn: rows (B G,), step -> what is needed to make the images, by name.
        made: what is needed for an image -> tensors.
        spec: name -> shape and type for one image.
        start: number of the first step.
    """

    def given() -> Iterator[dict]:
        for step, rows in enumerate(tuples, start):
            rows = np.asarray(rows)
            yield drawn(rows.reshape(-1), step) | {"members": rows.shape[1]}

    def images(batch: dict[str, tf.Tensor]) -> tf.data.Dataset:
        members = batch.pop("members")
        of_image = tf.data.Dataset.from_tensor_slices(batch)
        parallel = of_image.map(made, num_parallel_calls=os.cpu_count(), deterministic=True)
        return parallel.batch(of_image.cardinality()).map(functools.partial(_grouped, members=members))

    signature = {name: tf.TensorSpec((None, *shape), dtype) for name, (shape, dtype) in spec.items()}
    signature["members"] = tf.TensorSpec((), tf.int32)
    data = tf.data.Dataset.from_generator(given, output_signature=signature)
    return iter(data.flat_map(images).prefetch(1))
