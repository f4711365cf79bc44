# SPDX-License-Identifier: MIT
"""The pictures of both sets as examples: who is in which split, and what files and folders are called."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from datasets_tfds.person_sim import dancers, walkers
from datasets_tfds.person_sim.options import MOST, Options

FIRST_TEST_PERSON = MOST["train_persons"]  # so that more persons to train with leave the others as they are
FIRST_TEST_VIDEO = MOST["train_videos"]
PERSONS_OF_A_VIDEO = MOST["persons_per_video"]  # numbers set aside for a video


def splits(options: Options) -> dict[str, Iterator[dict[str, Any]]]:
    """Split name -> examples as ImageBuilder stores them, rendered on the way.

    Walkers: "train", "probe" (first camera) and "gallery" (other cameras); dancers: "train" and "test".
    """
    if options.set == "dancers":
        train, test = range(options.train_videos), range(FIRST_TEST_VIDEO, FIRST_TEST_VIDEO + options.test_videos)
        return {"train": _dancers(options, train, options.train_frames),
                "test": _dancers(options, test, options.test_frames)}  # fmt: skip
    train = range(options.train_persons)
    test = range(FIRST_TEST_PERSON, FIRST_TEST_PERSON + options.test_persons)
    return {
        "train": _walkers(options, train, range(options.cameras), options.train_frames),
        "probe": _walkers(options, test, range(1), options.test_frames),
        "gallery": _walkers(options, test, range(1, options.cameras), options.test_frames),
    }


def encoded(pixels: np.ndarray) -> bytes:
    """A PNG file of (H, W, 3) uint8 RGB."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


def _walkers(options: Options, persons: range, cameras: range, frames: int) -> Iterator[dict[str, Any]]:
    for camera in cameras:
        for person in persons:
            for frame in range(frames):
                picture = walkers.picture(options, person, camera, frame)
                yield {
                    "image": encoded(picture.pixels),
                    "identity": f"{person:04d}",
                    "camera": str(camera + 1),
                    "tracklet": f"cam{camera + 1}/person_{person:04d}",
                    "frame": frame,
                    "path": f"cam{camera + 1}/person_{person:04d}/{frame + 1:04d}.png",
                    "pose": picture.joints,
                }


def _dancers(options: Options, numbers: range, frames: int) -> Iterator[dict[str, Any]]:
    for number in numbers:
        for person in _persons(options, number):
            for frame in range(frames):
                picture = dancers.picture(options, person, number, frame)
                yield {
                    "image": encoded(picture.pixels),
                    "identity": f"{person:04d}",
                    "camera": str(frame),  # of dancers the evaluation asks for another moment, not another camera
                    "tracklet": f"video{number}/{person:04d}",
                    "frame": frame,
                    "path": f"images/{person:04d}_{frame:06d}.png",
                    "pose": picture.joints,
                }


def video(row: dict[str, Any]) -> str:
    """Name of a dancer's video."""
    return row["tracklet"].partition("/")[0]


def videos(options: Options) -> dict[str, list[str]]:
    """Video -> identities in it, in the order of the splits; empty for walkers."""
    if options.set != "dancers":
        return {}
    numbers = (*range(options.train_videos), *range(FIRST_TEST_VIDEO, FIRST_TEST_VIDEO + options.test_videos))
    return {f"video{number}": [f"{person:04d}" for person in _persons(options, number)] for number in numbers}


def _persons(options: Options, number: int) -> range:
    """Numbers of the persons of a video."""
    first = number * PERSONS_OF_A_VIDEO
    return range(first, first + options.persons_per_video)
