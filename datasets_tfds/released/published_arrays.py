# SPDX-License-Identifier: MIT
"""Reads and writes one split of the authors' `.npy` sequences, checking what their loaders take on trust."""

import dataclasses
import pathlib
import pickle

import numpy as np

from datasets_tfds.readers import folder_tree
from datasets_tfds.released import npy, published_layouts


@dataclasses.dataclass(frozen=True)
class Sequences:
    """Ready-cut sequences of one split.

    Attributes:
        joints: (N, f, J, 3) float64, as stored: metres by convention, not centred, joint order of the files.
        identity: (N,) int64, identity of each sequence.
        identities: every identity of the `ids` file in its order; one without a sequence is only here.
    """

    joints: np.ndarray
    identity: np.ndarray
    identities: list[int]


def read(files: published_layouts.Files, num_joints: int) -> Sequences:
    """Reads one split; no code in any of its files is run.

    A coordinate file holds N * f * J numbers in the order sequence, frame, joint, usually as (N*f, J). The person of
    a sequence is what `ids` says; `frame_id` must agree where there is one.

    Raises:
        FileNotFoundError: a file is missing; the message shows what the folder holds.
        ValueError: a file is damaged, pickled where it must not be, not finite, or does not fit the others.
    """
    check_present(files)
    ids = npy.load_ids(files.ids)
    paths = [files.coordinate(axis) for axis in published_layouts.AXES]
    axes = [_coordinate(path, files.length, num_joints) for path in paths]
    if len({len(rows) for rows in axes}) > 1:
        text = ", ".join(f"{path.name} {len(rows)}" for path, rows in zip(paths, axes, strict=True))
        raise ValueError(f"{files.folder}: the coordinate files differ in their number of frames: {text}.")
    _check_length(files, len(axes[0]), sum(map(len, ids.values())))
    joints = np.stack(axes, axis=-1).reshape(-1, files.length, num_joints, 3)
    identity = _identities(files.ids, ids, len(joints))
    if files.frame_id.is_file():
        _check_frame_id(files, identity)
    return Sequences(joints, identity, list(ids))


def check_present(files: published_layouts.Files) -> None:
    """Raises FileNotFoundError when a file that every layout has is missing."""
    missing = [path.name for path in files.required() if not path.is_file()]
    if missing:
        names = "\n".join(f"  {path.name}" for path in files.required())
        raise FileNotFoundError(
            f"{files.folder} lacks {', '.join(missing)}. Found:\n{folder_tree.draw(files.folder, limit=20)}\n"
            f"Expected in {files.folder.name}:\n{names}"
        )


def target_fault(files: published_layouts.Files, joints: np.ndarray) -> str:
    """What is wrong with the reversed sequences beside files that hold `joints` (N, f, J, 3); "" if nothing."""
    for index, axis in enumerate(published_layouts.AXES):
        path = files.coordinate(axis, "target")
        if not path.is_file():
            continue
        expected = joints[:, ::-1, :, index]
        try:
            target = npy.load_array(path)
        except ValueError as error:
            return str(error)
        if target.size != expected.size:
            return f"{path} holds {target.size} numbers, its source {expected.size}"
        unequal = (target.reshape(expected.shape) != expected).any(axis=(1, 2))
        if unequal.any():
            first, count = int(unequal.argmax()), int(unequal.sum())
            return f"{path}: {count} of {len(joints)} sequences are not the reversed source, the first is {first}"
    return ""


def write(files: published_layouts.Files, sequences: Sequences, *, frame_id: bool, target: bool) -> None:
    """Writes one split as the authors' preprocessing does: float64 coordinates, (N*f, J) a file, pickled `ids`.

    A person's indices are listed in ascending order. `frame_id` also writes the person of every sequence, `target`
    the reversed sequences.
    """
    write_coordinates(files, sequences.joints, target=target)
    ids = {int(identity): np.flatnonzero(sequences.identity == identity).tolist() for identity in sequences.identities}
    _write_ids(files.ids, ids)
    if frame_id:
        np.save(files.frame_id, np.asarray(sequences.identity, np.int64))


