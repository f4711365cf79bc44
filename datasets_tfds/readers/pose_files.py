# SPDX-License-Identifier: MIT
"""Text files of a person's joints in an image: a joint a line, two numbers in pixels of the stored image."""

import pathlib

import numpy as np

from datasets_tfds.readers import numbers, text_rows

ENDING = ".txt"


def read(path: pathlib.Path, joints: int = 0, rows_first: bool = False) -> np.ndarray:
    """Joints (K, 2) float32, x and y in pixels; the negative numbers of missing joints stay as they are.

    Args:
        path: two numbers in each line, separated by white space or a comma; empty lines are left out.
        joints: lines expected; 0 accepts any number but none.
        rows_first: the lines are `row column` instead of `x y`.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a line is something else, or there are too few or too many; names file and line.
    """
    if not path.is_file():
        raise FileNotFoundError(f"pose file {path} is missing; every image needs one. Copy it again.")
    lines = [(number, line.replace(",", " ").split()) for number, line in enumerate(text_rows.lines(path), 1)]
    lines = [(number, words) for number, words in lines if words]
    order = "row column" if rows_first else "x y"
    for number, words in lines:
        if len(words) != 2:
            raise ValueError(f"{path}, line {number}: expected two numbers, `{order}`; received {' '.join(words)!r}.")
    if not lines or joints not in (0, len(lines)):
        raise ValueError(
            f"{path}: expected {joints or 'some'} lines, one a joint; received {len(lines)}. Is it cut short, or of "
            "another data set?"
        )
    try:
        values = numbers.reals([word for _, words in lines for word in words])
    except numbers.Unreadable as error:
        raise ValueError(f"{path}, line {lines[error.position // 2][0]}: {error}") from None
    pose = values.reshape(-1, 2).astype(np.float32)
    return np.ascontiguousarray(pose[:, ::-1]) if rows_first else pose
