# SPDX-License-Identifier: MIT
"""Reads arrays of numbers from MATLAB files of version 5 to 7.2; no size in a file is believed before it is checked."""

import math
import pathlib
import struct
import zlib
from collections.abc import Iterator

import numpy as np

_HEADER, _VERSION = 128, 0x0100
_ORDERS = {b"IM": "<", b"MI": ">"}  # of bytes, by how two letters are stored
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_INT32, _UINT32, _INT8, _MATRIX, _PACKED = 5, 6, 1, 14, 15  # of elements
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_COMPLEX = 0x0800


def read(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Name -> array, in MATLAB's order of axes, as the type that it has in MATLAB, however its numbers are stored.

    Raises:
        FileNotFoundError: no such file.
        ValueError: another version or format, damaged, or an entry that is no plain array of real numbers.

    Source: The MathWorks, MAT-File Format, level 5.
    """
    content = path.read_bytes()
    order = _ORDERS.get(content[_HEADER - 2 : _HEADER])
    if order is None or struct.unpack_from(f"{order}H", content, _HEADER - 4)[0] != _VERSION:
        raise ValueError(f"{path} is no MATLAB file of version 5 to 7.2; save it with -v7.")
    try:
        entries = [_matrix(body, order) for body in _matrices(memoryview(content)[_HEADER:], order)]
    except (ValueError, IndexError, zlib.error) as error:
        raise ValueError(f"{path} cannot be read as a MATLAB file, it is damaged: {error}; copy it again.") from error
    found = {name: value for name, value in entries if name}  # one without a name holds what functions remember
    others = [name for name, value in found.items() if value is None]
    if others:
        raise ValueError(f"{path}: {', '.join(others)} is no plain array of real numbers; save such arrays alone.")
    return found


def _matrices(content: memoryview, order: str) -> Iterator[memoryview]:
    for element, body in _elements(content, order):
        if element == _PACKED:
            yield from _matrices(memoryview(zlib.decompress(body)), order)
        elif element == _MATRIX:
            yield body
        else:
            raise ValueError(f"an element of type {element} where an array was expected")


def _elements(content: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """Type and content of the elements that follow one another."""
    place = 0
    while place < len(content):
        if len(content) - place < 8:
            raise ValueError("it ends within a tag")
        element, size = struct.unpack_from(f"{order}2I", content, place)
        small = element >> 16 > 0  # up to four bytes stand in the tag itself
        if small:
            element, size = element & 0xFFFF, element >> 16
        begin, most = (place + 4, 4) if small else (place + 8, len(content) - place - 8)
        if size > most:
            raise ValueError(f"an element of {size:,} bytes where {most:,} are left")
        yield element, content[begin : begin + size]
        place += 8 if small else 8 + (size if element == _PACKED else -(-size // 8) * 8)


def _matrix(content: memoryview, order: str) -> tuple[str, np.ndarray | None]:
    """Name and values of an array; None for what is no array of real numbers."""
    (flags_type, flags), (shape_type, shape), (name_type, name), *data = _elements(content, order)
    if (flags_type, shape_type, name_type, len(flags)) != (_UINT32, _INT32, _INT8, 8):
        raise ValueError("an array that does not begin with its kind, its shape and its name")
    kind, name = struct.unpack_from(f"{order}I", flags)[0], bytes(name).decode("latin-1")
    if kind & 0xFF not in _CLASSES or kind & _COMPLEX or not data:
        return name, None
    shape, (stored, numbers) = np.frombuffer(shape, f"{order}i4").tolist(), data[0]
    if stored not in _STORED or len(data) > 1 or min(shape, default=-1) < 0:
        raise ValueError(f"array {name!r} has numbers of type {stored} in the shape {shape}")
    values = np.frombuffer(numbers, order + _STORED[stored])
    if values.size != math.prod(shape):
        raise ValueError(f"array {name!r} has {values.size} numbers for the shape {shape}")
    return name, values.astype(_CLASSES[kind & 0xFF], copy=False).reshape(shape, order="F")
