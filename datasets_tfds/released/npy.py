# SPDX-License-Identifier: MIT
"""Reads `.npy` files without ever running code from them, pickled identity dictionaries included."""

import contextlib
import math
import os
import pathlib
import pickle
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

_NUMBER_KINDS = "biuf"


def load_array(path: str | pathlib.Path) -> np.ndarray:
    """The array in a `.npy` file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: not a `.npy` file, damaged, or it holds pickled Python objects.
    """
    with _opened(path) as (file, shape, dtype):
        if dtype.hasobject:
            raise ValueError(
                f"{path} holds pickled Python objects, which are not read as an array. "
                "An identity dictionary is read with npy.load_ids."
            )
        found, needed = os.fstat(file.fileno()).st_size - file.tell(), math.prod(shape) * dtype.itemsize
        if found != needed:
            raise ValueError(
                f"{path} is damaged or cut short: {shape} {dtype} takes {needed} bytes, {found} are there."
            )
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)


def load_ids(path: str | pathlib.Path) -> dict[int, list[int]]:
    """The dictionary identity -> sequence indices that the originals store pickled in a `.npy` file, in its order.

    The pickle may name nothing but NumPy's arrays, scalars and dtypes, and these are replaced by inert
    stand-ins, so that nothing the file says is ever called. Files of Python 2 and of old NumPy are read too.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: not such a file, damaged, or its pickle names anything else (nothing of it is run).
    """
    with _opened(path) as (file, _, dtype):
        if not dtype.hasobject:
            raise ValueError(f"{path} holds a plain array, not an identity dictionary; use npy.load_array.")
        try:
            content = _Unpickler(file, encoding="latin1").load()
        except _Refused as error:
            raise ValueError(f"{path} is refused: its pickle names {error}, which is not data.") from None
        except Exception as error:  # A damaged pickle may raise anything.
            raise ValueError(f"{path} is damaged: its pickle cannot be read ({error}).") from error
    if isinstance(content, _Array) and isinstance(content.data, list) and len(content.data) == 1:
        content = content.data[0]
    return _as_ids(content, path)


class _Refused(Exception):
    """The pickle names something outside the table."""


class _StandIn:
    """What a name in a pickle becomes. The method keeps a pickle from setting attributes of the class."""

    def __setstate__(self, state):
        raise _Refused("a state where none belongs")


class _Dtype(_StandIn):
    """Stands in for `numpy.dtype`: keeps the code ("i8", "O8") and the byte order."""

    def __init__(self, code, *unused):
        self.code, self.order = _latin1(code), "="

    def __setstate__(self, state):
        self.order = _latin1(state[1]).replace("|", "=")

    def numbers(self, data) -> list:
        if self.code[:1] not in _NUMBER_KINDS:
            raise ValueError(f"numbers expected, dtype {self.code!r} found")
        data = data.encode("latin1") if isinstance(data, str) else data
        return np.frombuffer(data, np.dtype(self.order + self.code)).tolist()


class _Array(_StandIn):
    """Stands in for `numpy.ndarray` and what rebuilds it: keeps the elements, flat."""

    def __init__(self, *unused):
        self.dtype, self.data = None, []

    def __setstate__(self, state):
        self.dtype, self.data = state[-3], state[-1]

    def values(self) -> list:
        return self.data if isinstance(self.data, list) else self.dtype.numbers(self.data)


class _Scalar(_StandIn):
    """Stands in for what rebuilds a NumPy number; becomes that number."""

    def __new__(cls, dtype, data):
        return dtype.numbers(data)[0]


class _Bytes(_StandIn):
    """Stands in for `codecs.encode` and `bytes`, by which old protocols write bytes; becomes those bytes."""

    def __new__(cls, text="", encoding="latin1"):
        return text.encode("latin1")


_STAND_INS = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _Array for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _Scalar for core in ("core", "_core")},
    ("_codecs", "encode"): _Bytes,
    ("__builtin__", "bytes"): _Bytes,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _STAND_INS:
            raise _Refused(f"{module}.{name}")
        return _STAND_INS[module, name]


@contextlib.contextmanager
def _opened(path: str | pathlib.Path) -> Iterator[tuple[BinaryIO, tuple[int, ...], np.dtype]]:
    """An open `.npy` file, which is read past its header, and its shape and dtype."""
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    with open(path, "rb") as file:
        try:
            version = np.lib.format.read_magic(file)
            if version not in readers:
                raise ValueError(f"format version {version} is not known")
            shape, _, dtype = readers[version](file)
        except Exception as error:  # the parser of a damaged header raises errors of its own
            raise ValueError(f"{path} is not a readable .npy file: {error}") from error
        yield file, shape, dtype


def _latin1(text: str | bytes) -> str:
    return text.decode("latin1") if isinstance(text, bytes) else str(text)


def _as_ids(content: object, path: str | pathlib.Path) -> dict[int, list[int]]:
    if not isinstance(content, dict):
        found = type(content).__name__.strip("_").lower()
        raise ValueError(f"{path} holds no identity dictionary but {found}.")
    ids = {}
    for key, value in content.items():
        try:
            indices = value.values() if isinstance(value, _Array) else list(value)
            ids[int(str(key))] = [int(str(index)) for index in indices]
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: entry {key!r} is not identity -> sequence indices: {error}.") from error
    return ids
