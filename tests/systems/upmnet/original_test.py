# SPDX-License-Identifier: MIT
"""Checkpoints under the original's names: what is read from them, and a training that goes on from one."""

import importlib
import json

import numpy as np
import pytest
import tensorflow as tf

from tests.systems.upmnet.trainer_test import batch
from tfskel.checkpoints import assign, convert, tf1
from tfskel.systems.upmnet import anchors, model, original, trainer

BLOCKS = ((1, 8, 4), (2, 12, 4))
NETWORKS = [{"backbone": "mobilenet_v1", "width": 0.125}, {"backbone": "resnet_v1_50", "blocks": BLOCKS}]


def original_variables(network, suffix=""):
    """Weights of a network as the original names and shapes them."""
    ours, found = assign.named_weights(network), {}
    for name, entry in original.table(network).items():
        value = ours[entry.ours].numpy()
        if entry.index and isinstance(entry.index[-1], slice):
            value = value[entry.index]
        elif entry.index:
            value = value[entry.index]
            value = value[None, None] if name.endswith("/weights") else value
        found[name + suffix] = value
    return found


def checkpoint(own, optimizer):
    """What the original writes during a training: dictionary of variables."""
    network, scope = own.trained, original.SCOPES[own.model.backbone]
    found = original_variables(network) | original_variables(own.model, original.AVERAGE)
    found = {name: value for name, value in found.items() if not (original.AVERAGE in name and "/moving_" in name)}
    for suffix, slots in zip(original.SLOTS[optimizer], own.optimizer.slots, strict=True):
        for weight, slot in zip(network.trainable_variables, slots, strict=True):
            found[f"{original.their_name(assign.weight_name(weight))}/{suffix}"] = slot.numpy()
    classifier = "Conv2d_1c_1x1" if scope == "MobilenetV1" else "Logits"
    for part in range(network.parts):
        found[f"{scope}/Logits/{classifier}_{part}/weights"] = np.ones((1, 1, network.features, 4), "f")
        found[f"{scope}/Logits/{classifier}_{part}/biases"] = np.ones(4, "f")
        for camera in range(len(own.anchors.tracklets)):
            for kind in ("intra", "cross"):
                value = getattr(own.anchors, kind).numpy()[part, own.anchors.of_camera(camera)]
                found[f"{kind}_anchors{part}{camera}"] = value
    return found | {"global_step": np.int64(own.optimizer.iterations), "tower_0/truediv_4/avg": np.float32(1)}


def write(prefix, variables):
    tf.raw_ops.SaveV2(prefix=str(prefix), tensor_names=list(variables), shape_and_slices=[""] * len(variables),
                      tensors=[tf.constant(value) for value in variables.values()])  # fmt: skip
    return prefix


def made(optimizer="rmsprop", relation="global", seed=3, **settings):
    network = model.PartNetwork(parts=2, relation=relation, decay=0.9, seed=seed, **settings)
    return trainer.Trainer(network, anchors.Anchors((3, 3), 2, network.features), optimizer, 0.01, 2)


