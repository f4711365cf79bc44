# SPDX-License-Identifier: MIT
"""Contact sheets: many small pictures in one, to see what a data set looks like."""

from collections.abc import Sequence

import numpy as np

from datasets_tfds.person_sim import dancers, examples, walkers
from datasets_tfds.person_sim.options import Options


def tiled(pictures: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Pictures row by row beside each other.

    Args:
        pictures: n of (H, W, 3) uint8, all of one size. columns: int, at least 1; the rest of the last row is white.

    Returns:
        (ceil(n / columns) H, columns W, 3) uint8.
    """
    rows = -(-len(pictures) // columns)
    height, width = pictures[0].shape[:2]
    sheet = np.full((rows * columns, height, width, 3), 255, np.uint8)
    sheet[: len(pictures)] = pictures
    sheet = sheet.reshape(rows, columns, height, width, 3).swapaxes(1, 2)
    return sheet.reshape(rows * height, columns * width, 3)


def contact_sheet(options: Options, columns: int = 12, rows: int = 4) -> np.ndarray:
    """Test persons of a set: a column each; rows are cameras in turn (walkers) or moments (dancers).

    Returns:
        (rows * height, at most columns * height / 2, 3) uint8 RGB.
    """
    shown = []
    if options.set == "dancers":
        first, each = examples.FIRST_TEST_VIDEO, options.persons_per_video
        cast = [(video, video * examples.PERSONS_OF_A_VIDEO + place)
                for video in range(first, first + options.test_videos) for place in range(each)][:columns]  # fmt: skip
        for row in range(rows):
            frame = row * 2 % options.test_frames
            shown += [dancers.picture(options, person, video, frame).pixels for video, person in cast]
        return tiled(shown, len(cast))
    persons = range(examples.FIRST_TEST_PERSON, examples.FIRST_TEST_PERSON + min(columns, options.test_persons))
    for row in range(rows):
        camera, frame = row % options.cameras, row // options.cameras * 2 % options.test_frames
        shown += [walkers.picture(options, person, camera, frame).pixels for person in persons]
    return tiled(shown, len(persons))
