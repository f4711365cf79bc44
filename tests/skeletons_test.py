# SPDX-License-Identifier: MIT
"""The joint tables as tables, and the graph scales against the original program's numbers."""

import numpy as np
import pytest

from datasets_tfds.cmu_walk import embedded
from tests import fakes
from tfskel import skeletons

GOLDEN = fakes.GOLDEN / "sm_sge"
LETTERS = dict(zip("JPBI", skeletons.SCALES, strict=True))
CASES = {"ias_f6": 1, "ks20_f6": 1, "casia_f6": 1, "ks20_nhood2": 2}  # neighbourhood of the joint scale

# Written out by hand; the module derives them from the parents.
JOINT_EDGES = {
    "kinect_v2": "0-1 0-12 0-16 1-20 2-3 2-20 4-5 4-20 5-6 6-7 6-22 7-21 8-9 8-20 9-10 10-11 10-24 11-23 "
    "12-13 13-14 14-15 16-17 17-18 18-19",
    "kinect_v1": "0-1 0-12 0-16 1-2 2-3 2-4 2-8 4-5 5-6 6-7 8-9 9-10 10-11 12-13 13-14 14-15 16-17 17-18 18-19",
    "openpose": "0-1 1-2 1-5 1-8 1-11 2-3 3-4 5-6 6-7 8-9 9-10 11-12 12-13",
}

every_skeleton = pytest.mark.parametrize("skeleton", skeletons.SKELETONS.values(), ids=lambda s: s.name)
every_scale = pytest.mark.parametrize("scale", skeletons.SCALES)
every_case = pytest.mark.parametrize("tag", CASES)


def read(tag):
    with np.load(GOLDEN / f"data_{tag}.npz") as case:
        return {key: case[key] for key in case.files}


@every_skeleton
def test_every_joint_is_in_exactly_one_part_and_one_body(skeleton):
    joints = list(range(skeleton.num_joints))
    assert sorted(j for group in skeleton.parts for j in group) == joints
    assert sorted(j for group in skeleton.bodies for j in group) == joints
    assert (len(skeleton.parts), len(skeleton.bodies)) == (10, 5)


@every_skeleton
def test_bodies_are_unions_of_parts(skeleton):
    unions = ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9))
    for body, parts in zip(skeleton.bodies, unions, strict=True):
        assert sorted(body) == sorted(j for p in parts for j in skeleton.parts[p])


@every_skeleton
def test_parents_lead_every_joint_to_the_root(skeleton):
    assert [j for j, parent in enumerate(skeleton.parents) if parent == -1] == [skeleton.root]
    for joint in range(skeleton.num_joints):
        path = [joint]
        while path[-1] != skeleton.root:
            path.append(skeleton.parents[path[-1]])
            assert len(path) <= skeleton.num_joints


@every_skeleton
def test_joint_edges_are_those_of_the_original_program(skeleton):
    printed = [tuple(map(int, edge.split("-"))) for edge in JOINT_EDGES[skeleton.name].split()]
    assert list(skeletons.edges(skeleton, "joints")) == printed


@every_skeleton
@every_scale
def test_edges_of_every_scale_form_a_tree(skeleton, scale):
    nodes, edges = skeletons.num_nodes(skeleton, scale), skeletons.edges(skeleton, scale)
    group = list(range(nodes))
    for i, j in edges:
        assert 0 <= i < j < nodes
        group = [group[i] if g == group[j] else g for g in group]
    assert len(set(edges)) == len(edges) == nodes - 1
    assert len(set(group)) == 1


@every_skeleton
def test_left_and_right_are_mirror_images_in_every_table(skeleton):
    mirror = list(range(skeleton.num_joints))
    for left, right in skeleton.left_right:
        mirror[left], mirror[right] = right, left
        assert skeleton.joint_names[left].endswith("Left")
        assert skeleton.joint_names[right] == skeleton.joint_names[left].replace("Left", "Right")
    assert len(set(skeleton.joint_names)) == skeleton.num_joints
    assert sum("Left" in name or "Right" in name for name in skeleton.joint_names) == 2 * len(skeleton.left_right)
    for joint, parent in enumerate(skeleton.parents):
        assert skeleton.parents[mirror[joint]] == (mirror[parent] if parent >= 0 else -1)
    for groups in (skeleton.parts, skeleton.bodies):
        assert {frozenset(mirror[j] for j in group) for group in groups} == {frozenset(g) for g in groups}


@every_skeleton
def test_group_order_is_left_leg_right_leg_trunk_left_arm_right_arm(skeleton):
    words = (("Hip", "Knee", "Ankle", "Foot"), ("Shoulder", "Elbow", "Wrist", "Hand", "Thumb"))
    for body, side, limb in ((0, "Left", 0), (1, "Right", 0), (3, "Left", 1), (4, "Right", 1)):
        for joint in skeleton.bodies[body]:
            name = skeleton.joint_names[joint]
            assert name.endswith(side) and name.startswith(words[limb])


