# SPDX-License-Identifier: MIT
"""What the quality report says of images: counted by hand, and each defect found by name."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from tests import fakes
from tfskel.data import frames, image_quality


def encoded(pixels, mode="RGB", form="PNG"):
    stream = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).convert(mode).save(stream, form)
    return stream.getvalue()


def noise(height=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, height // 2, 3))


def train(**changed):
    """Three identities, two cameras, three frames; `changed`: path with _ for / and . -> entries of that example."""
    examples = fakes.photographs(people=3)
    names = {row["path"].replace("/", "_").replace(".png", ""): row for row in examples}
    for name, entries in changed.items():
        names[name].update(entries)
    return examples


def report(examples, **others):
    return image_quality.report(
        {"train": frames.from_list(examples)} | {k: frames.from_list(v) for k, v in others.items()}
    )


def test_images_without_defects_are_counted_and_not_warned_of():
    probe, gallery = ([row for row in fakes.photographs(people=2, frames=2, seed=1) if row["camera"] == camera]
                      for camera in ("cam0", "cam1"))  # fmt: skip
    for row in (*probe, *gallery):
        row["identity"] = "q" + row["identity"]
    found = report(train(), probe=probe, gallery=gallery)
    assert found["warnings"] == []
    counts = found["splits"]["train"]
    assert [counts[key] for key in ("identities", "recordings", "frames")] == [3, 6, 18]
    assert counts["height"] == {"least": 32, "median": 32.0, "most": 32} and counts["width"]["most"] == 16
    assert found["splits"]["probe"]["cameras"] == {
        "cam0": {"identities": 2, "recordings": 2, "frames": 4,
                 "frames_per_tracklet": {"least": 2, "median": 2.0, "most": 2}}}  # fmt: skip


def test_frames_of_a_tracklet_are_counted_for_each_camera():
    examples = [row for row in train() if row["path"] not in ("cam1/p0/1.png", "cam1/p0/2.png", "cam1/p1/2.png")]
    counts = report(examples)["splits"]["train"]
    assert counts["frames_per_tracklet"] == {"least": 1, "median": 3.0, "most": 3}
    assert {name: camera["frames_per_tracklet"] for name, camera in counts["cameras"].items()} == {
        "cam0": {"least": 3, "median": 3.0, "most": 3}, "cam1": {"least": 1, "median": 2.0, "most": 3}}  # fmt: skip


GREY = {"image": encoded(np.repeat(noise()[..., :1], 3, axis=2))}
DEFECTS = {
    "grey": ({"cam0_p0_1": GREY}, r"train: 1 grey frames \(without colour\): cam0/p0 frame 1\."),
    "grey file": (
        {"cam0_p0_1": {"image": encoded(noise(), "L")}},
        r"train: 1 images with colours of mode L; converted to RGB when read\.",
    ),
    "alpha": (
        {name: {"image": encoded(noise(seed=seed), "RGBA")} for seed, name in enumerate(("cam0_p0_1", "cam0_p0_2"))},
        r"train: 2 images with colours of mode RGBA; their alpha channel is dropped\.",
    ),
    "empty": (
        {"cam1_p2_0": {"image": encoded(np.full((32, 16, 3), (9, 200, 30)))}},
        r"train: 1 empty frames \(one colour all over\): cam1/p2 frame 0\.",
    ),
    "small": (
        {"cam1_p2_0": {"image": encoded(noise(15)), "height": 15, "width": 7}},
        r"train: 1 small frames \(below 16 x 8 pixels, too small to .*\): cam1/p2 frame 0\.",
    ),
    "single": ({"cam1_p2_0": {"tracklet": "alone"}}, r"train: 1 tracklets with one frame: alone\."),
    "conflict": (
        {name: {"image": encoded(noise())} for name in ("cam0_p0_1", "cam1_p2_0")},
        r"identical images under different identities: cam0/p0 frame 1 = cam1/p2 frame 0 as p0 and p2\.",
    ),
}


@pytest.mark.parametrize("changed, warning", DEFECTS.values(), ids=DEFECTS)
def test_each_defect_is_warned_of_by_name(changed, warning):
    found = report(train(**changed))["warnings"]
    assert any(re.fullmatch(warning, text) for text in found), found
    assert len(found) == (2 if "mode L;" in warning else 1), found


def test_what_splits_share_and_miss_is_said():
    stranger = train(cam0_p1_0={"identity": "z"})[3:4]
    found = report(train(), probe=train()[:1] + stranger, gallery=train(cam0_p0_0={"tracklet": "other"})[:1])
    assert found["shared_identities"] == {"probe": ["p0"], "gallery": ["p0"]}
    assert found["unfound"] == ["z"]
    assert found["duplicates"] == [
        {
            "splits": ["train", "gallery"],
            "count": 1,
            "frames": [{"train": "cam0/p0 frame 0", "gallery": "other frame 0"}],
        },
        {
            "splits": ["probe", "gallery"],
            "count": 1,
            "frames": [{"probe": "cam0/p0 frame 0", "gallery": "other frame 0"}],
        },
    ]
    text = " ".join(found["warnings"])
    assert (
        "train and gallery share 1 identical images in different tracklets (cam0/p0 frame 0 / other frame 0)." in text
    )
    assert "1 identities of probe are in train too: p0." in text
    assert "identities of the probe that the gallery lacks can never be found: z." in text


@pytest.mark.parametrize("camera, shown", [("door", "door"), ("", "unnamed")])
def test_one_camera_is_warned_of(camera, shown):
    found = report([row | {"camera": camera} for row in train()])
    assert f"train: one camera only ({shown})." in found["warnings"]
    assert found["one_camera"] == ["p0", "p1", "p2"]


def test_still_images_are_no_tracklets_of_one_frame():
    assert report([row | {"tracklet": "", "frame": 0} for row in train()])["warnings"] == []


def test_images_are_looked_at_in_blocks(monkeypatch):
    monkeypatch.setattr(image_quality, "_BLOCK", 4)
    asked = []
    stored = frames.from_list(train(cam1_p2_2=GREY))
    source = stored.examples
    object.__setattr__(stored, "examples", lambda rows: asked.append(len(rows)) or source(rows))
    found = image_quality.report({"train": stored})["splits"]["train"]
    assert asked == [4, 4, 4, 4, 2] and found["grey"] == {"count": 1, "first": ["cam1/p2 frame 2"]}


def test_poses_are_counted_and_numbers_of_frames_are_no_cameras():
    examples = train(cam0_p0_1={"pose": np.array([[3, 5], [99, 5]])}, cam0_p0_2={"pose": np.array([[3, 5], [-1, -1]])})
    for row in examples:
        row.update(camera=str(row["frame"]))
    found = report(examples)
    assert found["splits"]["train"]["poses"] == {"poses": 2, "joints": [2], "missing": 1, "outside": 1, "unseen": 0}
    assert found["warnings"] == ["train: 16 of 18 images have no pose."]
    assert found["splits"]["train"]["cameras"] == {} and found["one_camera"] == []


def test_identities_to_learn_with_one_image_are_named():
    found = report([row for row in train() if row["identity"] != "p1" or row["path"] == "cam0/p1/2.png"])
    assert found["splits"]["train"]["single_images"] == ["p1"]
    assert "train: 1 identities with one image, which no triplet can begin with: p1." in found["warnings"]
