# SPDX-License-Identifier: MIT
"""Reads state dicts that PyTorch wrote, without PyTorch and without running what a file may ask for."""

import collections
import io
import math
import pathlib
import pickle
import pickletools
import struct
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

ZIP = b"PK\x03\x04"
PICKLE = b"\x80"
STATE_DICT = "state_dict"
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
_DTYPES = {"Float": "<f4", "Double": "<f8", "Half": "<f2", "Long": "<i8", "Int": "<i4", "Short": "<i2", "Char": "i1",
           "Byte": "u1", "Bool": "?"}  # fmt: skip


class _Refused(ValueError):
    """A file whose content is not that of a state dict; the reason is for the reader of the message."""


class _Storage(NamedTuple):
    """Elements of one or more tensors, by their key in the file."""

    dtype: str
    key: str
    elements: int


class _Tensor(NamedTuple):
    """A tensor whose storage may not have been read yet; all numbers count elements."""

    storage: Any
    offset: int
    size: tuple
    stride: tuple


class _Call:
    """A function that the file may call; nothing of it can be changed by the file."""

    __slots__ = ("_function",)

    def __init__(self, function):
        object.__setattr__(self, "_function", function)

    def __setattr__(self, name, value):
        raise _Refused(f"the file tries to change {name} of a function.")

    def __call__(self, *arguments):
        return self._function(*arguments)


_REBUILD = _Call(lambda storage, offset, size, stride, *_: _Tensor(storage, offset, size, stride))
_ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _REBUILD,
    ("torch._utils", "_rebuild_tensor_v2"): _REBUILD,
    ("torch._utils", "_rebuild_parameter"): _Call(lambda tensor, *_: tensor),
    **{("torch", f"{name}Storage"): dtype for name, dtype in _DTYPES.items()},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise _Refused(
                f"it asks for {module}.{name}, which a state dict does not need; nothing was run. Store "
                "model.state_dict() instead of the model, and nothing but tensors beside it."
            )
        return _ALLOWED[module, name]

    def persistent_load(self, identifier):
        kind, dtype, key, _, elements, *view = identifier
        if kind != "storage" or dtype not in _DTYPES.values() or view not in ([], [None]):
            raise _Refused(f"it names {identifier!r:.90}, which is no storage of numbers.")
        if not isinstance(key, str) or not isinstance(elements, int) or elements < 0:
            raise _Refused(f"storage {key!r:.90} has {elements!r} elements.")
        return _Storage(dtype, key, elements)


def read(path: str | pathlib.Path) -> dict[str, np.ndarray]:
    """Every tensor of a state dict, or of the entry "state_dict" of the dictionary that the file holds.

    Args:
        path: file of torch.save: a zip archive (since 1.6) or the stream of earlier releases; its ending says nothing.

    Returns:
        name -> array, read-only and in the layout of the file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, holds other objects than tensors, or asks for functions or classes; none is called.
    """
    path = pathlib.Path(path)
    content = path.read_bytes()
    try:
        state, storages = _of_zip(content) if content.startswith(ZIP) else _of_stream(content)
        state = _state_dict(state)
        return {name: _array(name, tensor, storages) for name, tensor in state.items()}
    except _Refused as error:
        raise ValueError(f"{path} is not a state dict of PyTorch: {error}") from error
    except Exception as error:  # a damaged pickle fails in as many ways as there are instructions
        raise ValueError(
            f"{path} is not a file of PyTorch, or damaged: {error or type(error).__name__}. Copy it again."
        ) from error


