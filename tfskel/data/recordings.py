# SPDX-License-Identifier: MIT
"""All recordings of one split, as captured, in the order of the raw files: in memory, or joints read when asked for."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from tfskel import arrays, literal_path, skeletons
from tfskel.data import stored

IN_MEMORY_BYTES = 1 << 29
"""Joints of a split that is larger as stored stay there, where its files can be read at random."""
TEXTS = ("recording", "camera", "condition")
ROWS = ("identity", *TEXTS, "captured")


@dataclasses.dataclass(frozen=True)
class Recordings:
    """Recordings laid end to end: recording r is `joints[start[r] : start[r] + length[r]]`.

    Attributes:
        joints: (frames, J, 3) float32 or float64, metres, sensor axes, not centred; an array, or `stored.Joints`.
        start: (R,) int64, first frame of each recording in `joints`.
        length: (R,) int64, frames of each recording.
        identity: (R,) str, person.
        recording: (R,) str, name of the take; need not be unique (a take may be cut in segments).
        camera: (R,) str, device or view; "" when unknown.
        condition: (R,) str; "" when unknown.
        captured: (R,) int64, frames captured, before any were dropped.
        frame_numbers: (frames,) int64, number of each kept frame in its raw recording.
    """

    joints: np.ndarray | stored.Joints
    start: np.ndarray
    length: np.ndarray
    identity: np.ndarray
    recording: np.ndarray
    camera: np.ndarray
    condition: np.ndarray
    captured: np.ndarray
    frame_numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.length)

    @classmethod
    def from_list(cls, examples: Iterable[dict]) -> "Recordings":
        """Lays example dictionaries (one per recording) end to end, order kept.

        Args:
            examples: dictionaries with joints (T, J, 3) float32 or float64 metres and identity; optional
                recording, camera, condition (text, default ""), frames (T,) int, captured int.

        Raises:
            ValueError: no example, or one whose joints are not (T, J, 3), not finite, or of another J.
        """
        joints: list[np.ndarray] = []
        columns = _columns(examples, joints.append)
        return cls(joints=np.concatenate(joints).astype(np.result_type(np.float32, *joints), copy=False), **columns)

    def select(self, which: np.ndarray | slice) -> "Recordings":
        """The recordings at a (R,) bool mask or at indices, laid end to end again where the joints are in memory.

        Raises:
            ValueError: nothing is selected.
        """
        index = np.arange(len(self))[which if isinstance(which, slice) else np.asarray(which)]
        if not len(index):
            raise ValueError(f"The selection keeps none of the {len(self)} recordings.")
        columns = {name: getattr(self, name)[index] for name in ("start", "length", *ROWS)}
        chosen = dataclasses.replace(self, **columns)
        return chosen._laid_out() if isinstance(self.joints, np.ndarray) else chosen

    def sample(self, frames: int) -> "Recordings":
        """These where they are in memory, else evenly spread ones of at most about so many frames, read into memory."""
        if isinstance(self.joints, np.ndarray):
            return self
        return self.select(slice(None, None, -(-len(self.joints) // frames)))._laid_out()

    def _laid_out(self) -> "Recordings":
        start = np.cumsum(self.length) - self.length
        frames = np.repeat(self.start - start, self.length) + np.arange(self.length.sum())
        held = {"joints": np.take(self.joints, frames, axis=0), "frame_numbers": self.frame_numbers[frames]}
        return dataclasses.replace(self, start=start, **held)

    def with_joints(self, places: Sequence[int]) -> "Recordings":
        """The same recordings with the joints at `places`, in that order."""
        return dataclasses.replace(self, joints=self.joints[:, list(places)])


def load(folder: str | pathlib.Path, split: str, index: pathlib.Path | None = None) -> Recordings:
    """Reads one split of a prepared TFDS data set, recordings in stored order.

    Of a split larger than IN_MEMORY_BYTES the joints stay in the files, if these are ArrayRecord files.

    Args:
        folder: the version folder, for example `data/gait_sim/recordings/1.0.0`.
        split: name of the split, for example "train".
        index: where everything but the joints of a large split is kept, so that only the first call reads all of it.

    Raises:
        FileNotFoundError: the folder is missing or holds no prepared data set.
        ValueError: unknown or empty split, a data set prepared before its persons were called identities, or joints
            that are not finite numbers.
    """
    folder = pathlib.Path(folder)
    if not (folder / "dataset_info.json").is_file():
        state = "holds no prepared data set (dataset_info.json is missing)" if folder.is_dir() else "is missing"
        raise FileNotFoundError(
            f"{folder} {state}. Prepare it with `tfds build datasets_tfds/<name> --data_dir <dir>` "
            "and give the version folder, <dir>/<name>/<config>/<version>."
        )
    import tensorflow_datasets as tfds

    literal = literal_path.Alias(folder)
    builder = tfds.builder_from_directory(literal.path)
    if split not in builder.info.splits:
        raise ValueError(f"{folder} has no split {split!r}; its splits are {', '.join(builder.info.splits)}.")
    if "identity" not in builder.info.features:
        raise ValueError(
            f"{folder} stores no identity but {', '.join(builder.info.features)}: an earlier version prepared it. "
            "Prepare it again with `tfds build --overwrite`."
        )
    if not builder.info.splits[split].num_examples:
        raise ValueError(f"Split {split!r} of {folder} is empty: it holds no recording.")
    try:
        if (
            builder.info.splits[split].num_bytes > IN_MEMORY_BYTES
            and builder.info.file_format == tfds.core.FileFormat.ARRAY_RECORD
        ):
            return _on_demand(stored.examples(folder, split), index)
        return Recordings.from_list(_examples(builder, split))
    except ValueError as error:
        raise ValueError(f"Split {split!r} of {folder}: {error}") from error


def _on_demand(examples: stored.Examples, index: pathlib.Path | None) -> Recordings:
    if index is not None and index.is_file():
        columns = arrays.read(index, [field.name for field in dataclasses.fields(Recordings) if field.name != "joints"])
    else:
        columns = _columns(examples.data, lambda joints: None)
        if index is not None:
            arrays.write(index, **columns)
    return Recordings(joints=stored.Joints(examples, columns["length"]), **columns)


def check_skeleton(recordings: Recordings, skeleton: skeletons.Skeleton) -> None:
    """Checks that the recordings have the joints of the skeleton.

    Raises:
        ValueError: the number of joints differs.
    """
    found = recordings.joints.shape[1]
    if found != skeleton.num_joints:
        known = ", ".join(f"{name} ({s.num_joints})" for name, s in skeletons.SKELETONS.items())
        raise ValueError(
            f"The recordings have {found} joints but skeleton {skeleton.name!r} has {skeleton.num_joints}. "
            f"Choose the skeleton of the data; known: {known}."
        )


def sorted_identities(identities: Iterable[str]) -> list[str]:
    """The different identities: numbers by value first, then text."""
    return sorted({str(identity) for identity in identities}, key=_natural_key)


def _natural_key(identity: str) -> tuple:
    is_number = identity.isascii() and identity.isdecimal()
    return (0, int(identity), identity) if is_number else (1, 0, identity)


def _examples(builder, split: str) -> list[dict]:
    import tensorflow_datasets as tfds

    if builder.info.file_format == tfds.core.FileFormat.ARRAY_RECORD:
        return list(builder.as_data_source(split))
    import tensorflow as tf

    # One shard after another: interleaving shards would lose the order of the raw files.
    config = tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False)
    dataset = builder.as_dataset(split=split, shuffle_files=False, read_config=config)
    try:
        return list(tfds.as_numpy(dataset))
    except tf.errors.OpError as error:
        reason = error.message.split("}} ")[-1]
        raise ValueError(
            f"the stored files are damaged; prepare them again with `tfds build --overwrite` ({reason})."
        ) from error


def _columns(examples: Iterable[dict], take: Callable[[np.ndarray], object]) -> dict[str, np.ndarray]:
    """All of `Recordings` but the joints, from one pass over its example dicts; `take` gets the joints of each.

    Raises:
        ValueError: see `Recordings.from_list`.
    """
    rows: dict[str, list] = {name: [] for name in (*ROWS, "length")}
    frames, shape = [], ()
    for index, example in enumerate(examples):
        joints, texts = np.asarray(example["joints"]), {name: _text(example.get(name, "")) for name in TEXTS}
        shape = shape or joints.shape[1:]
        _check_joints(joints, shape, f"recording {index} ({texts['recording']!r})")
        frames.append(np.asarray(example.get("frames", np.arange(len(joints))), np.int64))
        if len(frames[-1]) != len(joints):
            raise ValueError(
                f"recording {texts['recording']!r} has {len(joints)} frames but {len(frames[-1])} frame numbers."
            )
        numbers = {"length": len(joints), "captured": example.get("captured", len(joints))}
        for name, value in (texts | numbers | {"identity": _text(example["identity"])}).items():
            rows[name].append(value)
        take(joints)
    if not frames:
        raise ValueError("No recordings at all: expected at least one example with joints (T, J, 3).")
    kinds = {name: np.int64 if name in ("length", "captured") else np.str_ for name in rows}
    columns = {name: np.array(values, kinds[name]) for name, values in rows.items()}
    start = np.cumsum(columns["length"]) - columns["length"]
    return columns | {"start": start, "frame_numbers": np.concatenate(frames)}


def _text(value: str | bytes) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _check_joints(joints: np.ndarray, expected: tuple, what: str) -> None:
    if joints.ndim != 3 or joints.shape[-1] != 3 or not np.issubdtype(joints.dtype, np.floating):
        found = f"{joints.shape} {joints.dtype}"
        raise ValueError(f"{what}: joints must be (frames, J, 3) float; received {found}.")
    if joints.shape[1:] != expected:
        raise ValueError(f"{what} has {joints.shape[1]} joints, the first recording {expected[0]}.")
    finite = np.isfinite(joints).all(axis=2)
    if not finite.all():
        frame, joint = np.argwhere(~finite)[0]
        raise ValueError(
            f"{what}: joint {joint} of frame {frame} is not finite: {joints[frame, joint]}. "
            "Drop or repair such frames before building the data set."
        )
