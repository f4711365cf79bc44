# SPDX-License-Identifier: MIT
"""Images, or frames of tracklets, as a split: rows of a stored split, decoded when read."""

import dataclasses
import functools
from collections.abc import Iterable, Iterator

import numpy as np

from tfskel.data import colour_histogram, frames, image_pixels, split

HISTOGRAM = "colour histogram of strips"
PIXELS = "raw pixels"
_PICTURE = (128, 64)
_PIXELS = (32, 16)


@dataclasses.dataclass
class ImageSplit(split.Split):
    """Frames of one split of a protocol. An item is a frame; the recording it belongs to is its tracklet.

    Attributes:
        frames: the stored split.
        rows: (N,) int64, which of its frames.
        image_size: height that images are resized to; they become half as wide.
        classes: identities in the order of the labels.
        videos: video -> identities in it, of all splits; empty where unknown.
        preparation: how a model is fed them, a name in `image_pixels.PREPARATIONS`.
    """

    frames: frames.Frames
    rows: np.ndarray
    image_size: int
    classes: list[str]
    videos: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    preparation: str = image_pixels.INCEPTION

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, rows: np.ndarray | slice) -> np.ndarray:
        """Images for a model: (n, image_size, image_size // 2, 3) float32, see `image_pixels.prepare`."""
        return _pixels(image_pixels.prepared, self.encoded(rows), self._target, self.preparation)

    def raw(self, rows: np.ndarray | slice) -> np.ndarray:
        """Images as captured: (n, H, W, 3) uint8, RGB.

        Where the split holds more than one size, they are resized to the recipe's and rounded to bytes.
        """
        return self._bytes(self.encoded(rows))

    def picture(self, rows: np.ndarray | slice) -> np.ndarray:
        """Thumbnails: (n, 128, 64, 3) uint8."""
        return _pixels(image_pixels.resized, self.encoded(rows), _PICTURE)

    def baselines(self, rows: np.ndarray | slice) -> dict[str, np.ndarray]:
        """Colours of four strips (n, 512), and pixels of a small picture (n, 1536), both float32."""
        encoded = self.encoded(rows)
        small = _pixels(image_pixels.resized, encoded, _PIXELS)
        histograms = colour_histogram.strip_histograms(self._bytes(encoded))
        return {HISTOGRAM: histograms, PIXELS: small.reshape(len(small), -1) / np.float32(255)}

    def batches(self, rows: Iterable[np.ndarray]) -> Iterator:
        """What `read` gives of many batches, decoded in parallel and ahead of their use.

        Args:
            rows: (n,) int rows of this split for each batch; may be endless.

        Returns:
            Iterator of (n, h, w, 3) float32 tensors.
        """
        return image_pixels.stream(map(self.encoded, rows), image_pixels.prepared, self._target, self.preparation)

    def encoded(self, rows: np.ndarray | slice) -> list[bytes]:
        """PNG or JPEG files, as stored."""
        return self.frames.encoded(self.rows[rows])

    def poses(self, rows: np.ndarray | slice) -> list[np.ndarray]:
        """Joints in the images as stored, see `frames.Frames.poses`."""
        return self.frames.poses(self.rows[rows])

    def subset(self, rows: np.ndarray) -> "ImageSplit":
        """As Split."""
        return dataclasses.replace(self, rows=self.rows[rows])

    def of(self, classes: list[str]) -> "ImageSplit":
        """The same items with other classes."""
        return dataclasses.replace(self, classes=classes)

    def _bytes(self, encoded: list[bytes]) -> np.ndarray:
        return _pixels(image_pixels.resized, encoded, self.captured_size or self._target)

    @property
    def _target(self) -> tuple[int, int]:
        return image_pixels.target(self.image_size)

    @functools.cached_property
    def captured_size(self) -> tuple[int, int] | None:
        """Height and width of all images as stored; None where they differ."""
        sizes = set(zip(self.frames.height[self.rows].tolist(), self.frames.width[self.rows].tolist(), strict=True))
        return sizes.pop() if len(sizes) == 1 else None

    @functools.cached_property
    def content(self) -> np.ndarray:
        """(N,) int64, a hash of the stored bytes."""
        return self.frames.content[self.rows]

    @functools.cached_property
    def identity(self) -> np.ndarray:
        """(N,) text."""
        return self.frames.identity[self.rows]

    @functools.cached_property
    def camera(self) -> np.ndarray:
        """(N,) text."""
        return self.frames.camera[self.rows]

    @functools.cached_property
    def view(self) -> np.ndarray:
        """(N,) text, unknown."""
        return np.full(len(self), "")

    @functools.cached_property
    def recording(self) -> np.ndarray:
        """(N,) text, the tracklet; unique in the data set."""
        return self.frames.tracklet[self.rows]

    @functools.cached_property
    def frame(self) -> np.ndarray:
        """(N,) int64, number within the tracklet."""
        return self.frames.frame[self.rows]


def _pixels(function, encoded: list[bytes], *arguments) -> np.ndarray:
    return image_pixels.compiled(function, *arguments)(encoded).numpy()