def _of_zip(content: bytes) -> tuple[Any, dict]:
    """The object of an archive and its storages."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        packed = [member.filename for member in members if member.compress_type != zipfile.ZIP_STORED]
        if packed or sum(member.file_size for member in members) > len(content):
            raise _Refused(f"its members are compressed or overlap ({', '.join(packed[:3]) or 'sizes'}).")
        roots = [member.filename.removesuffix("/data.pkl") for member in members if
                 member.filename.endswith("/data.pkl") and member.filename.count("/") == 1]  # fmt: skip
        if len(roots) != 1:
            raise _Refused(f"it is a zip archive with {len(roots)} files data.pkl instead of one.")
        (root,) = roots
        names = {member.filename for member in members}
        order = archive.read(f"{root}/byteorder") if f"{root}/byteorder" in names else b"little"
        if order != b"little":
            raise _Refused(f"its numbers are stored in the order {order!r}; only little-endian ones are read.")
        loaded, wanted = _unpickled(io.BytesIO(archive.read(f"{root}/data.pkl")))
        return loaded, {key: _elements(storage, archive.read(f"{root}/data/{key}")) for key, storage in wanted.items()}


def _of_stream(content: bytes) -> tuple[Any, dict]:
    """The object of the older form and its storages: five pickles, then the storages one behind the other."""
    stream = io.BytesIO(content)
    if _unpickled(stream)[0] != _MAGIC or _unpickled(stream)[0] != _PROTOCOL:
        raise _Refused("its beginning is that of another pickled object.")
    machine, _ = _unpickled(stream)
    if machine.get("little_endian") is not True:
        raise _Refused("it was written by a big-endian machine.")
    (loaded, wanted), (keys, _) = _unpickled(stream), _unpickled(stream)
    storages = {}
    for key in keys:
        (count,) = struct.unpack("<q", stream.read(8))
        storage = wanted[key]
        if count != storage.elements:
            raise _Refused(f"storage {key} has {count} elements instead of {storage.elements}.")
        storages[key] = _elements(storage, stream.read(count * np.dtype(storage.dtype).itemsize))
    return loaded, storages


def _unpickled(stream: io.BytesIO) -> tuple[Any, dict[str, _Storage]]:
    """The next object of a stream, and the storages that it names by their keys."""
    start, size = stream.tell(), stream.getbuffer().nbytes
    for instruction, argument, _ in pickletools.genops(stream):  # reads, and runs nothing
        if "PUT" in instruction.name and argument > size:  # would reserve memory for so many objects
            raise _Refused(f"it numbers an object {argument}.")
    stream.seek(start)
    wanted = {}

    class Unpickler(_Unpickler):
        def persistent_load(self, identifier):
            storage = super().persistent_load(identifier)
            if wanted.setdefault(storage.key, storage) != storage:
                raise _Refused(f"storage {storage.key} is named with two types or sizes.")
            return storage

    return Unpickler(stream, encoding="utf-8").load(), wanted


def _elements(storage: _Storage, content: bytes) -> np.ndarray:
    expected = storage.elements * np.dtype(storage.dtype).itemsize
    if len(content) != expected:
        raise _Refused(f"storage {storage.key} has {len(content)} bytes instead of {expected}; copy the file again.")
    return np.frombuffer(content, storage.dtype)


def _state_dict(loaded) -> Mapping:
    if isinstance(loaded, Mapping) and isinstance(loaded.get(STATE_DICT), Mapping):
        loaded = loaded[STATE_DICT]
    if not isinstance(loaded, Mapping) or not loaded:
        raise _Refused(f"it holds {type(loaded).__name__} where names of tensors were expected.")
    wrong = [name for name, value in loaded.items() if not (isinstance(name, str) and isinstance(value, _Tensor))]
    if wrong:
        raise _Refused(f"its entries {', '.join(map(repr, wrong[:5]))} are no tensors.")
    return loaded


def _array(name: str, tensor: _Tensor, storages: Mapping[str, np.ndarray]) -> np.ndarray:
    """A view of the tensor's storage; it has no more elements than that, so that it cannot outgrow the file."""
    storage, offset, size, stride = tensor
    numbers = [offset, *size, *stride]
    if not isinstance(storage, _Storage) or len(size) != len(stride) or not all(type(n) is int for n in numbers):
        raise _Refused(f"tensor {name} has no size and strides of numbers.")
    if min(numbers) < 0 or math.prod(size) > storage.elements:
        raise _Refused(f"tensor {name} of size {size} does not lie in its storage of {storage.elements} elements.")
    last = offset + sum((count - 1) * step for count, step in zip(size, stride, strict=True))
    if math.prod(size) and last >= storage.elements:
        raise _Refused(f"tensor {name} ends at element {last} of a storage of {storage.elements}.")
    elements = storages[storage.key]
    steps = [step * elements.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(elements[min(offset, len(elements)) :], size, steps, writeable=False)