def write_coordinates(files: published_layouts.Files, joints: np.ndarray, *, target: bool) -> None:
    """Writes only the coordinate files: (N, f, J, 3) -> x, y, z of shape (N*f, J) float64, and reversed ones."""
    files.folder.mkdir(parents=True, exist_ok=True)
    kinds = {"source": joints, "target": joints[:, ::-1]} if target else {"source": joints}
    for kind, values in kinds.items():
        for index, axis in enumerate(published_layouts.AXES):
            rows = values[..., index].reshape(-1, values.shape[2])
            np.save(files.coordinate(axis, kind), np.ascontiguousarray(rows, np.float64))


def _coordinate(path: pathlib.Path, length: int, num_joints: int) -> np.ndarray:
    """Rows of one axis: (frames, J) float64."""
    values = npy.load_array(path)
    shape = values.shape
    if values.dtype.kind not in "fiu" or values.ndim not in (1, 2, 3):
        raise ValueError(f"{path}: expected numbers of shape (N*f, J); received {shape} {values.dtype}.")
    if values.size % num_joints or (values.ndim > 1 and shape[-1] != num_joints):
        raise ValueError(f"{path}: expected {num_joints} joints in the last axis; received shape {shape}.")
    if values.ndim == 3 and shape[1] != length:
        raise ValueError(f"{path}: sequences of {shape[1]} frames, but f = {length} was asked for; shape {shape}.")
    if not values.size:
        raise ValueError(f"{path} holds no frame; shape {shape}.")
    rows = values.reshape(-1, num_joints).astype(np.float64)
    bad = np.argwhere(~np.isfinite(rows))
    if len(bad):
        row, joint = bad[0]
        raise ValueError(
            f"{path}, row {row} (frame {row % length} of sequence {row // length}), joint {joint}: {rows[row, joint]} "
            f"is not finite ({len(bad)} such values in the file)."
        )
    return rows


def _check_length(files: published_layouts.Files, frames: int, listed: int) -> None:
    if frames == listed * files.length:
        return
    whole = listed and not frames % listed
    held = f"{frames // listed} frames each" if whole else "which is no whole number of frames each"
    raise ValueError(
        f"{files.folder}: the arrays do not hold sequences of f = {files.length} frames: {frames} frames, and "
        f"{files.ids.name} lists {listed} sequences, {held}."
    )


def _identities(path: pathlib.Path, ids: dict[int, list[int]], count: int) -> np.ndarray:
    """Person of every sequence, from the lists of indices."""
    owner: dict[int, int] = {}
    for identity, indices in ids.items():
        for index in indices:
            if not 0 <= index < count:
                raise ValueError(f"{path}: person {identity} lists sequence {index}; there are {count}, from 0.")
            if index in owner:
                raise ValueError(f"{path}: sequence {index} belongs to person {owner[index]} and to person {identity}.")
            owner[index] = identity
    return np.array([owner[index] for index in range(count)], np.int64)


def _check_frame_id(files: published_layouts.Files, identity: np.ndarray) -> None:
    stated = npy.load_array(files.frame_id)
    if stated.shape != identity.shape or stated.dtype.kind not in "iuf":
        raise ValueError(
            f"{files.frame_id}: expected one whole number for each of {len(identity)} sequences; "
            f"received {stated.shape} {stated.dtype}."
        )
    unequal = np.flatnonzero(stated != identity)
    if len(unequal):
        first = unequal[0]
        raise ValueError(
            f"{files.frame_id.name} and {files.ids.name} in {files.folder} disagree about {len(unequal)} sequences; "
            f"the first is {first}: person {stated[first]} in frame_id, {identity[first]} in ids."
        )


def _write_ids(path: pathlib.Path, ids: dict[int, list[int]]) -> None:
    content = np.array(ids, dtype=object)
    # The old programs' NumPy has no `numpy._core`; in protocol 2 names are plain lines, so renaming one is safe.
    data = pickle.dumps(content, protocol=2).replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": ()})
        file.write(data)