@pytest.mark.parametrize("optimizer", trainer.OPTIMIZERS)
def test_a_training_goes_on_from_a_checkpoint_of_the_original(tmp_path, optimizer):
    settings = NETWORKS[1]
    own, again = made(optimizer, **settings), made(optimizer, seed=5, **settings)
    for step in range(3):
        own.step(*batch(step))
    variables = tf1.read(write(tmp_path / "model.ckpt-3", checkpoint(own, optimizer)))
    again.anchors = original.anchors(variables, parts=2)
    original.restore(again, variables)
    assert again.anchors.tracklets == (3, 3) and int(again.optimizer.iterations) == 3
    for left, right in zip(own.model.weights, again.model.weights, strict=True):
        np.testing.assert_array_equal(left, right, err_msg=left.path)
    losses = [{name: float(value) for name, value in one.step(*batch(3)).items()} for one in (own, again)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for left, right in zip(own.trained.weights, again.trained.weights, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-5, err_msg=left.path)
    other = made("sgd" if optimizer == "rmsprop" else "rmsprop", **settings)
    with pytest.raises(ValueError, match="it was trained with another optimiser"):
        original.restore(other, variables)


@pytest.mark.parametrize("relation", model.RELATIONS)
@pytest.mark.parametrize("settings", NETWORKS)
def test_sizes_are_read_from_the_shapes(settings, relation):
    own = made(relation=relation, **settings)
    found = original.hyperparameters({name: v.shape for name, v in checkpoint(own, "rmsprop").items()})
    size = {"width": 0.125} if "width" in settings else {"blocks": list(BLOCKS)}
    assert found == {"backbone": settings["backbone"], "relation": relation, "parts": 2, **size}
    with pytest.raises(ValueError, match="not a uPMnet checkpoint: it lacks MobilenetV1/Conv2d_0/weights"):
        original.hyperparameters({"W_1": (3, 3)})


def test_a_network_is_tested_with_averages_and_with_plain_weights_where_there_are_none():
    own = made(relation="local", **NETWORKS[1])
    for step in range(2):
        own.step(*batch(step))
    variables = checkpoint(own, "rmsprop")
    read = model.PartNetwork(parts=2, decay=0.9, **NETWORKS[1])
    for without, want in ((False, own.model), (True, own.trained)):
        given = {name: value for name, value in variables.items() if not (without and original.AVERAGE in name)}
        original.load(read, given)
        for left, right in zip(read.weights, want.weights, strict=True):
            np.testing.assert_array_equal(left, right, err_msg=left.path)


@pytest.mark.parametrize("settings, more", zip(NETWORKS, [
    {"MobilenetV1/Logits/Conv2d_1c_1x1/weights": 1, "MobilenetV1/Logits/Conv2d_1c_1x1/biases": 1},
    {"resnet_v1_50/logits/weights": 1, "resnet_v1_50/logits/biases": 1, "resnet_v1_50/mean_rgb": 3},
], strict=True))  # fmt: skip
def test_a_training_starts_from_kernels_gamma_and_beta_of_an_imagenet_checkpoint(settings, more):
    source, own = model.PartNetwork(parts=2, seed=1, **settings), model.PartNetwork(parts=2, seed=2, **settings)
    for weight in source.weights:
        if "kernel" not in weight.name:
            weight.assign(np.random.default_rng(0).uniform(0.5, 1.5, weight.shape))
    variables = original_variables(source) | {name: np.ones(size) for name, size in more.items()}
    variables |= {"global_step": np.int64(5)}
    for statistics in (False, True):
        original.start(own, variables, statistics)
        for left, right in zip(own.weights, source.weights, strict=True):
            start = {"moving_mean": 0, "moving_variance": 1}.get(left.name)
            np.testing.assert_array_equal(left, right if start is None or statistics else start)
    name = next(iter(variables))
    with pytest.raises(ValueError, match=f"1 missing .{name}"):
        original.start(own, {key: value for key, value in variables.items() if key != name})


def test_anchors_whose_numbers_run_together_are_refused():
    names = [f"{kind}_anchors{part}{camera}" for kind in ("intra", "cross") for part in range(12) for camera in (0, 1)]
    with pytest.raises(ValueError, match="more than ten parts or cameras, which their names do not tell apart"):
        original.anchors({name: np.zeros((2, 3)) for name in names}, 12)
    with pytest.raises(ValueError, match="holds no anchors of 2 parts"):
        original.anchors({"global_step": np.int64(1)}, 2)


def test_both_networks_are_converted_side_by_side(tmp_path, capsys):
    paths, networks = [], {}
    for relation in model.RELATIONS:
        own = made(relation=relation, **NETWORKS[1])
        networks[relation] = own.model
        paths.append(str(write(tmp_path / relation, checkpoint(own, "rmsprop"))))
    tool = importlib.import_module("tools.convert_checkpoint")
    assert tool.main(["upmnet", *paths, str(tmp_path / "out")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["relations"], found["parts"], found["source"]) == (["local", "global"], 2, ["local", "global"])
    for relation, want in networks.items():
        read = model.PartNetwork(found["backbone"], found["parts"], relation, blocks=found["blocks"])
        read.load_weights(tmp_path / "out" / f"{relation}.weights.h5")
        for left, right in zip(read.weights, want.weights, strict=True):
            np.testing.assert_array_equal(left, right)
    with pytest.raises(ValueError, match="a local network of .* does not go beside those before it"):
        convert.convert("upmnet", [paths[0], paths[0]], tmp_path / "twice")
    with pytest.raises(ValueError, match="checkpoint of images; it has no skeleton"):
        convert.convert("upmnet", paths[0], tmp_path / "more", skeleton="kinect_v1")
