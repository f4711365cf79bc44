# SPDX-License-Identifier: MIT
"""A system that makes images exports a signature of images and poses, which runs outside Python's object loader."""

import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.export import comparison, forms, saved_model, signatures
from tests import fakes
from tfskel import inference
from tfskel.systems import image_system

JOINTS = 3


class Painting(image_system.ImageSystem):
    """Paints an image in one colour: red is the mean red of the person, green and blue are x and y of joint 0."""

    joints = JOINTS
    phase = selections = None

    def __init__(self):
        config = fakes.read_recipe("upmnet_person_sim")
        super().__init__(config, 2, 0)
        self.network = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(3, kernel_initializer="ones")])
        self.models = {"painting": {"network": self.network}}

    def represent(self, batch, portable=False):
        return {"features": self.network(tf.reduce_mean(batch, axis=(1, 2)))}

    def reconstruct(self, raw, pose):
        red = tf.reduce_mean(tf.cast(raw[..., :1], tf.float32), axis=(1, 2))
        colour = tf.concat([red, pose[:, 0]], axis=1)[:, None, None]
        return tf.cast(tf.round(tf.tile(colour, (1, 4, 2, 1))), tf.uint8)


Painting.__abstractmethods__ = frozenset()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """System, its signatures, and the folder they are written to."""
    system, folder = Painting(), tmp_path_factory.mktemp("painting") / "1"
    made = signatures.of_system(system, "")
    saved_model.write(system, made, folder)
    return system, made, folder


def differences(made, folder, fed):
    """Of each signature of which everything is fed."""
    wanted, fed = comparison.computed(made, fed)
    return comparison.measured(saved_model.Graph(folder), forms.SAME, wanted, fed)["difference"]


def given(rows=3):
    rng = np.random.default_rng(rows)
    images = rng.integers(0, 256, (rows, 10, 6, 3)).astype(np.uint8)
    return {"images": images, "pose": rng.integers(0, 200, (rows, JOINTS, 2)).astype(np.float32)}


def painted(images, pose):
    colours = [[image[..., 0].mean(), *joints[0]] for image, joints in zip(images, pose, strict=True)]
    return np.broadcast_to(np.round(colours)[:, None, None], (len(images), 4, 2, 3))


def test_it_takes_images_and_poses_by_name_and_equals_the_system(exported):
    _, made, folder = exported
    assert list(made) == ["embed", "reconstruct"]
    fed = given(5)
    assert differences(made, folder, fed) == {"embed": 0, "reconstruct": 0}
    assert set(differences(made, folder, {"images": fed["images"]})) == {"embed"}
    found = inference.load(folder)
    assert found.outputs == ["features"]
    for batch_size in (2, 9):
        np.testing.assert_array_equal(found.reconstruct(*fed.values(), batch_size), painted(*fed.values()))


def test_images_of_several_sizes_keep_their_own_poses(exported):
    fed = given(4)
    images = [fed["images"][0], fed["images"][1, :5], fed["images"][2, :5], fed["images"][3]]
    made = inference.load(exported[2]).reconstruct(images, fed["pose"], 2)
    np.testing.assert_array_equal(made, painted(images, fed["pose"]))


def test_tensorflows_command_line_runs_it(exported, tmp_path):
    words = [pathlib.Path(sys.executable).with_name("saved_model_cli"), "run", "--dir", exported[2]]
    words += ["--tag_set", "serve", "--signature_def", "reconstruct", "--outdir", tmp_path]
    for name, values in given().items():
        np.save(tmp_path / f"{name}.npy", values)
    inputs = ";".join(f"{name}={tmp_path}/{name}.npy" for name in given())
    result = subprocess.run([*words, "--inputs", inputs], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]
    np.testing.assert_array_equal(np.load(tmp_path / "reconstruction.npy"), painted(*given().values()))


@pytest.mark.parametrize("level, match", [(1, ""), (2, "signature 'reconstruct' .* differs from the model by 0.0078")])
def test_an_export_that_differs_is_refused_but_for_one_level_of_a_byte(exported, level, match):
    system, made, folder = exported

    def moved(images, pose):
        return {inference.RECONSTRUCTION: system.reconstruct(images, pose) + tf.cast(level, tf.uint8)}

    changed = made | {"reconstruct": signatures.Signature(made["reconstruct"].arguments, moved)}
    if match:
        with pytest.raises(ValueError, match=match):
            differences(changed, folder, given())
    else:
        assert differences(changed, folder, given())["reconstruct"] == pytest.approx(1 / 255)


@pytest.mark.parametrize(
    "poses, match",
    [
        (
            np.zeros((3, 2, 2)),
            r"poses must be \(3, 3, 2\).*received shape \(3, 2, 2\). The model was trained on 3 joints",
        ),
        (np.full((3, 3, 2), np.nan), "finite numbers; a missing joint is negative"),
        (np.full((3, 3, 2), "x"), "finite numbers"),
    ],
)
def test_bad_poses_are_named(exported, poses, match):
    with pytest.raises(ValueError, match=match):
        inference.load(exported[2]).reconstruct(given()["images"], poses)


def test_a_system_without_a_generator_says_so(exported):
    with pytest.raises(TypeError, match="Painting makes no images"):
        image_system.ImageSystem.reconstruct(exported[0], None, None)
