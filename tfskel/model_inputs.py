# SPDX-License-Identifier: MIT
"""What exported models take: checks of sequences of skeletons and of images, with messages for what is wrong."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Skeletons:
    """Sequences of `length` frames of `num_joints` joints."""

    length: int
    num_joints: int

    def batches(self, skeletons: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
        """Checked sequences (n, f, J, 3) float32, n at most `batch_size`.

        Raises:
            ValueError: wrong number of axes, frames, joints or coordinates; nothing to embed; not finite.
        """
        skeletons = np.asarray(skeletons)
        expected = (self.length, self.num_joints, 3)
        text = f"(N, {', '.join(map(str, expected))})"
        if skeletons.shape == expected:
            raise ValueError(f"skeletons must be {text}; received one sequence {expected}: pass skeletons[None].")
        if skeletons.ndim != 4 or skeletons.shape[1:] != expected:
            raise ValueError(
                f"skeletons must be {text}: sequences, frames, joints, coordinates in metres; received shape "
                f"{skeletons.shape}. Trained on {self.length} frames of {self.num_joints} joints."
            )
        if not len(skeletons) or skeletons.dtype.kind not in "fiu":
            raise ValueError(f"skeletons must be numbers, N >= 1; received {len(skeletons)} of {skeletons.dtype}.")
        skeletons = skeletons.astype(np.float32)
        good = np.isfinite(skeletons).all(axis=(1, 2, 3))
        if not good.all():
            raise ValueError(
                f"skeletons hold NaN or infinite values in {np.sum(~good)} of {len(good)} sequences, the "
                f"first is {np.argmin(good)}; drop frames without a skeleton before cutting sequences."
            )
        return _cut(skeletons, batch_size)


@dataclasses.dataclass(frozen=True)
class Images:
    """RGB images of any size; resizing is part of the model."""

    def batches(self, images: np.ndarray | Sequence[np.ndarray], batch_size: int) -> Iterator[np.ndarray]:
        """Checked images (n, H, W, 3) uint8, n at most `batch_size`; a batch has one size.

        Args:
            images: (N, H, W, 3) uint8, or a sequence of (H, W, 3) uint8 of different sizes.
            batch_size: most images of a batch.

        Raises:
            ValueError: nothing to embed; no bytes; grey, with alpha, or channels on another axis.
        """
        images = images if isinstance(images, np.ndarray) else [np.asarray(image) for image in images]
        if not len(images):
            raise ValueError("images must be N >= 1; received none.")
        whole = isinstance(images, np.ndarray)
        if whole and images.ndim == 3 and images.shape[-1] == 3:
            raise ValueError(f"images must be (N, H, W, 3); received one image {images.shape}: pass images[None].")
        for image in images[:1] if whole else images:
            _check_image(image)
        begins = [i for i in range(len(images)) if not i or images[i].shape != images[i - 1].shape]
        for begin, end in zip(begins, [*begins[1:], len(images)], strict=True):
            yield from _cut(np.asarray(images[begin:end]), batch_size)


@dataclasses.dataclass(frozen=True)
class Poses:
    """Joints of one person in each image."""

    joints: int

    def checked(self, poses: np.ndarray, images: int) -> np.ndarray:
        """Poses (N, J, 2) float32.

        Raises:
            ValueError: another shape, another number of images, no numbers.
        """
        poses = np.asarray(poses)
        expected = (images, self.joints, 2)
        if poses.shape != expected:
            raise ValueError(
                f"poses must be {expected}: images, joints, x and y in pixels; received shape {poses.shape}. The model "
                f"was trained on {self.joints} joints."
            )
        if poses.dtype.kind not in "fiu" or not np.isfinite(poses).all():
            raise ValueError("poses must be finite numbers; a missing joint is negative, for example (-1, -1).")
        return poses.astype(np.float32)


def _check_image(image: np.ndarray) -> None:
    advice = _advice(image.shape)
    if advice:
        raise ValueError(f"an image must be (H, W, 3), rows, columns, RGB; received {image.shape}. {advice}")
    if image.dtype != np.uint8:
        raise ValueError(
            f"images must be uint8, 0 to 255 as read from a file; received {image.dtype}. The model scales and resizes "
            "them itself."
        )


def _advice(shape: tuple[int, ...]) -> str:
    """What to do about a shape; "" where it is right."""
    if len(shape) == 2 or (len(shape) == 3 and shape[-1] == 1):
        return "It is grey: repeat it, np.repeat(image[..., None], 3, axis=-1)."
    if len(shape) != 3:
        return "Pass (N, H, W, 3), or a list of images."
    if shape[-1] == 4:
        return "It has an alpha channel: drop it, image[..., :3]."
    if shape[-1] != 3:
        return "Channels are the last axis: np.moveaxis(image, 0, -1)." if shape[0] == 3 else "It is not RGB."
    return "" if min(shape) else "It is empty."


def _cut(items: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    return (items[begin : begin + batch_size] for begin in range(0, len(items), batch_size))


def of_signature(inputs: Mapping) -> tuple[str, Skeletons | Images] | None:
    """Name and kind of what a signature takes; None where it is neither.

    Args:
        inputs: name -> `runtimes.runtime.Input`.
    """
    for name, (shape, dtype) in inputs.items():
        if len(shape) == 4 and shape[3] == 3:
            if name == "skeletons" and None not in shape[1:]:
                return name, Skeletons(*shape[1:3])
            if name == "images" and dtype == "uint8":
                return name, Images()
    return None
