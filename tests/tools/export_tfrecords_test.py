# SPDX-License-Identifier: MIT
"""List files become TFRecords of the original's form, and are read from them again."""

import importlib
import random
import re

import numpy as np
import pytest
from PIL import Image

from datasets_tfds.readers import frame_lists, frame_records

tool = importlib.import_module("tools.export_tfrecords")


@pytest.fixture
def listed(tmp_path):
    """A list of 7 frames, PNG and one JPEG, and the folder of their images."""
    rng, lines = np.random.default_rng(0), []
    for number in range(7):
        path = f"cam{1 + number % 2}/person_{number:04d}.{'jpg' if number == 3 else 'png'}"
        (tmp_path / "images" / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (6, 4, 3), np.uint8)).save(tmp_path / "images" / path)
        lines.append(f"{path} {2 * number + 1} {1 + number % 2} {number}")
    (tmp_path / "list.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def run(listed, out="out", *more):
    return tool.main([str(listed / "list.txt"), str(listed / "images"), str(listed / out), *more])


def test_a_test_set_keeps_its_order_and_its_bytes(listed, capsys):
    assert run(listed, "out", "--split", "test", "--shards", "3") == 0
    names = [f"testdata_{number:05d}-of-00003.tfrecord" for number in range(3)]
    assert sorted(path.name for path in (listed / "out").iterdir()) == ["labels.txt", *names]
    assert (listed / "out/labels.txt").read_text().splitlines()[:2] == ["0:1", "1:3"]
    found = list(frame_records.read(listed / "out", "test"))
    assert [frame for frame, _ in found] == frame_lists.read(listed / "list.txt")
    for number, (frame, encoded) in enumerate(found):
        whole = (listed / "images" / frame.path).read_bytes()
        assert (encoded == whole) == (number != 3) and encoded.startswith(b"\x89PNG")
    assert run(listed, "out", "--split", "test") == 1
    assert "exists; it is not replaced" in capsys.readouterr().err


def test_a_training_set_is_shuffled_as_python_2_does(listed):
    assert run(listed, "out", "--split", "train", "--shards", "2") == 0
    found = [frame for frame, _ in frame_records.read(listed / "out", "train")]
    assert found == frame_lists.shuffled(frame_lists.read(listed / "list.txt"))
    draws = random.Random(12345)
    order, drawn = list(range(3)), [draws.random() for _ in range(2)]
    order[2], order[int(3 * drawn[0])] = order[int(3 * drawn[0])], order[2]
    order[1], order[int(2 * drawn[1])] = order[int(2 * drawn[1])], order[1]
    assert frame_lists.shuffled(range(3)) == order


def test_a_piece_of_a_record_at_the_end_is_named_though_tensorflow_takes_it_for_the_end(listed):
    assert run(listed, "out", "--split", "test", "--shards", "1") == 0
    (path,) = (listed / "out").glob("*.tfrecord")
    path.write_bytes(path.read_bytes() + b"1234")
    with pytest.raises(ValueError, match=r"00001\.tfrecord is damaged or cut short \(4 bytes of a record at its end"):
        list(frame_records.read(listed / "out", "test"))
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"00001\.tfrecord is empty"):
        list(frame_records.read(listed / "out", "test"))


@pytest.mark.parametrize("text, match", [
    ("a.png 1\n", r"list.txt, line 1: expected a path, a tracklet and a camera, numbers from 1; received 'a.png 1'"),
    ("cam1/person_0000.png 1 1\nb.png x 1\n", "line 2: expected a path"),
    ("b.png 0 1\n", "line 1: expected a path"),
    (f"b.png {'9' * 5000} 1\n", "line 1: expected a path"),
    ("", "lists no frames"),
    ("cam1/none.png 1 1\n", "image .*none.png is missing"),
])  # fmt: skip
def test_a_list_that_cannot_be_written_leaves_nothing(listed, capsys, text, match):
    (listed / "list.txt").write_text(text)
    assert run(listed, "out", "--split", "test") == 1
    assert re.search(match, capsys.readouterr().err)
    assert not (listed / "out").exists() and not list(listed.glob(".out*"))


def test_damaged_records_are_named(listed):
    run(listed, "out", "--split", "test")
    shard = listed / "out/testdata_00000-of-00001.tfrecord"
    shard.write_bytes(shard.read_bytes()[:-10])
    with pytest.raises(ValueError, match="tfrecord is damaged or cut short"):
        list(frame_records.read(listed / "out", "test"))
    with pytest.raises(FileNotFoundError, match="out holds no traindata_"):
        list(frame_records.read(listed / "out", "train"))


def test_a_record_without_its_numbers_is_named(tmp_path):
    import tensorflow as tf

    feature = {"image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"x"]))}
    with tf.io.TFRecordWriter(str(tmp_path / "testdata_0.tfrecord")) as writer:
        writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
    with pytest.raises(ValueError, match="record 1 lacks image/tracklet_id, image/cam_id; it holds image/encoded"):
        list(frame_records.read(tmp_path, "test"))
