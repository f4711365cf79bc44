# SPDX-License-Identifier: MIT
"""Joints of another order are refused by their bones, whatever unit and axes they have; people are accepted."""

import functools
import warnings

import numpy as np
import pytest

from datasets_tfds import catalogue
from datasets_tfds.gait_sim import simulator
from datasets_tfds.own_recordings import joint_order
from tests import fakes
from tfskel import skeletons

V1, V2, OPENPOSE = map(skeletons.get, ("kinect_v1", "kinect_v2", "openpose"))
# Simulated joints in other orders: name of the Kinect v2 joint, and metres to add (x to the left, y up, z backward).
BODY_25 = (
    *(("Head", (0, -0.05, -0.1)), ("SpineShoulder", (0, 0, 0))),
    *((f"{joint}{side}", (0, 0, 0)) for side in ("Right", "Left") for joint in ("Shoulder", "Elbow", "Wrist")),
    ("SpineBase", (0, 0, 0)),
    *((f"{joint}{side}", (0, 0, 0)) for side in ("Right", "Left") for joint in ("Hip", "Knee", "Ankle")),
    *(("Head", (x, 0, z)) for x, z in ((-0.03, -0.08), (0.03, -0.08), (-0.07, 0), (0.07, 0))),
    *(("FootLeft", (0.02, 0, 0)), ("FootLeft", (-0.02, 0, 0.03)), ("AnkleLeft", (0, -0.05, 0.06))),
    *(("FootRight", (-0.02, 0, 0)), ("FootRight", (0.02, 0, 0.03)), ("AnkleRight", (0, -0.05, 0.06))),
)
MSR = (
    *("ShoulderLeft", "ShoulderRight", "SpineShoulder", "SpineMid", "HipLeft", "HipRight", "SpineBase"),
    *("ElbowLeft", "ElbowRight", "WristLeft", "WristRight", "HandLeft", "HandRight", "KneeLeft", "KneeRight"),
    *("AnkleLeft", "AnkleRight", "FootLeft", "FootRight", "Head"),
)
LSP = (
    *("AnkleRight", "KneeRight", "HipRight", "HipLeft", "KneeLeft", "AnkleLeft", "WristRight", "ElbowRight"),
    *("ShoulderRight", "ShoulderLeft", "ElbowLeft", "WristLeft", "SpineShoulder", "Head"),
)
CASIA = tuple(name.replace("Neck", "SpineShoulder") for name in OPENPOSE.joint_names)


def unmoved(names):
    return [(name, (0, 0, 0)) for name in names]


@functools.cache
def simulated(skeleton="kinect_v2"):
    options = simulator.Options(num_identities=3, recordings_per_identity=4, frames=30, skeleton=skeleton)
    return {split: list(simulator.examples(options, split)) for split in fakes.SPLITS}


def ordered(order, change=lambda joints: joints):
    def pick(joints):
        return np.stack([joints[:, V2.joint_names.index(name)] + np.float32(add) for name, add in order], axis=1)

    return {k: [row | {"joints": change(pick(row["joints"]))} for row in rows] for k, rows in simulated().items()}


def read(folder, splits, write=fakes.write_npz, **options):
    builder = catalogue.load("own_recordings", folder / "data", options)
    write(folder / "own", splits)
    builder.recordings(folder / "own")
    return builder.info.metadata["skeleton"]


TURNED = {
    "as simulated": lambda joints: joints,
    "y down": lambda joints: joints * np.float32([1, -1, 1]),
    "z up, millimetres": lambda joints: 1000 * joints[..., [0, 2, 1]],
    "centred": lambda joints: joints - joints[:, :1],
    "without depth": lambda joints: joints * np.float32([1, 1, 0]),
    "some joints not found": lambda joints: joints * (np.arange(joints.shape[1]) % 5 != 1)[:, None],
}


@pytest.mark.parametrize("change", TURNED)
@pytest.mark.parametrize(
    "order, message",
    [
        (BODY_25, r"25 joints in .* not stand in the order of kinect_v2: .* those of OpenPose BODY_25, which has 25"),
        (unmoved(MSR), r"20 joints in .* not stand in the order of kinect_v1: .* those of MSR-Action3D, which has 20"),
        (unmoved(LSP), r"14 joints in .* not stand in the order of openpose: .* those of LSP, which has 14"),
    ],
)
@pytest.mark.filterwarnings("ignore:own_recordings. a coordinate of")
def test_joints_in_another_order_are_refused(tmp_path, order, message, change):
    with pytest.raises(ValueError, match=message + ".*Bring them into this order: .*--config.dataset.options.skeleton"):
        read(tmp_path, ordered(order, TURNED[change]))


def test_an_order_that_nobody_knows_is_refused_too(tmp_path):
    shuffled = np.random.default_rng(0).permutation(25)
    with pytest.raises(ValueError, match="not stand in the order of kinect_v2"):
        read(tmp_path, ordered(unmoved(V2.joint_names[k] for k in shuffled)))


def test_the_form_of_the_file_does_not_matter_and_a_stated_layout_is_taken_with_a_warning(tmp_path):
    splits = ordered(BODY_25)
    with pytest.raises(ValueError, match="OpenPose BODY_25"):
        read(tmp_path / "csv", splits, fakes.write_csv)
    with pytest.warns(UserWarning, match="25 joints are read as kinect_v2, which they may not be: .*BODY_25"):
        assert read(tmp_path / "npz", splits, skeleton="kinect_v2") == "kinect_v2"


@pytest.mark.parametrize("change", TURNED)
@pytest.mark.parametrize("skeleton", [V1, V2, OPENPOSE], ids=lambda s: s.name)
def test_bodies_in_the_order_of_a_layout_are_taken_without_a_word(change, skeleton):
    if skeleton is OPENPOSE:
        splits = ordered(unmoved(CASIA), TURNED[change])
    else:
        rows = simulated(skeleton.name).items()
        splits = {k: [row | {"joints": TURNED[change](row["joints"])} for row in rows] for k, rows in rows}
    recordings = [row["joints"] for rows in splits.values() for row in rows]
    assert joint_order.doubts(recordings, skeleton) == ("", False)


def test_points_that_are_nobody_are_taken_with_a_word(tmp_path):
    with pytest.warns(UserWarning, match="25 joints are read as kinect_v2, which they may not be: .*BODY_25"):
        assert read(tmp_path, fakes.examples(joints=25)) == "kinect_v2"


def test_joint_names_in_a_csv_file_decide(tmp_path):
    splits = ordered(BODY_25)
    lines = ["recording,identity,frame,joint,x,y,z,split"]
    for split, rows in splits.items():
        for row in rows:
            for frame, pose in enumerate(row["joints"]):
                for name, place in zip(V2.joint_names, pose, strict=True):
                    words = [row["recording"], row["identity"], str(frame), name, *map(str, place), split]
                    lines.append(",".join(words))
    (tmp_path / "recordings.csv").write_text("\n".join(lines))
    builder = catalogue.load("own_recordings", tmp_path / "data")
    with pytest.warns(UserWarning, match="read as kinect_v2, which they may not be"):
        builder.recordings(tmp_path)
    assert builder.info.metadata["skeleton"] == "kinect_v2"


def test_tables_of_other_orders_are_trees():
    for parents in joint_order.OTHERS.values():
        assert parents.count(-1) == 1
        for joint in range(len(parents)):
            steps = 0
            while joint >= 0:
                joint, steps = parents[joint], steps + 1
                assert steps <= len(parents)


def test_no_warning_for_simulated_walkers(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(tmp_path, simulated()) == "kinect_v2"
