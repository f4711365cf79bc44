# SPDX-License-Identifier: MIT
"""The recognition network: logits, summed scores; its training: loss, updates, scoring by batches, resume."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.systems import recognition


def naive(model, rows):
    hidden = np.maximum(rows @ model.hidden.kernel.numpy() + model.hidden.bias.numpy(), 0)
    return hidden @ model.logits.kernel.numpy() + model.logits.bias.numpy()


def test_scores_sum_the_logits_of_all_prefixes_or_take_the_last():
    model = recognition.Recognition(5, 3, seed=1)
    for variable in model.trainable_variables:
        variable.assign(np.random.RandomState(2).randn(*variable.shape))
    prefixes = np.random.RandomState(0).randn(4, 7, 5).astype("f")
    logits = np.stack([naive(model, prefixes[:, k]) for k in range(7)])
    np.testing.assert_allclose(model(prefixes), np.swapaxes(logits, 0, 1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.scores(prefixes), logits.sum(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.scores(prefixes, last_prefix_only=True), logits[-1], rtol=1e-4, atol=1e-5)


def test_kernels_begin_normal_and_biases_zero():
    model = recognition.Recognition(60, 40, seed=3)
    for kernel in (model.hidden.kernel, model.logits.kernel):
        assert kernel.numpy().std() == pytest.approx(1, abs=0.05)
    assert not model.hidden.bias.numpy().any() and not model.logits.bias.numpy().any()
    np.testing.assert_array_equal(model.logits.kernel, recognition.Recognition(60, 40, seed=3).logits.kernel)


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match="at least 1; received 4 and 0"):
        recognition.Recognition(4, 0)


def case(count=10):
    rng = np.random.RandomState(0)
    return rng.randn(count, 4, 6).astype("f"), rng.randint(3, size=count)


def trainer(seed=1, **options):
    return recognition.RecognitionTrainer(recognition.Recognition(6, 3, seed=seed), 0.01, **options)


def cross_entropy(scores, labels):
    return -np.mean(
        [np.log(np.exp(s - s.max())[y] / np.exp(s - s.max()).sum()) for s, y in zip(scores, labels, strict=True)]
    )


@pytest.mark.parametrize("last_only", [False, True])
def test_loss_and_accuracy_are_those_of_the_scores_before_the_update(last_only):
    features, labels = case()
    ours = trainer(last_prefix_only=last_only)
    want = np.asarray(ours.model.scores(features, last_only))
    result, scores = ours.update(features, labels)
    np.testing.assert_allclose(scores, want, rtol=1e-5)
    assert float(result["total"]) == pytest.approx(cross_entropy(want, labels), rel=1e-5)
    assert float(result["accuracy"]) == np.mean(np.argmax(want, axis=1) == labels)
    assert not np.allclose(want, ours.model.scores(features, last_only))


def test_scoring_averages_batches_and_drops_or_keeps_the_rest():
    features, labels = case()
    ours = trainer()
    want = np.asarray(ours.model.scores(features))
    means, scores, truth = ours.score(features, labels, 4)
    np.testing.assert_allclose(scores, want[:8], rtol=1e-5)
    np.testing.assert_array_equal(truth, labels[:8])
    parts = [cross_entropy(want[a:b], labels[a:b]) for a, b in ((0, 4), (4, 8))]
    assert means["loss"] == pytest.approx(np.mean(parts), rel=1e-5)
    kept, scores, _ = ours.score(features, labels, 4, "keep")
    np.testing.assert_allclose(scores, want, rtol=1e-5)
    rates = [np.mean(np.argmax(want[a:b], 1) == labels[a:b]) for a, b in ((0, 4), (4, 8), (8, 10))]
    assert kept["accuracy"] == pytest.approx(np.mean(rates))


def test_a_batch_larger_than_the_split_is_refused():
    features, labels = case()
    with pytest.raises(ValueError, match="batch is larger than the data"):
        trainer().score(features, labels, 11)


def test_a_restored_training_goes_on_exactly(tmp_path):
    features, labels = case()
    first = trainer()
    first.step(features, labels)
    saved = tf.train.Checkpoint(**first.trackables()).save(str(tmp_path / "state"))
    want = [float(first.step(features, labels)["total"]) for _ in range(3)]
    fresh = trainer(seed=8)
    tf.train.Checkpoint(**fresh.trackables()).restore(saved).assert_consumed()
    assert [float(fresh.step(features, labels)["total"]) for _ in range(3)] == want
