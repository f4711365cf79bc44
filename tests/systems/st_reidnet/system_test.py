# SPDX-License-Identifier: MIT
"""ST-ReIDNet in the hands of the stages: its programs train, score when due, start from files, resume, and refuse."""

import numpy as np
import pytest
import tensorflow as tf

from tests import fakes
from tfskel.data import image_pixels
from tfskel.evaluation import protocols
from tfskel.systems import fit as fits
from tfskel.systems.st_reidnet import baseline, gan, system
from tfskel.training import loop, selection

SMALL = {"network.depth": 18, "network.width": 2, "training.batch_size": 5, "training.epochs": 2, "selection.every": 1}
BASELINE = SMALL | {"dataset.image_size": 32}
GAN = SMALL | {"network.generator_width": 2, "network.pose_features": 4, "training.batch_size": 2,
               "training.epochs": 1, "training.decay_epochs": 1, "training.mask": False}  # fmt: skip


def recipe(part="baseline", **settings):
    return fakes.read_recipe(f"st_reidnet_person_sim:part={part}", **(GAN if part == "gan" else BASELINE) | settings)


def made(config, classes=4, seed=1):
    return system.STReIDNetSystem(fakes.sections(config), classes, seed)


def fit(image_size=32, joints=0, people=4, frames=2):
    """Train and test of photographs with poses."""
    sides = []
    for seed in (0, 1):
        examples = fakes.photographs(people, 1, frames, seed=seed)
        rng = np.random.default_rng(seed)
        for row in examples:
            row["pose"] = rng.uniform(-2, 18, (joints, 2)).astype("f")
        sides.append(fakes.image_split(examples, image_size, image_pixels.TORCHVISION))
    train, test = sides
    return fits.Fit(train, test, test, "probe", protocols.Protocol(probe="test", gallery="test"))


def trained(own, given, folder):
    """Scalars by epoch."""
    scalars = []
    kept = loop.fit(own.phase(own.program, given), folder, lambda phase, epoch, values: scalars.append(values))
    return scalars, kept


@pytest.fixture
def eager(monkeypatch):
    """Steps that are not traced, which takes longer than a few of them."""
    monkeypatch.setattr(baseline.Trainer, "step", lambda self, *batch: self._update_step(*batch))
    monkeypatch.setattr(gan.Trainer, "step", lambda self, batch, *told: self._update_step(
        *(batch[name] for name in gan.FED), *map(tf.constant, told)))  # fmt: skip


@pytest.mark.parametrize("part", ["baseline", "softmax", "triplet", "siamese"])
def test_every_part_of_the_baseline_trains_and_is_scored_when_due(part, eager, tmp_path):
    own = made(recipe(part, **{"selection.every": 2}))
    assert own.encoder.embedding == ("siamese" if part == "siamese" else "single")
    weights = {"baseline": (1, 1), "softmax": (0, 1), "triplet": (1, 0), "siamese": (1, 1)}[part]
    scalars, kept = trained(own, fit(), tmp_path)
    for values in scalars:
        want = weights[0] * values["triplet"] + weights[1] * values["classification"]
        assert values["total"] == pytest.approx(want, rel=1e-5)
    assert [("probe/mAP" in values) for values in scalars] == [True, False]  # epochs are counted from 0
    assert kept == {selection.PROBE_BEST: 0, selection.LAST: 1}


def test_features_are_those_of_the_neck_where_the_recipe_says_so():
    images = np.random.default_rng(0).normal(size=(2, 32, 16, 3)).astype("f")
    own, other = made(recipe()), made(recipe(**{"network.test_bn": False}))
    for each in (own, other):
        each.encoder.neck.moving_mean.assign(np.arange(16.0))
    pooled = own.encoder.features_and_logits(images)[0]
    np.testing.assert_array_equal(other.represent(images)["features"], pooled)
    np.testing.assert_allclose(own.represent(images)["features"], pooled - np.arange(16.0), atol=1e-4)


def test_the_gan_goes_on_exactly_where_it_stopped_and_counts_its_epochs_from_one(eager, tmp_path):
    config, given = recipe("gan", **{"selection.every": 2}), fit(256, joints=17, people=2)
    whole = made(config, classes=2)
    scalars, kept = trained(whole, given, tmp_path / "whole")
    assert [("probe/mAP" in values) for values in scalars] == [False, True]
    assert [values["rate_factor"] for values in scalars] == [0.5, 0.5]  # of an epoch before, for one that falls at once
    assert kept == {selection.PROBE_BEST: 1, selection.LAST: 1}
    stopped = made(config, classes=2)
    phase = stopped.phase("gan", given)

    def fails(epoch):
        raise KeyboardInterrupt

    batches = phase.batches
    phase.batches = lambda epoch: batches(epoch) if epoch == 0 else fails(epoch)
    with pytest.raises(KeyboardInterrupt):
        loop.fit(phase, tmp_path / "stopped", lambda *line: None)
    resumed = made(config, classes=2)
    again, _ = trained(resumed, given, tmp_path / "stopped")
    assert {name: value for name, value in again[0].items() if name != "seconds"} == {
        name: value for name, value in scalars[1].items() if name != "seconds"
    }
    for name in gan.NETWORKS:
        pairs = zip(resumed.models["gan"][name].weights, whole.models["gan"][name].weights, strict=True)
        for ours, want in pairs:
            np.testing.assert_array_equal(ours, want, err_msg=want.path)


def test_a_stage_goes_on_from_the_weights_of_a_run(eager, tmp_path):
    trained(made(recipe()), fit(), tmp_path)
    path = tmp_path / "baseline.encoder.last.weights.h5"
    own, source = (made(recipe("gan", **{"training.stage": 1, "training.start_encoder": str(path)})) for _ in range(2))
    source.encoder.load_weights(path)
    own.start()
    for ours, want in zip(own.encoder.weights, source.encoder.weights, strict=True):
        np.testing.assert_array_equal(ours, want, err_msg=want.path)


REFUSED = {
    "image size": ("gan", {"dataset.image_size": 128}, 0, "generator makes images 256 pixels high, .* is 128"),
    "no rates": ("gan", {"training.decay_epochs": 0}, 0, "the rates of 1 epoch and 0 .* are 0. Set --config.training"),
    "no poses": ("gan", {}, 0, "Add the poses to the data set, or train the baseline"),
    "other joints": ("gan", {}, 18, "poses have 18 joints, the networks 17; set --config.network.joints=18"),
    "stage 1": (
        "gan",
        {"training.stage": 1},
        17,
        "stage 1 goes on from trained networks; give --config.training.start",
    ),
    "stage 2": ("gan", {"training.stage": 2}, 17, "start_encoder and .*generator and .*identity.* and .*pose_disc"),
    "sampling": ("baseline", {"training.sampling": "x"}, 0, "training.sampling must be one of 'instance', 'random'"),
    "no file": ("baseline", {"training.start_encoder": "no.pth"}, 0, "there is no file no.pth"),
}


@pytest.mark.parametrize("part, settings, joints, message", REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_together_is_refused_with_what_to_do(part, settings, joints, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        own = made(recipe(part, **settings))
        next(iter(own.phase(part, fit(256 if part == "gan" else 32, joints)).batches(0)))


def test_a_stage_of_the_baseline_is_refused_by_the_recipe():
    with pytest.raises(ValueError, match="part=softmax has no stage=1"):
        fakes.read_recipe("st_reidnet_person_sim:part=softmax,stage=1")
