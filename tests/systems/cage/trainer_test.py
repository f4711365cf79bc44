# SPDX-License-Identifier: MIT
"""CAGE's training step: terms, clipping, options, bad settings."""

import numpy as np
import pytest

from tfskel.checkpoints import assign
from tfskel.systems.cage import model as cage
from tfskel.systems.cage import trainer as training

S, N, F, J, H = 2, 5, 4, 14, 6


@pytest.fixture
def pair():
    sources = np.random.RandomState(0).randn(S, N, F, J).astype("f")
    return sources, sources[:, :, ::-1].copy()


def trainer(attention=("LA", "BA"), temperature=0.1, **options):
    model = cage.CAGE(J, F, H, S, seed=3)
    return training.Trainer(model, 0.01, temperature, attention, names=("x", "y"), **options)


def test_the_total_is_the_sum_of_all_terms_of_all_streams(pair):
    found = {name: float(value) for name, value in trainer().step(*pair).items()}
    assert found["total"] == pytest.approx(sum(v for name, v in found.items() if name != "total"), rel=1e-6)
    assert found["attention/x"] > 0 and found["attention/y"] == 0
    model = cage.CAGE(J, F, H, S, seed=3)
    error = np.asarray(model(pair[0]).reconstruction) - pair[1]
    assert found["reconstruction/y"] == pytest.approx(0.5 * np.sum(error[1] ** 2), rel=1e-5)
    stored = [np.asarray(model.stored(weight))[0] for weight in model.trainable_variables]
    assert found["l2/x"] == pytest.approx(0.01 * sum(np.sum(value**2) for value in stored), rel=1e-5)


def test_elements_of_gradients_are_clipped_before_adam(pair):
    whole, clipped = trainer(), trainer(clip=1e-3)
    gradients = whole.gradients(*pair)[1]
    clipped.step(*pair)
    moments = clipped.optimizers["adam"]._momentums
    for gradient, moment in zip(gradients, moments, strict=True):
        np.testing.assert_allclose(moment, 0.1 * np.clip(gradient, -1e-3, 1e-3), rtol=1e-3, atol=1e-9)


def test_a_frozen_head_neither_moves_the_encoder_nor_is_decayed(pair):
    frozen, usual = trainer(frozen_head=True), trainer(temperature=0.5, frozen_head=True)
    for one in (frozen, usual):
        for _ in range(2):
            one.step(*pair)
    body = {assign.weight_name(w) for w in frozen.model.body_weights()}
    ours, others = (assign.named_weights(one.model) for one in (frozen, usual))
    for name in ours:
        same = np.array_equal(ours[name], others[name])
        assert same if name in body else not same, name
    head = sum(np.sum(np.square(w.numpy()[0])) for w in cage.CAGE(J, F, H, S, seed=3).head_weights())
    all_of_it, without = (float(t.step(*pair)["l2/x"]) for t in (trainer(), trainer(frozen_head=True)))
    assert all_of_it - without == pytest.approx(0.01 * head, rel=1e-4)


def test_teacher_forcing_feeds_the_target_one_step_late(pair):
    sources, targets = pair
    plain, forced = (trainer(teacher_forcing=on).losses(sources, targets)[0]["reconstruction"] for on in (False, True))
    assert not np.allclose(plain, forced)
    late = np.concatenate([np.zeros_like(targets[:, :, :1]), targets[:, :, :-1]], axis=2)
    decoded = trainer().model(sources, previous=late)
    np.testing.assert_allclose(forced, 0.5 * np.sum((decoded.reconstruction - targets) ** 2, axis=(1, 2, 3)), rtol=1e-5)


def test_a_single_sequence_has_no_neighbour_to_be_contrasted_with(pair):
    with pytest.raises(ValueError, match='at least 2 sequences; received 1. Choose .* or remainder "drop"'):
        trainer().step(*(side[:, :1] for side in pair))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"temperature": 0.0}, "temperature must be above 0; received 0.0"),
        ({"attention": ("LA", "LB")}, "attention must be one of LA, BA; received 'LB'"),
        ({"attention": ("LA",)}, "one entry for each of 2 streams; received 1"),
    ],
)
def test_a_bad_setting_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        trainer(**settings)
