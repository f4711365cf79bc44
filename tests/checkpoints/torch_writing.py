# SPDX-License-Identifier: MIT
"""Writes state dicts in both forms of PyTorch, without PyTorch; for tests."""

import contextlib
import dataclasses
import io
import pickle
import struct
import sys
import types
import zipfile

import numpy as np

NAMES = {"f4": "Float", "f8": "Double", "f2": "Half", "b1": "Bool", "u1": "Byte"}
NAMES |= {"i8": "Long", "i4": "Int", "i2": "Short", "i1": "Char"}
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


@dataclasses.dataclass
class Storage:
    key: str
    values: np.ndarray
    elements: int | None = None

    def identifier(self, modules):
        kind = getattr(modules["torch"], f"{NAMES[self.values.dtype.str[1:]]}Storage")
        return "storage", kind, self.key, "cpu", len(self.values) if self.elements is None else self.elements


class Tensor:
    """What PyTorch stores of a tensor; every number may be a wrong one."""

    def __init__(self, storage, size, stride, offset=0, function="_rebuild_tensor_v2"):
        self.storage, self.function, self.numbers = storage, function, (offset, size, stride)

    def __reduce__(self):
        more = (False, {}) if self.function.endswith("_v2") else ()
        return getattr(sys.modules["torch._utils"], self.function), (self.storage, *self.numbers, *more)


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_parameter, (self.tensor, True, {})


def tensor(key, value):
    value = np.asarray(value, order="C")
    strides = tuple(step // value.itemsize for step in value.strides)
    return Tensor(Storage(key, value.reshape(-1)), value.shape, strides)


def state(arrays):
    return {name: tensor(str(number), value) for number, (name, value) in enumerate(arrays.items())}


@contextlib.contextmanager
def modules():
    """Modules of PyTorch's names for the time of pickling."""
    made = {name: types.ModuleType(name) for name in ("torch", "torch._utils")}
    for name in NAMES.values():
        setattr(made["torch"], f"{name}Storage", type(f"{name}Storage", (), {"__module__": "torch"}))
    for name in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_parameter"):
        function = types.FunctionType((lambda *given: None).__code__, {"__name__": "torch._utils"}, name)
        function.__qualname__, function.__module__ = name, "torch._utils"
        setattr(made["torch._utils"], name, function)
    before = {name: sys.modules.get(name) for name in made}
    sys.modules.update(made)
    try:
        yield made
    finally:
        for name, module in before.items():
            sys.modules.pop(name) if module is None else sys.modules.update({name: module})


def pickled(loaded, view=()):
    """The pickle of an object, and its storages by their keys."""
    storages, stream = {}, io.BytesIO()
    with modules() as made:

        class Pickler(pickle.Pickler):
            def persistent_id(self, value):
                if not isinstance(value, Storage):
                    return None
                storages[value.key] = value
                return (*value.identifier(made), *view)

        Pickler(stream, protocol=2).dump(loaded)
    return stream.getvalue(), storages


def write_zip(path, loaded, compression=zipfile.ZIP_STORED, root="archive", order=b"little"):
    content, storages = pickled(loaded)
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(f"{root}/data.pkl", content)
        archive.writestr(f"{root}/byteorder", order)
        for key, storage in storages.items():
            archive.writestr(f"{root}/data/{key}", storage.values.tobytes())
    return path


def write_stream(path, loaded, little=True):
    content, storages = pickled(loaded, view=(None,))
    machine = {"protocol_version": PROTOCOL, "little_endian": little, "type_sizes": {"int": 4}}
    parts = [pickle.dumps(value, 2) for value in (MAGIC, PROTOCOL, machine)]
    parts += [content, pickle.dumps(list(storages), 2)]
    parts += [struct.pack("<q", len(s.values)) + s.values.tobytes() for s in storages.values()]
    path.write_bytes(b"".join(parts))
    return path


WRITERS = {"zip": write_zip, "stream": write_stream}
