# SPDX-License-Identifier: MIT
"""A camera: how it looks down, its light and background, and what it makes of colours."""

import dataclasses
import functools

import numpy as np
from scipy import ndimage

from datasets_tfds.person_sim import background, randomness, rendering

CAST, BRIGHTNESS = 0.19, 0.10  # log gain at a colour strength of 1
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
FRAME_EXPOSURE = 0.03  # log-normal, from frame to frame
STEP = 4  # grey levels that become one: 64 levels compress to half
# Red, green and blue directions of the plane in which the mean of the three is zero.
_CHROMA = np.array(((2, -1, -1), (0, np.sqrt(3), -np.sqrt(3)))) / np.sqrt(6)


@dataclasses.dataclass(frozen=True)
class Camera:
    """One camera.

    Args:
        pitch: degrees by which it looks down. light: see rendering. canvas: see background.
        mixing: (3, 3) of colours, gain included. gamma: of brightness. blur: sigma in rows of a 64-row picture.
        noise: standard deviation, shares of the brightest grey.
    """

    pitch: float
    light: rendering.Light
    canvas: np.ndarray
    mixing: np.ndarray
    gamma: float
    blur: float
    noise: float

    def photograph(self, scene: np.ndarray, exposure: float, rng: np.random.Generator) -> np.ndarray:
        """What the camera stores of a scene.

        Args:
            scene: (H, W, 3) RGB in [0, 1]. exposure: natural logarithm, 0 is neutral. rng: generator of the picture.

        Returns:
            (H, W, 3) uint8 in 64 levels per channel.
        """
        exposed = scene @ self.mixing.T * np.exp(exposure + FRAME_EXPOSURE * rng.standard_normal())
        seen = np.clip(exposed, 0, 1) ** self.gamma
        sigma = self.blur * len(scene) / 64
        seen = ndimage.gaussian_filter(seen, (sigma, sigma, 0), mode="nearest", truncate=3)
        seen += self.noise * rng.standard_normal(seen.shape)
        grey = np.rint(np.clip(seen, 0, 1) * 255).astype(np.uint8)
        return grey // STEP * STEP + STEP // 2


@functools.lru_cache(maxsize=8)
def make(seed: int, number: int, height: int, colour: float) -> Camera:
    """Camera of a number.

    Args:
        seed: of the data set. number: int. height: rows of the pictures. colour: strength of the colour cast.

    Returns:
        Camera; casts have the same strength everywhere and differ in direction, so that the task is about as hard
        for every seed.
    """
    rng = randomness.stream(seed, "camera", number)
    hue = randomness.stream(seed, "camera").uniform(0, 2 * np.pi) + GOLDEN_ANGLE * number
    cast = CAST * np.array((np.cos(hue), np.sin(hue))) @ _CHROMA
    gain = np.exp(colour * (cast + BRIGHTNESS * (-1) ** number))
    mixing = np.eye(3) + 0.02 * rng.standard_normal((3, 3))
    return Camera(
        pitch=float(rng.uniform(5, 22)),
        light=rendering.Light(float(rng.uniform(0.5, 0.75)), float(rng.uniform(-1.2, 1.2))),
        canvas=background.canvas(randomness.stream(seed, "background", number), height),
        mixing=gain[:, None] * mixing / mixing.sum(axis=1, keepdims=True),
        gamma=float(rng.uniform(0.93, 1.07)),
        blur=float(rng.uniform(0.35, 0.75)),
        noise=float(rng.uniform(0.008, 0.018)),
    )