@every_skeleton
def test_scales_equal_means_and_midpoints_joint_by_joint(skeleton):
    joints = np.random.default_rng(0).normal(size=(7, skeleton.num_joints, 3))
    for scale, groups in (("parts", skeleton.parts), ("bodies", skeleton.bodies)):
        naive = np.stack([sum(joints[:, j] for j in group) / len(group) for group in groups], axis=1)
        np.testing.assert_allclose(skeletons.scale_matrix(skeleton, scale) @ joints, naive, atol=1e-14)
    middles = [(joints[:, i] + joints[:, j]) / 2 for i, j in skeletons.edges(skeleton, "joints")]
    naive = np.concatenate([joints, np.stack(middles, axis=1)], axis=1)
    np.testing.assert_array_equal(skeletons.scale_matrix(skeleton, "interpolated") @ joints, naive)
    np.testing.assert_array_equal(skeletons.scale_matrix(skeleton, "joints") @ joints, joints)


@every_case
def test_scales_equal_the_original_program(tag):
    case = read(tag)
    for split in ("train", "test"):
        joints = case[f"out/X_{split}_J"]
        skeleton = skeletons.by_num_joints(joints.shape[2])
        for letter, scale in LETTERS.items():
            nodes = skeletons.scale_matrix(skeleton, scale) @ joints
            np.testing.assert_allclose(nodes, case[f"out/X_{split}_{letter}"], rtol=0, atol=1e-12)


@every_case
def test_graphs_equal_the_original_program(tag):
    case = read(tag)
    skeleton = skeletons.by_num_joints(case["out/X_train_J"].shape[2])
    for letter, scale in LETTERS.items():
        matrix = skeletons.adjacency(skeleton, scale)
        np.testing.assert_array_equal(matrix, case[f"out/adj_{letter}"][0])
        bias = skeletons.attention_bias(matrix, CASES[tag] if letter == "J" else 1)
        np.testing.assert_array_equal(bias, case[f"out/biases_{letter}"][0])


@pytest.mark.parametrize("neighbourhood", [0, 1, 2, 3, 30])
def test_attention_reaches_the_nodes_within_so_many_edges(neighbourhood):
    skeleton = skeletons.get("openpose")
    near = [{joint} for joint in range(skeleton.num_joints)]
    for _ in range(neighbourhood):
        near = [
            seen
            | {b for a, b in skeletons.edges(skeleton, "joints") if a in seen}
            | {a for a, b in skeletons.edges(skeleton, "joints") if b in seen}
            for seen in near
        ]
    want = [[0.0 if j in near[i] else -1e9 for j in range(skeleton.num_joints)] for i in range(skeleton.num_joints)]
    bias = skeletons.attention_bias(skeletons.adjacency(skeleton, "joints"), neighbourhood)
    np.testing.assert_array_equal(bias, want)


def test_an_all_ones_adjacency_blocks_nothing():
    np.testing.assert_array_equal(skeletons.attention_bias(np.ones((5, 5))), np.zeros((5, 5)))


@pytest.mark.parametrize("name", ["kinect_v1", "kinect_v2"])
def test_bones_of_the_table_keep_their_length_in_real_recordings(name):
    skeleton = skeletons.get(name)
    child = [joint for joint, parent in enumerate(skeleton.parents) if parent >= 0]
    parent = [skeleton.parents[joint] for joint in child]
    for row in embedded.read(name, noisy=False).values():
        lengths = np.linalg.norm(row["joints"][:, child] - row["joints"][:, parent], axis=2)
        assert lengths.std(axis=0).max() < 4e-3 < 2e-2 < lengths.min(), row["recording"]


@every_skeleton
def test_a_skeleton_is_found_by_name_and_by_number_of_joints(skeleton):
    assert skeletons.get(skeleton.name) is skeleton
    assert skeletons.by_num_joints(skeleton.num_joints) is skeleton


def test_unknown_names_numbers_and_scales_are_refused():
    with pytest.raises(ValueError, match="'kinect_v3'; known: kinect_v1, kinect_v2, openpose"):
        skeletons.get("kinect_v3")
    with pytest.raises(ValueError, match=r"21 joints; known: 20 \(kinect_v1\)"):
        skeletons.by_num_joints(21)
    for function in (skeletons.num_nodes, skeletons.scale_matrix, skeletons.edges, skeletons.adjacency):
        with pytest.raises(ValueError, match="'limbs'; known: joints, parts, bodies, interpolated"):
            function(skeletons.get("openpose"), "limbs")
    with pytest.raises(ValueError, match=r"\(nodes, nodes\); received \(2, 3\)"):
        skeletons.attention_bias(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="at least 0; received -1"):
        skeletons.attention_bias(np.zeros((2, 2)), -1)


@pytest.mark.parametrize("layouts", skeletons.COMMON_JOINTS, ids="-".join)
def test_common_joints_have_the_same_names_but_for_the_middle_of_the_body(layouts):
    recorded, wanted = map(skeletons.get, layouts)
    other_names = {
        "kinect_v1": {"SpineBase": "HipCenter", "SpineMid": "Spine", "SpineShoulder": "ShoulderCenter"},
        "openpose": {"ShoulderCenter": "Neck", "SpineShoulder": "Neck"},
    }[wanted.name]
    names = [recorded.joint_names[place] for place in skeletons.COMMON_JOINTS[layouts]]
    assert tuple(other_names.get(name, name) for name in names) == wanted.joint_names
