# SPDX-License-Identifier: MIT
"""Checkpoints are found by their names, whatever characters these hold."""

import pytest
import tensorflow as tf

from tfskel.checkpoints import tf1


def write(prefix, value):
    """A checkpoint of one tensor under a prefix that TensorFlow itself might not write."""
    plain = prefix.parent.parent / f"written_{value}/model"
    tf.raw_ops.SaveV2(prefix=str(plain), tensor_names=["weight"], shape_and_slices=[""], tensors=[tf.constant(value)])
    prefix.parent.mkdir(exist_ok=True)
    for path in plain.parent.iterdir():
        path.rename(prefix.with_name(prefix.name + path.name.removeprefix("model")))


@pytest.mark.parametrize(
    "folder, name", [("x[1]", "model"), ("x", "model[1]"), ("x[1]", "m?"), ("x\\y", "{a}"), ("ñ 名", "a b")]
)
def test_a_checkpoint_of_any_name_is_read(tmp_path, folder, name):
    prefix = tmp_path / folder / name
    write(prefix, 1.0)
    for given in (prefix, prefix.with_name(prefix.name + ".index")):
        assert {key: float(value) for key, value in tf1.read(given).items()} == {"weight": 1.0}
    prefix.with_name(f"{name}.data-00000-of-00001").unlink()
    with pytest.raises(FileNotFoundError, match="has no .*data-00000-of-00001 file beside its index"):
        tf1.read(prefix)


def test_the_data_file_of_another_checkpoint_is_not_taken_for_its_own(tmp_path):
    write(tmp_path / "x/model1", 2.0)
    write(tmp_path / "x/model?", 1.0)
    assert float(tf1.read(tmp_path / "x/model?")["weight"]) == 1.0
    (tmp_path / "x/model?.data-00000-of-00001").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\? has no model\?.data-00000-of-00001 file"):
        tf1.read(tmp_path / "x/model?")


def test_a_damaged_checkpoint_named_like_a_pattern_is_named_by_the_users_path(tmp_path):
    write(tmp_path / "x[1]/model", 1.0)
    (tmp_path / "x[1]/model.index").write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"x\[1\]/model is not a readable checkpoint, or damaged"):
        tf1.read(tmp_path / "x[1]/model")


def test_a_checkpoint_that_is_one_file_is_read_and_a_damaged_one_is_named(tmp_path):
    written = tf.raw_ops.Save(
        filename=str(tmp_path / "old.ckpt"), tensor_names=["a/weight", "b"], data=[tf.ones((2, 3)), tf.constant(5)]
    )
    del written
    (tmp_path / "x[1].ckpt").write_bytes((tmp_path / "old.ckpt").read_bytes())
    for name in ("old.ckpt", "x[1].ckpt"):
        found = tf1.read(tmp_path / name)
        assert {key: value.tolist() for key, value in found.items()} == {"a/weight": [[1.0] * 3] * 2, "b": 5}
    data = (tmp_path / "old.ckpt").read_bytes()
    for name, content in (("cut.ckpt", data[: len(data) // 2]), ("text.ckpt", b"something else")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"{name} is not a readable checkpoint, or damaged"):
            tf1.read(tmp_path / name)
