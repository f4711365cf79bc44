# SPDX-License-Identifier: MIT
"""Collaborative relations against loops over nodes."""

import numpy as np
import pytest

from tfskel.systems.sm_sge import scale_collaboration


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
    got = scale_collaboration.collaborate(target.astype("f"), source.astype("f"))
    np.testing.assert_allclose(got, naive_collaborate(target, source), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fusion", [0.0, 0.3, 1.0])
def test_fused_nodes_add_what_each_source_gives(fusion):
    rng = np.random.RandomState(1)
    layer = scale_collaboration.ScaleCollaboration({"fine": ("fine", "coarse"), "coarse": ("coarse",)}, fusion, seed=3)
    layer.build((None, None, 4))
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
