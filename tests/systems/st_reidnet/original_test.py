# SPDX-License-Identifier: MIT
"""State dicts of the original become our networks and ours become theirs; what does not fit is named."""

import importlib
import json

import numpy as np
import pytest

from tests import fakes
from tests.checkpoints import torch_writing
from tfskel import arrays
from tfskel.checkpoints import assign, convert, weight_file
from tfskel.systems.st_reidnet import generator, original, pose_discriminator, reid_network, start_weights

MAKE = {
    "encoder": lambda seed: reid_network.ReIDNetwork(18, 2, 1, 3, seed=seed, name="encoder"),
    "identity_discriminator": lambda seed: reid_network.ReIDNetwork(
        18, 2, 2, 1, seed=seed, name="identity_discriminator"
    ),
    "generator": lambda seed: generator.Generator(3, 16, 2, 4, skips=2, seed=seed),
    "pose_discriminator": lambda seed: pose_discriminator.PoseDiscriminator(3, 2, seed=seed),
}
OTHERS = [
    lambda seed: reid_network.ReIDNetwork(50, 2, 1, 3, seed=seed),
    lambda seed: reid_network.ReIDNetwork(34, 2, 1, 3, use_bn=False, seed=seed),
    lambda seed: generator.Generator(3, 5, 2, 4, "add", 5, "instance", noise=3, seed=seed),
    lambda seed: generator.Generator(3, 5, 2, 4, "add", seed=seed),
]


def stored(network):
    """A state dict as the original's programs write it."""
    found = {f"module.{name}": value for name, value in original.state_dict(network).items()}
    counters = {name.replace("running_mean", "num_batches_tracked"): np.array(3) for name in found if "mean" in name}
    return found | counters


def moved(network):
    rng = np.random.default_rng(0)
    for weight in network.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    return network


def assert_same(network, other):
    for ours, theirs in zip(network.weights, other.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)


@pytest.mark.parametrize("make", [*MAKE.values(), *OTHERS])
def test_a_state_dict_of_ours_is_read_back(make):
    written, read = moved(make(1)), make(2)
    original.load(read, stored(written))
    assert_same(read, written)


@pytest.mark.parametrize("make", [*MAKE.values(), *OTHERS])
def test_the_settings_of_a_network_are_seen_in_its_weights(make):
    written = moved(make(1))
    models, description = original.models([stored(written)], 6)
    ((name, read),) = models.items()
    assert_same(read, written)
    found = description["networks"][name]
    assert found == {key: value for key, value in written.get_config().items() if key in found}


def test_names_are_those_of_the_recorded_files():
    state = weight_file.read(fakes.GOLDEN / "st_reidnet/original_files/best_net_Dp.pth")
    models, description = original.models([state], 6)
    assert description == {"networks": {"pose_discriminator": {"joints": 17, "width": 2}}}
    plain = original.plain(state)
    assert len(plain) == len(state) - 3
    found = original.state_dict(models["pose_discriminator"])
    assert set(found) == set(plain)
    for name, value in plain.items():
        np.testing.assert_array_equal(found[name], value)


def test_kernels_lie_as_pytorch_has_them():
    network = MAKE["generator"](1)
    state = original.state_dict(network)
    assert state["en_conv2.1.weight"].shape == (4, 2, 4, 4)  # out, in
    assert state["de_conv2.1.weight"].shape == (4, 2, 4, 4)  # in, out
    np.testing.assert_array_equal(state["en_conv2.1.weight"][3, 1], network.encoder[1].kernel.numpy()[:, :, 1, 3])
    np.testing.assert_array_equal(state["de_conv2.1.weight"][3, 1], network.decoder[4].kernel.numpy()[:, :, 1, 3])
    state = original.state_dict(OTHERS[0](1))
    assert state["classifier.weight"].shape == (3, 64)
    assert {"base_model.layer1.0.downsample.0.weight", "base_model.layer1.0.downsample.1.running_var",
            "base_model.layer4.2.bn3.bias", "bottleneck.bias"} <= set(state)  # fmt: skip


def test_names_and_shapes_that_do_not_fit_are_named_and_nothing_is_assigned():
    network, state = MAKE["encoder"](1), stored(MAKE["encoder"](2))
    before = [weight.numpy() for weight in network.weights]
    lacking = {name: value for name, value in state.items() if name != "module.classifier.weight"}
    with pytest.raises(ValueError, match="1 missing .classifier.weight.; 1 unused .extra"):
        original.load(network, lacking | {"extra": np.zeros(2)})
    wrong = state | {"module.classifier.weight": np.zeros((5, 16))}
    with pytest.raises(ValueError, match=r"classifier.weight \(5, 16\) instead of \(3, 16\)"):
        original.load(network, wrong)
    for weight, value in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)
    with pytest.raises(ValueError, match="no network of ST-ReIDNet: it lacks classifier.weight, en_conv1.weight"):
        original.models([{"conv1.weight": np.zeros((2, 3, 7, 7))}], 6)
    with pytest.raises(ValueError, match="two of the files are a network encoder; give each once"):
        original.models([state, state], 6)
    with pytest.raises(
        ValueError, match=r"blocks of \(1, 2, 2, 2\) units are those of no ResNet; known depths: 18, 34"
    ):
        original.models([{name: value for name, value in state.items() if "layer1.1" not in name and
                          "layer1.2" not in name}], 6)  # fmt: skip


