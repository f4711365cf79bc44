# SPDX-License-Identifier: MIT
"""The SM-SGE encoder: features, prefixes, options, initial values."""

import numpy as np
import pytest

from tfskel import skeletons
from tfskel.systems.sm_sge import model as sm_sge


def make(skeleton="kinect_v1", length=4, units=6, heads=2, seed=1, **options):
    return sm_sge.SMSGE(skeleton, length, units, heads, seed=seed, **options)


def sequences(model, count=3, seed=0):
    joints = np.random.RandomState(seed).randn(count, model.length, model.num_joints, 3).astype("f")
    return joints - joints[:, :, :1]


def test_prefixes_equal_runs_over_fewer_frames():
    model = make()
    joints = sequences(model)
    prefixes = np.asarray(model.prefix_features(joints))
    for k in range(1, 5):
        want = make(length=k)(joints[:, :k])
        np.testing.assert_allclose(prefixes[:, k - 1], want, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(prefixes[:, 3], model(joints), rtol=1e-5, atol=1e-6)


def test_the_last_prefix_reads_one_frame_of_zeros_behind_the_fused_frames():
    model = make()
    joints = sequences(model)
    fused = model.fuse(joints)
    want = []
    for scale in ("interpolated", "joints", "parts", "bodies"):
        frames = np.concatenate([fused[scale], np.zeros_like(fused[scale][:, :1])], axis=1)
        want.append(model.encoders[scale](frames)[:, -1])
    prefixes = model.prefix_features(joints)
    np.testing.assert_allclose(prefixes[:, -1], np.concatenate(want, axis=1), rtol=1e-5, atol=1e-6)
    without = model.prefix_features(joints, zero_frame=False)
    np.testing.assert_allclose(without, prefixes[:, :-1], rtol=1e-6)
    np.testing.assert_allclose(model.prefix_features(joints, margin=2), prefixes[:, :3], rtol=1e-5, atol=1e-6)


def test_coarser_scales_influence_finer_ones_only():
    model = make()
    nodes = {s: np.random.RandomState(1).randn(2, len(m), 8).astype("f") for s, m in model.scale_matrices.items()}
    before = {s: np.asarray(v) for s, v in model.collaboration(nodes).items()}
    for changed in skeletons.SCALES:
        moved = {**nodes, changed: nodes[changed] + 1}
        after = model.collaboration(moved)
        reached = {s for s in skeletons.SCALES if not np.allclose(before[s], after[s])}
        assert reached == {s for s in skeletons.SCALES if changed in sm_sge.SOURCES[s]}


def test_structure_only_equals_no_fusion():
    joints = sequences(make())
    alone = make(structure_only=True)
    without = make(fusion=0.0)
    names = {v.path: v for v in without.trainable_variables}
    for variable in alone.trainable_variables:
        variable.assign(names[variable.path])
    np.testing.assert_allclose(alone(joints), without(joints), rtol=1e-6)
    assert len(without.trainable_variables) - len(alone.trainable_variables) == 10


def test_global_attention_and_wider_neighbourhoods_change_the_biases():
    assert not any(bias.any() for bias in make(global_attention=True).biases.values())
    one, two = make(), make(neighbourhood=2)
    assert (two.biases["joints"] == 0).sum() > (one.biases["joints"] == 0).sum()
    for scale in ("parts", "bodies", "interpolated"):
        np.testing.assert_array_equal(one.biases[scale], two.biases[scale])


@pytest.mark.parametrize("skeleton", list(skeletons.SKELETONS))
def test_relations_of_every_skeleton_sum_to_one(skeleton):
    model = make(skeleton)
    pictures = model.relations(sequences(model, 1))
    assert {name for name in pictures if name.startswith("collaboration")} == {
        f"collaboration/{pair}" for pair in ["J_J", "J_P", "J_B", "P_P", "P_B", "B_B", "I_I", "I_J", "I_P", "I_B"]
    }
    for picture in pictures.values():
        np.testing.assert_allclose(np.sum(picture, axis=-1), 1, rtol=1e-5)


def test_a_seed_decides_all_initial_values_and_no_two_weights_share_theirs():
    first, second, other = make(seed=7), make(seed=7), make(seed=8)
    drawn = [v.numpy() for v in first.trainable_variables if "bias" not in v.name]
    for a, b in zip(first.trainable_variables, second.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first.attention["joints"].kernel, other.attention["joints"].kernel)
    assert len({values.ravel()[:5].tobytes() for values in drawn}) == len(drawn)


def test_full_size_has_the_published_number_of_weights():
    # specification: 3008 + 640 used relation weights, LSTM and heads of IAS at width 256
    model = sm_sge.SMSGE("kinect_v1", 6)
    lstm, heads = (952320, 870400, 829440, 1107968), (224361, 143149, 69647, 320222)
    assert model.count_params() == 3008 + 640 + sum(lstm) + sum(heads)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"fusion": 1.5}, r"fusion must lie in \[0, 1\]; received 1.5"),
        ({"units": 0}, "units must be at least 1; received 0"),
        ({"skeleton": "octopus"}, "Unknown skeleton 'octopus'"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
