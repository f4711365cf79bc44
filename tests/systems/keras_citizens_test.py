# SPDX-License-Identifier: MIT
"""Every layer and model of ours is one of Keras's: stored, cloned, part of other models, run by other backends."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

from tfskel.layers import batch_norm, convolution, dense, lstm, residual
from tfskel.systems import recognition
from tfskel.systems.cage import luong_decoder, scaling
from tfskel.systems.cage import model as cage
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.joint_distances import model as joint_distances
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import relations
from tfskel.systems.st_reidnet import convolution_stage, generator, pose_discriminator, reid_network, resnet
from tfskel.systems.upmnet import mobilenet_v1, resnet_v1
from tfskel.systems.upmnet import model as upmnet

ROOT = pathlib.Path(__file__).parents[2]
CHAIN = np.where(abs(np.subtract.outer(range(9), range(9))) < 2, 0.0, -1e9)  # nodes that see their neighbours
BLOCKS = [[2, 8, 4], [1, 12, 4]]
# How each is made, and the shapes of its inputs with their batch axis; the third entry says where that axis is.
MODELS = {
    "cage": (lambda: cage.CAGE(5, 4, units=6, streams=2, seed=1), [(2, 3, 4, 5)], 1),
    "cage drawn": (lambda: cage.CAGE(5, 4, 6, 2, seed=1, unused_copies=False, constant_lstm=False), [(2, 3, 4, 5)], 1),
    "hi_mpc": (lambda: hi_mpc.HiMPC("openpose", 4, 6, 2, joint_order=np.arange(14)[::-1], seed=1), [(3, 4, 14, 3)], 0),
    "sm_sge": (lambda: sm_sge.SMSGE("kinect_v1", 4, 6, 2, neighbourhood=2, fusion=0.5, seed=1), [(3, 4, 20, 3)], 0),
    "sm_sge alone": (lambda: sm_sge.SMSGE("kinect_v2", 4, 6, 2, structure_only=True, seed=1), [(3, 4, 25, 3)], 0),
    "recognition": (lambda: recognition.Recognition(6, 3, seed=1, units=5), [(4, 2, 6)], 0),
    "upmnet": (lambda: upmnet.PartNetwork("resnet_v1_50", 2, "global", blocks=BLOCKS, seed=1), [(2, 64, 32, 3)], 0),
    "upmnet mobilenet": (lambda: upmnet.PartNetwork(parts=2, width=0.1, decay=0.9, seed=1), [(2, 64, 32, 3)], 0),
    "re-ID network": (lambda: reid_network.ReIDNetwork(18, 2, 2, 3, test_bn=True, seed=1), [(2, 64, 32, 3)], 0),
    "siamese": (
        lambda: reid_network.ReIDNetwork(18, 2, 1, 3, False, embedding="siamese", seed=1),
        [(2, 64, 32, 3)],
        0,
    ),
    "generator": (lambda: generator.Generator(3, 5, 2, 4, skips=2, seed=1), [(2, 256, 128, 3), (2, 5)], 0),
    "generator add": (
        lambda: generator.Generator(3, 5, 2, 4, "add", norm="instance", noise=2, seed=1),
        [(2, 256, 128, 3), (2, 5), (2, 2)],
        0,
    ),
    "pose discriminator": (
        lambda: pose_discriminator.PoseDiscriminator(3, 2, seed=1),
        [(2, 64, 32, 3), (2, 64, 32, 3)],
        0,
    ),
    "joint_distances": (lambda: joint_distances.JointDistances("kinect_v1", 4, 5), [(3, 4, 20, 3)], 0),
    "joint_distances pose": (
        lambda: joint_distances.JointDistances("openpose", 4, 5, True, True, np.arange(14)[::-1]),
        [(3, 4, 14, 3)],
        0,
    ),
    "scaling": (lambda: scaling.Range((4, 5, 3)), [(2, 4, 5, 3)], 0),
}
LAYERS = {
    "descriptor": (lambda: joint_distances.Descriptor("kinect_v1", pose=True), [(3, 4, 20, 3)], 0),
    "centred map": (lambda: joint_distances.CentredMap(4), [(3, 5)], 0),
    "dense": (lambda: dense.Dense(4, "relu"), [(3, 5)], 0),
    "lstm": (lambda: lstm.LSTM(4, seed=1, limit=0.1), [(3, 5)], 0),
    "lstm encoder": (lambda: lstm.LSTMEncoder(4, 2, seed=1, streams=2, alike=True), [(2, 3, 4, 5)], 1),
    "luong decoder": (lambda: luong_decoder.LuongDecoder(6, 5, 2, seed=1), [(2, 3, 4, 6), *[(2, 3, 6)] * 4], 1),
    "level encoder": (lambda: hi_mpc.LevelEncoder(4, seed=1), [(3, 6)], 0),
    "meta heads": (lambda: hi_mpc.MetaHeads(2, seed=1), [(3, 5)], 0),
    "graph attention": (lambda: relations.GraphAttention(CHAIN, 4, 2, seed=1), [(3, 9, 3)], 0),
    "collaboration": (lambda: relations.ScaleCollaboration({"a": ("a", "b"), "b": ("b",)}), [(3, 5, 4), (3, 2, 4)], 0),
    "reconstruction": (lambda: sm_sge.ReconstructionHeads(4, {"joints": 3, "bodies": 2}, seed=1), [(3, 4)], 0),
    "batch norm": (lambda: batch_norm.BatchNorm(0.9, 0.01), [(3, 5)], 0),
    "convolution": (
        lambda: convolution.Convolution(4, 3, 2, "centred", "relu6", stddev=0.1, seed=1),
        [(3, 7, 5, 2)],
        0,
    ),
    "mobilenet": (lambda: mobilenet_v1.MobileNetV1(0.1, seed=1), [(2, 64, 32, 3)], 0),
    "resnet": (lambda: resnet_v1.ResNetV1(BLOCKS, seed=1), [(2, 64, 32, 3)], 0),
    "residual unit of three": (lambda: residual.ResidualUnit(6, 3, 2, seed=1), [(2, 6, 4, 5)], 0),
    "st_reidnet resnet": (lambda: resnet.ResNet(18, 2, seed=1), [(2, 64, 32, 3)], 0),
    "residual unit of two": (lambda: residual.ResidualUnit(3, strides=2, seed=1), [(2, 6, 4, 5)], 0),
    "convolution stage": (
        lambda: convolution_stage.ConvolutionStage(4, (4, 2), use_bias=True, dropout=0.5, seed=1),
        [(2, 6, 4, 5)],
        0,
    ),
    "relation head": (lambda: upmnet.RelationHead(4, stddev=0.1, seed=1), [(3, 4, 5)], 0),
}
# How the inputs of these are put together.
CALLS = {
    "luong decoder": lambda layer, memory, *states: layer(memory, [states[:2], states[2:]]),
    **dict.fromkeys(("generator", "generator add", "pose discriminator"), lambda layer, *inputs: layer(list(inputs))),
    "collaboration": lambda layer, *nodes: layer(dict(zip("ab", nodes, strict=True))),
}


def call(name, layer, inputs):
    return CALLS.get(name, lambda layer, *inputs: layer(*inputs))(layer, *inputs)


def case(name):
    make, shapes, batch_axis = (MODELS | LAYERS)[name]
    rng = np.random.RandomState(0)
    return make(), [rng.randn(*shape).astype("f") for shape in shapes], batch_axis


def moved(layer):
    """Weights away from their initial values, which a new object would have too."""
    rng = np.random.RandomState(1)
    for weight in layer.weights:
        weight.assign(weight + 0.1 * rng.rand(*weight.shape))


def numbers(outputs):
    return [np.asarray(output) for output in keras.tree.flatten(outputs)]


def assert_same(got, want):
    assert len(got) == len(want) > 0
    for ours, theirs in zip(got, want, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", [*MODELS, *LAYERS])
def test_a_functional_model_around_it_is_stored_and_loaded_with_equal_outputs(name, tmp_path):
    layer, inputs, batch_axis = case(name)
    shapes = [tuple(None if k == batch_axis else n for k, n in enumerate(array.shape)) for array in inputs]
    symbolic = [keras.Input(batch_shape=shape) for shape in shapes]
    around = keras.Model(symbolic, keras.tree.flatten(call(name, layer, symbolic)))
    moved(layer)
    want = numbers(call(name, layer, inputs))
    assert_same(numbers(around(inputs)), want)
    around.save(tmp_path / "around.keras")
    assert_same(numbers(keras.saving.load_model(tmp_path / "around.keras")(inputs)), want)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_stored_loaded_and_cloned(name, tmp_path):
    model, inputs, _ = case(name)
    initial = [np.asarray(weight) for weight in model.weights]
    assert_same([np.asarray(weight) for weight in keras.models.clone_model(model).weights], initial)
    moved(model)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again) is type(model) and again.get_config() == model.get_config()
    assert_same(numbers(call(name, again, inputs)), numbers(call(name, model, inputs)))


def _of_the_package(kind: type) -> bool:
    """Other tests may have made systems of their own."""
    module = kind.__module__
    return module.startswith("tfskel.") and pathlib.Path(sys.modules[module].__file__).is_relative_to(ROOT)


def test_nothing_of_ours_is_left_out():
    registered = keras.saving.get_custom_objects()
    ours = {
        kind.__name__ for entry, kind in registered.items() if entry.startswith("tfskel>") and _of_the_package(kind)
    }
    assert ours == {type(make()).__name__ for make, *_ in (MODELS | LAYERS).values()}
    classes = {c.__name__ for c in _subclasses(keras.layers.Layer) if _of_the_package(c)}
    assert classes == ours


def _subclasses(cls):
    return {c for direct in cls.__subclasses__() for c in (direct, *_subclasses(direct))}


FORWARD = """
import json, sys
import jax, keras, numpy as np
from tfskel.systems import recognition
from tfskel.systems.cage import model, scaling
from tfskel.systems.hi_mpc import model
from tfskel.systems.joint_distances import model
from tfskel.systems.sm_sge import model
from tfskel.systems.upmnet import model
assert keras.backend.backend() == "jax"
for path, inputs in json.loads(sys.argv[1]).items():
    outputs = jax.jit(keras.saving.load_model(path))(np.load(inputs))
    np.savez(path + ".npz", *map(np.asarray, keras.tree.flatten(outputs)))
"""


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed: pip install 'jax[cpu]'")
def test_models_stored_with_tensorflow_give_the_same_outputs_with_jax(tmp_path):
    want, paths = {}, {}
    names = ["cage", "hi_mpc", "joint_distances pose", "sm_sge", "recognition", "scaling", "upmnet"]
    for number, name in enumerate(names):
        model, (inputs,), _ = case(name)
        moved(model)
        path = str(tmp_path / f"{number}.keras")
        model.save(path)
        np.save(f"{path}.npy", inputs)
        want[path], paths[path] = numbers(model(inputs)), f"{path}.npy"
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    root = pathlib.Path(__file__).parents[2]
    command = [sys.executable, "-c", FORWARD, json.dumps(paths)]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for path, outputs in want.items():
        with np.load(f"{path}.npz") as got:
            assert len(got.files) == len(outputs)
            for name, output in zip(got.files, outputs, strict=True):
                np.testing.assert_allclose(got[name], output, rtol=2e-4, atol=2e-5 * np.abs(output).max())
