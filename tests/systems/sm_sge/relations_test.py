# SPDX-License-Identifier: MIT
"""Graph attention and collaboration of scales against loops over heads and nodes."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel import skeletons
from tfskel.checkpoints import assign
from tfskel.systems.sm_sge import relations


def naive_head(nodes, weights, head, bias):
    """One head on one skeleton, written from the definition."""
    hidden = nodes @ weights["embed/kernel"] + weights["embed/bias"]
    values = hidden @ weights["kernel"][head]
    out = np.zeros_like(values)
    for i in range(len(nodes)):
        logits = np.zeros(len(nodes))
        for j in range(len(nodes)):
            towards = values[i] @ weights["self_kernel"][head] + weights["self_bias"][head]
            away = values[j] @ weights["other_kernel"][head] + weights["other_bias"][head]
            score = towards + away
            logits[j] = (score if score > 0 else 0.2 * score) + bias[i, j]
        attention = np.exp(logits - logits.max())
        attention /= attention.sum()
        out[i] = sum(attention[j] * values[j] for j in range(len(nodes))) + weights["output_bias"][head]
    return np.where(out > 0, out, np.expm1(out))


@pytest.fixture
def layer():
    bias = skeletons.attention_bias(skeletons.adjacency(skeletons.get("kinect_v1"), "parts"))
    layer = relations.GraphAttention(bias, units=4, heads=3, seed=5)
    layer.build((None, 10, 3))
    rng = np.random.RandomState(0)
    for weight in layer.trainable_variables:
        weight.assign(rng.randn(*weight.shape))
    return layer


@pytest.mark.parametrize("portable", [False, True])
def test_heads_in_one_product_equal_the_loop(layer, portable):
    nodes = np.random.RandomState(1).randn(2, 10, 3).astype(np.float32)
    weights = {assign.weight_name(v): v.numpy().astype(np.float64) for v in layer.trainable_variables}
    want = np.mean([[naive_head(n, weights, h, layer.logit_bias) for n in nodes] for h in range(3)], axis=0)
    np.testing.assert_allclose(layer(nodes, portable=portable), want, rtol=1e-5, atol=1e-5)


def test_the_portable_form_is_equal_but_for_rounding_and_has_no_segments(layer):
    nodes = np.random.RandomState(1).randn(50, 10, 3).astype(np.float32)
    fast, portable = np.asarray(layer(nodes)), np.asarray(layer(nodes, portable=True))
    assert np.abs(fast - portable).max() <= 3e-7 * np.abs(fast).max()
    for form, uses_segments in ((False, True), (True, False)):
        graph = tf.function(lambda nodes, form=form: layer(nodes, portable=form)).get_concrete_function(nodes).graph
        assert any("Segment" in operation.type for operation in graph.get_operations()) == uses_segments


def test_backends_other_than_tensorflow_take_the_portable_form(monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    bias = skeletons.attention_bias(skeletons.adjacency(skeletons.get("kinect_v1"), "joints"))
    assert not relations.GraphAttention(bias).sparse


def test_attention_rows_sum_to_one_over_neighbours_only(layer):
    attention = np.asarray(layer.attention(np.random.RandomState(2).randn(4, 10, 3).astype(np.float32)))
    np.testing.assert_allclose(attention.sum(axis=-1), 1, rtol=1e-6)
    assert np.all(attention[..., layer.logit_bias < 0] == 0)
    assert np.all(attention[..., layer.logit_bias == 0] > 0)


def test_initial_values_have_the_distributions_of_the_original():
    layer = relations.GraphAttention(np.zeros((5, 5)), units=8, heads=200, seed=1)
    layer.build((None, 5, 3))
    assert layer.kernel.numpy().std() == pytest.approx(np.sqrt(6 / 16 / 3), rel=0.05)
    assert np.abs(layer.kernel).max() <= np.sqrt(6 / 16)
    assert np.sqrt(6 / 16) < np.abs(layer.self_kernel).max() <= np.sqrt(6 / 9)
    assert layer.embed.kernel.numpy().std() == pytest.approx(1, abs=0.4)
    for bias in (layer.embed.bias, layer.self_bias, layer.other_bias, layer.output_bias):
        assert not bias.numpy().any()
    assert not np.array_equal(layer.self_kernel, layer.other_kernel)


def naive_collaborate(target, source):
    out = np.zeros_like(target)
    for n in range(len(target)):
        for i, node in enumerate(target[n]):
            scores = np.array([node @ other for other in source[n]])
            relation = np.exp(scores - scores.max())
            out[n, i] = (relation / relation.sum()) @ source[n]
    return out


@pytest.mark.parametrize("targets, sources", [(1, 2), (3, 7), (6, 2)])
def test_collaborate_equals_the_loop(targets, sources):
    rng = np.random.RandomState(0)
    target, source = rng.randn(4, targets, 8), rng.randn(4, sources, 8)
    got = relations.collaborate(target.astype("f"), source.astype("f"))
    np.testing.assert_allclose(got, naive_collaborate(target, source), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fusion", [0.0, 0.3, 1.0])
def test_fused_nodes_add_what_each_source_gives(fusion):
    rng = np.random.RandomState(1)
    layer = relations.ScaleCollaboration({"fine": ("fine", "coarse"), "coarse": ("coarse",)}, fusion, seed=3)
    nodes = {"fine": rng.randn(2, 5, 4).astype("f"), "coarse": rng.randn(2, 3, 4).astype("f")}
    fused = layer(nodes)
    kernels = {name: kernel.numpy() for name, kernel in layer.kernels.items()}
    want = nodes["fine"] + fusion * sum(
        naive_collaborate(nodes["fine"], nodes[s]) @ kernels[f"fine_from_{s}"] for s in ("fine", "coarse")
    )
    np.testing.assert_allclose(fused["fine"], want, rtol=1e-4, atol=1e-5)
    alone = (
        nodes["coarse"] + fusion * naive_collaborate(nodes["coarse"], nodes["coarse"]) @ kernels["coarse_from_coarse"]
    )
    np.testing.assert_allclose(fused["coarse"], alone, rtol=1e-4, atol=1e-5)
    assert len({kernel.tobytes() for kernel in kernels.values()}) == 3
