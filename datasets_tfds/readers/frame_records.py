# SPDX-License-Identifier: MIT
"""TFRecords of frames, as the original programs for tracklets write and read them."""

import pathlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence

from datasets_tfds.readers import frame_lists, image_files

_AROUND = 16  # bytes of size and checksums of a record
IMAGE, TRACKLET, CAMERA, PATH = "image/encoded", "image/tracklet_id", "image/cam_id", "image/path"


def read(folder: pathlib.Path, split: str) -> Iterator[tuple[frame_lists.Frame, bytes]]:
    """Frames and their encoded images, in the order of the shards' names.

    Args:
        folder: with <split>data_00000-of-00010.tfrecord and so on.
        split: "train" or "test".

    Raises:
        FileNotFoundError: there are no such files.
        ValueError: a file is damaged, or a record lacks an entry.
    """
    import tensorflow as tf

    shards = sorted(folder.glob(f"{split}data_*.tfrecord"))
    if not shards:
        raise FileNotFoundError(f"{folder} holds no {split}data_*.tfrecord.")
    if not any(shard.stat().st_size for shard in shards):
        raise ValueError(f"{shards[0]} is empty, as all files beside it; copy them again.")
    for shard in shards:
        left = shard.stat().st_size
        try:
            for number, record in enumerate(tf.data.TFRecordDataset(str(shard)).as_numpy_iterator(), 1):
                left -= len(record) + _AROUND
                yield _parsed(record, f"{shard}, record {number}")
        except tf.errors.DataLossError as error:
            reason = str(error).splitlines()[0]
            raise ValueError(f"{shard} is damaged or cut short ({reason}); copy it again.") from error
        if left:  # TensorFlow takes a beginning of a record that short for the end
            raise ValueError(f"{shard} is damaged or cut short ({left} bytes of a record at its end); copy it again.")


def write(
    folder: pathlib.Path, split: str, frames: Sequence[frame_lists.Frame], images: pathlib.Path, shards: int
) -> None:
    """Writes the frames of a list in shards of ceil(n / shards), a training set shuffled, with labels.txt.

    Args:
        folder: to be made; it appears complete or not at all.
        split: "train" or "test".
        frames: the list.
        images: folder that the paths of the list are relative to; PNG is stored as it is, JPEG as PNG.
        shards: number of files.

    Raises:
        FileExistsError: the folder is there.
        FileNotFoundError, ValueError: an image is missing or damaged; names it.
    """
    import tensorflow as tf

    if folder.exists():
        raise FileExistsError(f"{folder} exists; it is not replaced. Choose another folder.")
    frames = frame_lists.shuffled(frames) if split == "train" else list(frames)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made, size = pathlib.Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.")), -(-len(frames) // shards)
    try:
        for shard in range(shards):
            path = made / f"{split}data_{shard:05d}-of-{shards:05d}.tfrecord"
            with tf.io.TFRecordWriter(str(path)) as writer:
                for frame in frames[shard * size : (shard + 1) * size]:
                    writer.write(_record(frame, images / frame.path))
        tracklets = sorted({frame.tracklet for frame in frames})
        lines = (f"{index}:{tracklet}\n" for index, tracklet in enumerate(tracklets))
        (made / "labels.txt").write_text("".join(lines), encoding="utf-8")
        made.chmod(0o755)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _record(frame: frame_lists.Frame, path: pathlib.Path) -> bytes:
    import tensorflow as tf

    encoded = image_files.read(path)
    height, width = image_files.size(encoded, str(path))
    if not encoded.startswith(b"\x89PNG"):
        encoded = tf.io.encode_png(tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")).numpy()
    texts = {PATH: frame.path.encode(), IMAGE: encoded, "image/format": b"png"}
    numbers = {TRACKLET: frame.tracklet, CAMERA: frame.camera, "image/height": height, "image/width": width}
    feature = {name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[text])) for name, text in texts.items()}
    feature |= {name: tf.train.Feature(int64_list=tf.train.Int64List(value=[n])) for name, n in numbers.items()}
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString(deterministic=True)


def _parsed(record: bytes, where: str) -> tuple[frame_lists.Frame, bytes]:
    import tensorflow as tf

    feature = tf.train.Example.FromString(record).features.feature
    lists = {name: feature[name].bytes_list.value or feature[name].int64_list.value for name in feature}
    missing = [name for name in (IMAGE, TRACKLET, CAMERA) if not lists.get(name)]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}; it holds {', '.join(sorted(lists)) or 'nothing'}.")
    path = lists[PATH][0].decode() if lists.get(PATH) else ""
    return frame_lists.Frame(path, lists[TRACKLET][0], lists[CAMERA][0]), lists[IMAGE][0]