def test_all_networks_are_converted_from_the_command_line(tmp_path, capsys):
    written, paths = {name: moved(make(1)) for name, make in MAKE.items()}, []
    for name, write in zip(written, (torch_writing.write_zip, torch_writing.write_stream) * 2, strict=True):
        paths.append(str(write(tmp_path / f"best_net_{name}.pth", torch_writing.state(stored(written[name])))))
    tool = importlib.import_module("tools.convert_checkpoint")
    assert tool.main(["st_reidnet", *paths, str(tmp_path / "out")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads((tmp_path / "out" / convert.DESCRIPTION).read_text())
    assert found["networks"]["encoder"]["depth"] == 18 and found["source"][2] == "best_net_generator.pth"
    for name, network in written.items():
        read = MAKE[name](2)
        read.load_weights(tmp_path / "out" / f"{name}.weights.h5")
        assert_same(read, network)
    assert tool.main(["st_reidnet", str(tmp_path / "missing.pth"), str(tmp_path / "other")]) == 1
    assert "there is no file" in capsys.readouterr().err


def resnet_file(path, network, **more):
    """A file as torchvision writes it."""
    state = original.state_dict(network)
    names = {name: name.removeprefix("base_model.") for name in state if name.startswith("base_model.")}
    weight_file.write(path, {names[name]: state[name] for name in names} | more)
    return path


def test_a_resnet_starts_from_torchvision_names_and_keeps_its_own_classifier(tmp_path):
    source = moved(MAKE["encoder"](1))
    more = {"fc.weight": np.zeros((1000, 16)), "fc.bias": np.zeros(1000), "bn1.num_batches_tracked": np.zeros(1)}
    network, before = MAKE["encoder"](2), MAKE["encoder"](2)
    start_weights.load(network, str(resnet_file(tmp_path / "resnet18.npz", source, **more)))
    ours, own = assign.named_weights(network), assign.named_weights(before)
    for name, value in assign.named_weights(source).items():
        want = value if name.startswith("backbone/") else own[name]
        np.testing.assert_array_equal(ours[name], want, err_msg=name)


def test_networks_start_from_files_of_the_original_and_of_runs(tmp_path):
    for name in ("identity_discriminator", "generator"):
        make, source = MAKE[name], moved(MAKE[name](1))
        paths = [torch_writing.write_stream(tmp_path / f"{name}.pth", torch_writing.state(stored(source)))]
        source.save_weights(tmp_path / f"gan.{name}.last.weights.h5")
        paths += [tmp_path / f"gan.{name}.last.weights.h5", tmp_path]
        for path in paths:
            network = make(2)
            start_weights.load(network, str(path))
            assert_same(network, source)


def test_random_weights_stay_where_no_file_is_named():
    network, before = MAKE["encoder"](1), MAKE["encoder"](1)
    start_weights.load(network, "")
    assert_same(network, before)


def test_start_weights_that_do_not_fit_are_named(tmp_path):
    network = MAKE["encoder"](1)
    with pytest.raises(FileNotFoundError, match="start weights of encoder: there is no file .*missing.pth. ImageNet"):
        start_weights.load(network, str(tmp_path / "missing.pth"))
    with pytest.raises(ValueError, match="resnet.npz do not fit encoder: .*missing"):
        start_weights.load(network, str(resnet_file(tmp_path / "resnet.npz", OTHERS[0](1))))
    arrays.write(tmp_path / "two.npz", **original.state_dict(reid_network.ReIDNetwork(18, 2, 1, 4)))
    with pytest.raises(
        ValueError, match=r"two.npz do not fit encoder: .*classifier.weight \(4, 16\) instead of \(3, 16\)"
    ):
        start_weights.load(network, str(tmp_path / "two.npz"))
    MAKE["generator"](1).save_weights(tmp_path / "gan.generator.last.weights.h5")
    with pytest.raises(ValueError, match="do not fit encoder"):
        start_weights.load(network, str(tmp_path / "gan.generator.last.weights.h5"))
    with pytest.raises(ValueError, match="must hold one file of encoder; it holds none"):
        start_weights.load(network, str(tmp_path))
    (tmp_path / "broken.weights.h5").write_bytes(b"no weights")
    with pytest.raises(ValueError, match="broken.weights.h5 do not fit encoder"):
        start_weights.load(network, str(tmp_path / "broken.weights.h5"))
