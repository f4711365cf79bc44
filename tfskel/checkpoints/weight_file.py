# SPDX-License-Identifier: MIT
"""Named arrays of weights in the formats in which others store them; the content of a file says which it is."""

import pathlib
import zipfile
from collections.abc import Mapping

import numpy as np

from tfskel import arrays
from tfskel.checkpoints import tf1, torch_file

NPZ, SAFETENSORS = ".npz", ".safetensors"
ONE_FILE = (NPZ, SAFETENSORS, ".pth", ".pt", ".tar")
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "?", "I8": "i1", "U8": "u1"}
_DTYPES |= {f"{kind}{8 * size}": f"<{kind.lower()}{size}" for kind in "IU" for size in (2, 4, 8)}


def read(path: str | pathlib.Path) -> dict[str, np.ndarray]:
    """Every array of a file.

    Args:
        path: a state dict of PyTorch in either form (`torch_file`), .safetensors, .npz, or a checkpoint of TensorFlow
            (`tf1`), which may be a prefix or a folder. Except there, the ending says nothing.

    Returns:
        name -> array in the layout of the file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, in none of these formats, or holds more than arrays.
        ModuleNotFoundError: reading .safetensors needs a library that is not installed.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        if path.suffix in ONE_FILE:
            raise FileNotFoundError(f"there is no file {path}.")
        return tf1.read(path)
    with path.open("rb") as file:
        start = file.read(9)
    if start.startswith(torch_file.ZIP) and _holds_npy(path):
        return arrays.read(path)
    if start.startswith((torch_file.ZIP, torch_file.PICKLE)):
        return torch_file.read(path)
    if start[8:] == b"{" and int.from_bytes(start[:8], "little") < path.stat().st_size:
        return _read_safetensors(path)
    return tf1.read(path)


def write(path: str | pathlib.Path, values: Mapping[str, np.ndarray]) -> None:
    """Writes arrays, complete or not at all, as .npz or .safetensors.

    PyTorch reads the latter (`safetensors.torch.load_file`), and takes them with `load_state_dict`. Its own .pth files
    are pickles, which no maintained library but PyTorch writes.

    Raises:
        ValueError: another ending.
        ModuleNotFoundError: .safetensors needs a library that is not installed.
    """
    path = pathlib.Path(path)
    values = {name: np.asarray(value, order="C") for name, value in values.items()}
    if path.suffix == SAFETENSORS:
        content = _library().numpy.save(values)
        with arrays.complete(path) as unfinished:
            unfinished.write_bytes(content)
    elif path.suffix == NPZ:
        arrays.write(path, **values)
    else:
        raise ValueError(
            f"weights are written as {SAFETENSORS} or {NPZ}; received {path}. A .pth file is a pickle, which only "
            "PyTorch writes: load the .safetensors file there and call torch.save."
        )


def _holds_npy(path: pathlib.Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is a damaged archive: {error}. Copy it again.") from error


def _read_safetensors(path: pathlib.Path) -> dict[str, np.ndarray]:
    library = _library()
    try:
        entries = library.deserialize(path.read_bytes())
    except library.SafetensorError as error:
        raise ValueError(f"{path} is not a readable .safetensors file: {error}. Copy it again.") from error
    unknown = sorted({entry["dtype"] for _, entry in entries} - set(_DTYPES))
    if unknown:
        raise ValueError(f"{path} holds arrays of type {', '.join(unknown)}; known: {', '.join(_DTYPES)}.")
    return {name: _of_entry(entry) for name, entry in entries}


def _of_entry(entry: dict) -> np.ndarray:
    value = np.frombuffer(entry["data"], _DTYPES[entry["dtype"]]).reshape(entry["shape"])
    if entry["dtype"] == "BF16":  # the upper half of a float32
        return (value.astype(np.uint32) << 16).view(np.float32)
    return value


def _library():
    try:
        import safetensors.numpy
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "files in the format safetensors need the library of this name: pip install 'tfskel[weights]'."
        ) from error
    return safetensors
