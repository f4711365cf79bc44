# SPDX-License-Identifier: MIT
"""A step of the GAN: which networks and statistics move in each stage, how often losses count, and that it resumes."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from tests.systems.st_reidnet import one_by_one
from tfskel.systems.st_reidnet import gan, generator, losses, pose_discriminator, reid_network, smooth_labels

JOINTS, SIZE = 17, 2
OBJECTIVE = gan.Objective()
RATES = dict(zip(gan.NETWORKS, (1e-2, 1e-3, 1e-2, 1e-2), strict=True))


def networks(embedding="single", dropout=0.0):
    encoder = reid_network.ReIDNetwork(18, 2, 1, 3, embedding=embedding, seed=1, name=gan.ENCODER)
    made = (
        encoder,
        generator.Generator(JOINTS, encoder.features, 2, pose_features=4, dropout=dropout, seed=2),
        reid_network.ReIDNetwork(18, 2, 2, 1, seed=3, name=gan.IDENTITY),
        pose_discriminator.PoseDiscriminator(JOINTS, 2, seed=4),
    )
    return dict(zip(gan.NETWORKS, made, strict=True))


def trainer(stage=0, kind=gan.Trainer, factor=lambda epoch: 1.0, objective=OBJECTIVE, compiled=False, **of):
    """Where it is not compiled, a step takes less time than its trace would."""
    own = kind(networks(**of), stage, RATES, objective, factor)
    own._update = own._update if compiled else lambda *given: own._update_step(*map(tf.constant, given))
    return own


@functools.cache
def batch(seed=0, size=SIZE):
    rng = np.random.default_rng(seed)
    made = {name: rng.normal(size=(size, 3, 256, 128, 3)).astype("f") for name in ("input", "target")}
    made["pose_maps"] = rng.random((size, 3, 256, 128, JOINTS), dtype="f")
    made["masks"] = (rng.random((size, 3, 256, 128, 1)) > 0.6).astype("f")
    return made, np.array([[0, 0, 1], [1, 1, 2]] * size, np.int32)[:size]


def state(own):
    return {name: {weight.path: weight.numpy() for weight in network.weights} for name, network in own.networks.items()}


def moved(before, after):
    """Network -> whether weights that are trained, and statistics, have moved."""
    found = {}
    for name, weights in before.items():
        far = {path for path, value in weights.items() if not np.array_equal(value, after[name][path])}
        statistics = {path for path in weights if "/moving_" in path}
        found[name] = bool(far - statistics), bool(far & statistics)
    return found


YES, NO = True, False


@pytest.mark.parametrize(
    "stage, encoder, classified", [(0, (YES, YES), True), (1, (NO, NO), False), (2, (YES, NO), True)]
)
def test_a_stage_moves_what_it_trains_and_no_other_statistics(stage, encoder, classified):
    own = trainer(stage)
    before = state(own)
    found = own.step(*batch())
    rest = {gan.GENERATOR: (YES, YES), gan.IDENTITY: (YES, NO), gan.POSE: (YES, YES)}
    assert moved(before, state(own)) == {gan.ENCODER: encoder} | rest
    assert bool(found["classification"]) == classified and float(found["triplet"]) > 0
    scales = [before[name][f"{name}/neck/gamma"] - state(own)[name][f"{name}/neck/gamma"]
              for name in (gan.ENCODER, gan.IDENTITY)]  # fmt: skip
    assert not scales[0].any() and scales[1].any()  # no optimiser of the original holds the first


def test_shared_calls_give_what_one_call_after_the_other_gives():
    shared, apart = trainer(), trainer(kind=one_by_one.Trainer)
    for step in range(2):
        found, want = shared.step(*batch(step)), apart.step(*batch(step))
        for name, value in want.items():
            np.testing.assert_allclose(found[name], value, rtol=1e-4 * 30**step, err_msg=f"{name}, step {step}")
    for name, weights in state(apart).items():
        for path, value in weights.items():
            if "/moving_" in path:
                np.testing.assert_allclose(state(shared)[name][path], value, rtol=2e-2, atol=1e-3, err_msg=path)


def test_the_encoders_loss_is_the_weighted_sum_and_the_generators_counts_twice_in_the_gradients():
    gradients = {}
    for once in (False, True):
        objective = gan.Objective(generator_loss_once=once, triplet=0.0, classification=0.0)
        own = trainer(objective=objective)
        kept = {}
        own.apply = kept.update
        images, labels = batch()
        given = (tf.constant(images[name].swapaxes(0, 1).reshape(-1, *images[name].shape[2:]))
                 for name in gan.FED)  # fmt: skip
        found, gradients[once] = own.gradients(*given, labels.T.reshape(-1), smooth_labels.HARD)
        assert set(kept) == set(gan.DISCRIMINATORS)
    want = 0.1 * (found["adversarial_identity"] + found["adversarial_pose"]) + 10 * found["reconstruction"]
    np.testing.assert_allclose(found["generator"], want, rtol=1e-6)
    np.testing.assert_allclose(found["encoder"], found["generator"], rtol=1e-6)
    for name, of_weights in gradients[True].items():
        for once, twice in zip(of_weights, gradients[False][name], strict=True):
            if name == gan.GENERATOR or once is not None:
                np.testing.assert_allclose(twice, 2 * once, rtol=1e-3, atol=1e-6)


def test_a_last_smaller_batch_is_taken_without_another_trace():
    own = trainer(1, compiled=True)
    for size in (3, SIZE):
        found = own.step(*batch(size=size))
        assert np.isfinite([float(value) for value in found.values()]).all()
    assert own._update.experimental_get_tracing_count() == 1


def test_a_siamese_encoder_compares_anchors_with_both_others(monkeypatch):
    seen = []
    original = losses.classification
    monkeypatch.setattr(
        losses, "classification", lambda logits, labels, *more: seen.append((labels, more)) or original(logits, labels)
    )
    own = trainer(embedding="siamese")
    found = own.step(*batch())
    ((labels, smoothing),) = seen
    assert labels.numpy().tolist() == [1, 1, 0, 0] and smoothing == ()
    assert np.isfinite([float(value) for value in found.values()]).all()


def test_the_rates_of_an_epoch_are_those_of_the_start_times_its_factor():
    own = trainer(1, factor=lambda epoch: 1 / (1 + epoch))
    assert own.start_epoch(3) == {"rate_factor": 0.25}
    rates = {name: float(optimizer.learning_rate) for name, optimizer in own.optimizers.items()}
    assert rates == pytest.approx({name: RATES[name] / 4 for name in gan.NETWORKS[1:]})


def test_a_training_goes_on_exactly_where_it_stopped(tmp_path):
    whole, stopped = trainer(dropout=0.5), trainer(dropout=0.5)
    for step in range(2):
        whole.step(*batch(step))
    stopped.step(*batch(0))
    path = tf.train.Checkpoint(**stopped.trackables()).save(str(tmp_path / "stopped"))
    resumed = trainer(dropout=0.5)
    tf.train.Checkpoint(**resumed.trackables()).restore(path).assert_consumed()
    resumed.step(*batch(1))
    for name, weights in state(whole).items():
        for path, value in weights.items():
            np.testing.assert_array_equal(state(resumed)[name][path], value, err_msg=path)
