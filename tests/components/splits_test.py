# SPDX-License-Identifier: MIT
"""Which recordings a recipe's protocol reads, how they are cut, and what a fit sees of them."""

import types

import numpy as np
import pytest

from components import skeleton_items, splits
from tests import fakes
from tests.components import invented
from tfskel import arrays, skeletons

STORED = {
    "train": invented.split(*((name, 10 * place) for place, name in enumerate("abcdef")), frames=2 * invented.F + 1),
    "a": invented.split(("a", 1), ("b", 11)),
    "b": invented.split(("b", 12), ("a", 2), ("z", 90)),
}


@pytest.fixture
def read(tmp_path, monkeypatch):
    recordings = invented.ingest(tmp_path / "recordings", monkeypatch, **STORED)

    def of(probe="a", division=None, **settings):
        settings = {"dataset.name": "ias", "dataset.probe": probe} | settings
        return splits.read(recordings, invented.recipe("sm_sge", **settings).dataset, division)

    return of


def numbers(cut):
    return list(zip(cut.identity, cut.raw(slice(None))[invented.NUMBER].tolist(), strict=True))


@pytest.mark.parametrize("probe, gallery", [("a", "b"), ("b", "a")])
def test_probe_and_gallery_are_the_splits_that_the_protocol_names(read, tmp_path, probe, gallery):
    parts = read(probe)
    fit = parts.fit(tmp_path, {})
    stored = {name: list(zip(part.identity, part.joints[:: invented.F, 1, 0], strict=True))
              for name, part in STORED.items() if name != "train"}  # fmt: skip
    assert numbers(fit.probe) == stored[probe] and numbers(fit.gallery) == stored[gallery]
    assert parts.classes == fit.train.classes == list("abcdef") and fit.validation == "probe"


def test_train_is_cut_at_every_shift_and_the_probe_without_overlap(read):
    of_a = {rule: read(**{"dataset.train_rule": rule}).train for rule in ("training", "testing")}
    starts = {rule: sorted(train.content[train.identity == "a"].tolist()) for rule, train in of_a.items()}
    assert starts == {"training": [0, 1, 1, 2, 2, 3, 3], "testing": [0, 2]}
    assert len(of_a["testing"]) == 6 * 2


def test_strangers_of_the_probe_have_no_label(read):
    assert read("b").probe.labels.tolist() == [1, 0, -1]


@pytest.mark.parametrize("centred", [True, False])
def test_joints_are_centred_on_the_root_where_the_recipe_says_so(tmp_path, monkeypatch, centred):
    stored = {name: invented.split(("a", 1), ("b", 2)) for name in ("train", "probe", "gallery")}
    for part in stored.values():
        part.joints[:] += 3
    recordings = invented.ingest(tmp_path / "recordings", monkeypatch, **stored)
    parts = splits.read(recordings, invented.recipe("sm_sge", **{"dataset.centred": centred}).dataset)
    np.testing.assert_array_equal(
        parts.probe.read(slice(None))[:, :, 0], np.full((2, invented.F, 3), 0 if centred else 3)
    )


@pytest.mark.parametrize("seed", range(3))
def test_kept_out_identities_are_searched_in_each_other_and_never_learnt(read, tmp_path, seed):
    fit = read().held_out_fit(0.4, seed, tmp_path)
    learnt, kept_out = set(fit.train.identity), set(fit.probe.identity)
    assert learnt == set(fit.train.classes) and len(learnt) == 4
    assert kept_out == set(fit.gallery.identity) == set("abcdef") - learnt and fit.validation == "held_out"


def test_no_identity_is_kept_out_of_a_share_of_none(read, tmp_path):
    assert read().held_out_fit(0.0, 1, tmp_path) is None


def test_a_division_that_is_not_stored_is_refused(read):
    with pytest.raises(ValueError, match="data set 'ias' stores 0 random divisions; received division 2"):
        read(division=2)


def test_recordings_of_another_skeleton_are_refused(read):
    with pytest.raises(ValueError, match=r"'kinect_v2' \(25 joints\), but data set 'ias' is prepared as 'kinect_v1'"):
        read(**{"dataset.skeleton": "kinect_v2"})


def test_recordings_of_kinect_v2_are_read_as_kinect_v1_and_not_the_other_way_round(tmp_path, monkeypatch):
    walks = {name: fakes.walkers(seed, people=2, joints=25) for seed, name in enumerate(("train", "probe", "gallery"))}
    recordings = invented.ingest(tmp_path / "recordings", monkeypatch, **walks)
    pointer = {"name": "invented", "kind": splits.SKELETONS, "folder": "tfds", "skeleton": "kinect_v2"}
    arrays.write_json(recordings / splits.POINTER, pointer)
    parts = splits.read(recordings, invented.recipe("sm_sge", **{"dataset.skeleton": "kinect_v1"}).dataset)
    assert parts.dataset.skeleton == "kinect_v1"
    names = [skeletons.KINECT_V2.joint_names[place] for place in skeletons.COMMON_JOINTS["kinect_v2", "kinect_v1"]]
    raw, whole = parts.train.raw(slice(None)), walks["train"].joints
    first = whole[: invented.F, [skeletons.KINECT_V2.joint_names.index(name) for name in names]]
    np.testing.assert_array_equal(raw[0], first)
    with pytest.raises(ValueError, match="which lacks some of these.* Systems of 'kinect_v1' take both"):
        skeleton_items.layout("kinect_v2", "kinect_v1", "x")


def test_a_data_set_without_a_stated_layout_asks_for_one():
    with pytest.raises(ValueError, match="'x' states no joint layout; set --config.dataset.skeleton to kinect_v1, "):
        skeleton_items.layout("", "", "x")
    assert skeleton_items.layout("openpose", "", "x") == skeleton_items.layout("", "openpose", "x") == "openpose"


@pytest.mark.parametrize("depth", [False, True])
def test_the_pointer_says_whether_the_joints_lack_depth(tmp_path, monkeypatch, depth):
    stored = invented.split(("a", 1), ("b", 2))
    stored.joints[:, 3, 2] += 0.5 * depth
    folder = invented.ingest(tmp_path / "recordings", monkeypatch, train=stored, probe=stored)
    info = types.SimpleNamespace(splits=("train", "probe"), metadata={"skeleton": "kinect_v1"})
    report, facts = skeleton_items.describe(folder, folder, info, invented.recipe("sm_sge").dataset)
    assert facts == {"skeleton": "kinect_v1", "flat": not depth}
    assert report["flat"] == {name: 2 * (not depth) for name in ("train", "probe")}
