# SPDX-License-Identifier: MIT
"""Reads a text file of the user's: UTF-8, with or without a byte order mark."""

import codecs
import pathlib

_OTHER = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}


def read(path: str | pathlib.Path) -> str:
    """Content without the mark, line ends as they are.

    Raises:
        ValueError: the file is in another encoding or no text at all; names the encoding or the line.
    """
    raw = pathlib.Path(path).read_bytes()
    for encoding, marks in _OTHER.items():
        if raw.startswith(marks):
            raise ValueError(f"{path}: {encoding} text; save the file as UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: not UTF-8 text; save the file as UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValueError(f"{path}, line {line}: a zero byte, so no UTF-8 text; save the file as UTF-8.")
    return text
