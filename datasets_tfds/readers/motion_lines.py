# SPDX-License-Identifier: MIT
"""Lines of words in motion files, which say in every error where they stand."""

import dataclasses
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from datasets_tfds.readers import numbers, text_rows


@dataclasses.dataclass(frozen=True)
class Line:
    """One line: the name of its file, its number from 1, and its words."""

    file: str
    number: int
    words: list[str]

    def error(self, text: str) -> ValueError:
        """The error that names file and line."""
        return ValueError(f"{self.file}, line {self.number}: {text}")

    def reals(self, words: Sequence[str]) -> np.ndarray:
        """Words of this line as finite numbers, (N,) float64; ValueError names file and line."""
        try:
            return numbers.reals(words)
        except numbers.Unreadable as error:
            raise self.error(f"expected finite numbers; received {error.text[:20]!r}.") from None

    def integer(self, word: str) -> int:
        """A word of this line as a whole number of 64 bits; ValueError names file and line."""
        try:
            return int(numbers.integers([word])[0])
        except numbers.Unreadable as error:
            raise self.error(str(error)) from None


def read(path: pathlib.Path) -> Iterator[Line]:
    """Lines of a motion file without empty ones and comments (#); errors as of `text_rows.lines`."""
    # Comment lines name folders of the people recorded: they are dropped here and reach no message.
    for number, row in enumerate(text_rows.lines(path), start=1):
        words = row.split()
        if words and not words[0].startswith("#"):
            yield Line(path.name, number, words)
