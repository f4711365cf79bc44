# SPDX-License-Identifier: MIT
"""A training step of the baseline: what its losses are of, what moves and by how much; and that it goes on exactly."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.systems.st_reidnet import baseline, losses, reid_network

CLASSES = 3
LABELS = np.array([[0, 0, 1], [1, 1, 2], [2, 2, 0], [1, 1, 0]], np.int32)


def network(embedding="single"):
    return reid_network.ReIDNetwork(18, 2, classes=CLASSES, embedding=embedding, seed=3)


def trainer(embedding="single", optimizer="sgd", **settings):
    return baseline.Trainer(network(embedding), optimizer, **settings)


def batch(places=3, seed=0, samples=4):
    rng = np.random.default_rng(seed)
    labels = LABELS[:samples, -places:]
    colours = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])[labels]
    images = 0.3 * rng.normal(size=(samples, places, 32, 16, 3)) + colours[:, :, None, None]
    return images.astype("f"), labels


def test_each_place_of_the_triplets_is_a_pass_with_its_own_statistics():
    images, labels = batch()
    made, alone = trainer(margin=0.5), network()
    found = made.losses(images, labels)
    passes = [alone(images[:, place], training=True) for place in range(3)]
    features, logits = (tf.concat(parts, axis=0) for parts in zip(*passes, strict=True))
    identities = labels.T.reshape(-1)
    expected = losses.triplet(features, identities, 0.5), losses.classification(logits, identities, 0.1)
    np.testing.assert_allclose([found["triplet"], found["classification"]], expected, rtol=1e-3)
    np.testing.assert_allclose(found["total"], sum(expected), rtol=1e-3)
    for ours, theirs in zip(made.model.weights, alone.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4, err_msg=ours.path)


def test_pairs_are_one_pass_and_their_targets_are_whether_the_identities_agree():
    images, labels = batch(2)
    labels = np.where([[True], [False], [True], [False]], labels[:, :1], labels)
    made, alone = trainer("siamese", smoothing=0.1), network("siamese")
    found = made.losses(images, labels)
    *features, logits = alone(images.transpose(1, 0, 2, 3, 4).reshape(-1, 32, 16, 3), training=True)
    np.testing.assert_allclose(found["classification"], losses.classification(logits, [1, 0, 1, 0]), rtol=1e-4)
    np.testing.assert_allclose(
        found["triplet"], losses.triplet(tf.concat(features, 0), labels.T.reshape(-1)), rtol=1e-4
    )


def test_without_losses_weights_shrink_by_their_own_rates_and_the_neck_stays():
    made = trainer(triplet_weight=0.0, classification_weight=0.0, learning_rate=0.5, weight_decay=0.2)
    kernel, neck, classifier = made.model.backbone.root.kernel, made.model.neck.gamma, made.model.classifier.kernel
    neck.assign(np.linspace(0.5, 2, neck.shape[0]))
    before = [weight.numpy() for weight in (kernel, neck, classifier)]
    assert float(made.step(*batch())["total"]) == 0
    for weight, value, share in zip((kernel, neck, classifier), before, (0.01, 0, 0.1), strict=True):
        np.testing.assert_allclose(weight, (1 - share) * value, rtol=1e-6)


def test_factors_weigh_the_losses():
    made = trainer(triplet_weight=2.0, classification_weight=0.5, margin=4.0)
    found = {name: float(value) for name, value in made.step(*batch()).items()}
    assert found["total"] == pytest.approx(2 * found["triplet"] + 0.5 * found["classification"], rel=1e-5)


def test_rates_fall_to_a_tenth_after_a_number_of_epochs():
    made = trainer(learning_rate=0.3, step_size=4)
    assert [made.start_epoch(epoch)["learning_rate"] for epoch in (3, 4)] == pytest.approx([0.3, 0.03])
    rates = {name: float(optimizer.learning_rate) for name, optimizer in made.optimizers.items()}
    assert rates == pytest.approx({"backbone": 0.003, "classifier": 0.03})


@pytest.mark.parametrize("optimizer, embedding", [("adam", "single"), ("sgd", "siamese")])
def test_a_restored_training_goes_on_exactly(tmp_path, optimizer, embedding):
    places = 2 if embedding == "siamese" else 3
    first, fresh = (trainer(embedding, optimizer, learning_rate=0.01) for _ in range(2))
    first.step(*batch(places))
    saved = tf.train.Checkpoint(**first.trackables()).save(str(tmp_path / "state"))
    tf.train.Checkpoint(**fresh.trackables()).restore(saved).assert_consumed()
    for made in (first, fresh):
        made.start_epoch(1)
        made.step(*batch(places, seed=1, samples=3))
    for ours, theirs in zip(first.model.weights, fresh.model.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)


def test_training_lowers_the_loss_of_persons_in_clothes_of_their_colours():
    made = trainer(optimizer="adam", learning_rate=0.02)
    totals = [float(made.step(*batch(seed=step % 4))["total"]) for step in range(30)]
    assert np.mean(totals[-4:]) < 0.7 * np.mean(totals[:4])


def test_an_unknown_optimizer_is_refused():
    with pytest.raises(ValueError, match="optimizer must be one of adam, sgd; received 'Adam'"):
        trainer(optimizer="Adam")
