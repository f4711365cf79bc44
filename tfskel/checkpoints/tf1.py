# SPDX-License-Identifier: MIT
"""Reads TensorFlow 1 checkpoints without TensorFlow 1."""

import pathlib

import numpy as np

from tfskel import literal_path


def read(path: str | pathlib.Path) -> dict[str, np.ndarray]:
    """Every tensor of a checkpoint.

    Args:
        path: checkpoint prefix (`model.ckpt`), its `.index` file, a folder with a `checkpoint` file, or a checkpoint
            that is a single file, as the first releases of TensorFlow wrote them.

    Returns:
        variable name -> array.

    Raises:
        FileNotFoundError: the index or a data file is missing.
        ValueError: a file is damaged or not a checkpoint.
    """
    import tensorflow as tf

    prefix = prefix_of(path)
    literal = literal_path.Alias(prefix, _endings(prefix))
    try:
        reader = tf.train.load_checkpoint(str(literal.path))
        return {name: reader.get_tensor(name) for name in sorted(reader.get_variable_to_shape_map())}
    except (tf.errors.OpError, RuntimeError, ValueError, LookupError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"{prefix} is not a readable checkpoint, or damaged: {reason}. Copy its files again."
        ) from error


def prefix_of(path: str | pathlib.Path) -> pathlib.Path:
    """The checkpoint prefix that a path means.

    Raises:
        FileNotFoundError: there is no checkpoint.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        path = path / _latest(path)
    prefix = path.with_suffix("") if path.suffix == ".index" else path
    if prefix.is_file() and not prefix.with_name(prefix.name + ".index").is_file():
        return prefix
    if not prefix.with_name(prefix.name + ".index").is_file():
        raise FileNotFoundError(
            f"there is no checkpoint {prefix}: {prefix.name}.index is missing. Give the prefix, without the endings "
            ".index, .data-00000-of-00001 or .meta."
        )
    if not any(ending.startswith(".data-") for ending in _endings(prefix)):
        raise FileNotFoundError(f"checkpoint {prefix} has no {prefix.name}.data-00000-of-00001 file beside its index.")
    return prefix


def _endings(prefix: pathlib.Path) -> list[str]:
    """What follows the prefix in the names of the checkpoint's files."""
    names = [path.name for path in prefix.parent.iterdir() if f"{path.name}.".startswith(f"{prefix.name}.")]
    return [name.removeprefix(prefix.name) for name in names]


def _latest(folder: pathlib.Path) -> str:
    state = folder / "checkpoint"
    key = "model_checkpoint_path:"
    lines = state.read_text(encoding="utf-8", errors="replace").splitlines() if state.is_file() else []
    named = [line.removeprefix(key).strip().strip('"') for line in lines if line.startswith(key)]
    if not named:
        raise FileNotFoundError(f"{folder} holds no file `checkpoint` that names one; give the checkpoint's prefix.")
    return pathlib.PurePath(named[0]).name
