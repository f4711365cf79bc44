# SPDX-License-Identifier: MIT
"""Forms of ST-ReIDNet's input that tools/bench.py measures against each other: image by image, as it is defined."""

import functools
import io
import types
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage

from tests.tools import frame_forms, race
from tfskel.data import eraser, frames, image_split, pose_maps, random_crop
from tfskel.systems.st_reidnet import inputs

# size -> images, height as stored, height as fed, triplets of a batch, batches, turns
POSES = {"tiny": (6, 32, 64, 2, 2, 1), "default": (60, 96, 256, 8, 3, 3), "full": (240, 128, 256, 24, 4, 5)}
BASELINE_BATCHES = 10  # for each of the GAN's, which takes that much longer
FORMS = ("image by image", "pipeline")
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def baseline_batches(
    split: image_split.ImageSplit, tuples: Iterable[np.ndarray], settings: Mapping, seed: int
) -> Iterator[np.ndarray]:
    """As the function of this name of `inputs`, by Pillow."""
    size = split.image_size, split.image_size // 2

    def fed(row: int, rng: np.random.Generator) -> np.ndarray:
        picture = _opened(split, row)
        part = picture.crop(random_crop.rectangle(picture.height, picture.width, rng))
        image = _erased(_resized(part, size), eraser.rectangle(*size, rng, settings.eraser))
        return _normalised(ImageOps.mirror(image) if rng.random() < 0.5 else image)

    for step, rows in enumerate(tuples):
        images = [fed(row, rng) for row, rng in _drawn(rows, seed, step)]
        yield np.stack(images).reshape(*rows.shape, *size, 3)


def gan_batches(
    split: image_split.ImageSplit, tuples: Iterable[np.ndarray], settings: Mapping, seed: int
) -> Iterator[dict[str, np.ndarray]]:
    """As the function of this name of `inputs`, by Pillow and SciPy's filter; no joint is left out."""
    size = split.image_size, split.image_size // 2

    def fed(row: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        picture = _opened(split, row)
        joints = pose_maps.landmarks(split.poses(np.array([row]))[0], (picture.height, picture.width), size)
        sigma = (4, 5, 6)[rng.integers(3)] if settings.pose_augmentation == "gauss" else 5
        flip = rng.random() < 0.5
        target = _resized(picture, size)
        given = _erased(target.copy(), eraser.rectangle(*size, rng, settings.eraser))
        body = pose_maps.mask(joints, size) if settings.mask else np.zeros(size)
        made = {"input": _normalised(given), "target": _normalised(target), "pose_maps": _maps(joints, sigma, size)}
        made["masks"] = body[..., None].astype(np.float32)
        return {name: values[:, ::-1] if flip else values for name, values in made.items()}

    for step, rows in enumerate(tuples):
        images = [fed(row, rng) for row, rng in _drawn(rows, seed, step)]
        stacked = {name: np.stack([image[name] for image in images]) for name in images[0]}
        yield {name: values.reshape(*rows.shape, *values.shape[1:]) for name, values in stacked.items()}


def _drawn(rows: np.ndarray, seed: int, step: int) -> Iterator[tuple[int, np.random.Generator]]:
    return ((int(row), np.random.default_rng([seed, step, place])) for place, row in enumerate(rows.reshape(-1)))


def _opened(split: image_split.ImageSplit, row: int) -> Image.Image:
    return Image.open(io.BytesIO(split.encoded(np.array([row]))[0])).convert("RGB")


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture if picture.size == size[::-1] else picture.resize(size[::-1], Image.Resampling.BILINEAR)


def _erased(picture: Image.Image, rectangle: tuple[int, ...]) -> Image.Image:
    if rectangle != eraser.NOTHING:
        picture.paste(rectangle[4:], rectangle[:4])
    return picture


def _normalised(picture: Image.Image) -> np.ndarray:
    scaled = np.asarray(picture, np.float32) / np.float32(255)
    return (scaled - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)


def _maps(joints: np.ndarray, sigma: int, size: tuple[int, int]) -> np.ndarray:
    made = np.zeros((*size, len(joints)), np.float32)
    for joint, (row, column) in enumerate(joints):
        if row >= 0 and column >= 0:
            alone = np.zeros(size)
            alone[row, column] = 1
            alone = ndimage.gaussian_filter(alone, sigma)
            made[..., joint] = alone / alone.max()
    return made


def poses(size: str) -> list[dict]:
    """Batches of the baseline and of the GAN: image by image, or all in one pipeline."""
    count, height, image_size, triplets, batches, turns = POSES[size]
    rng = np.random.default_rng(2)
    sizes = {"height": height, "width": height // 2}
    drawn = ({"pose": rng.uniform(0, (height // 2, height), (17, 2))} for _ in range(count))
    pictures = frame_forms.pictures(count, height)
    examples = [example | sizes | pose for example, pose in zip(pictures, drawn, strict=True)]
    split = image_split.ImageSplit(frames.from_list(examples), np.arange(count), image_size, [])
    tuples = [rng.integers(0, count, (triplets, 3)) for _ in range(batches)]
    plain = race.Row("ST-ReIDNet baseline input", *FORMS), baseline_batches, inputs.baseline_batches
    posed = race.Row("ST-ReIDNet GAN input", *FORMS, least_ratio=3), gan_batches, inputs.gan_batches
    settings = types.SimpleNamespace(eraser="original", pose_augmentation="gauss", swap_sides=False, mask=True)
    found = []
    for (row, *made), read in ((plain, tuples * BASELINE_BATCHES), (posed, tuples)):
        forms = [
            race.Form(name, functools.partial(_looked_at, function, split, read, settings), len(read) * triplets * 3)
            for name, function in zip(FORMS, made, strict=True)
        ]
        found += race.race([row], forms, "image", turns, tolerance=1e-5)
    return found


def _looked_at(made: Callable, split, tuples: list[np.ndarray], settings: Mapping) -> np.ndarray:
    """Every 16th row and column of all batches, so that many fit into memory."""
    batches = [batch if isinstance(batch, dict) else {"": batch} for batch in made(split, tuples, settings, 1)]
    return np.concatenate([np.asarray(values)[..., ::16, ::16, :].ravel() for batch in batches
                           for _, values in sorted(batch.items())])  # fmt: skip
