# SPDX-License-Identifier: MIT
"""Which frames of a prepared data set are train, probe and gallery."""

import ml_collections
import numpy as np
import pytest

from components import splits
from configs import sections
from tests import fakes
from tfskel import arrays
from tfskel.data import frames
from tfskel.evaluation import protocols


@pytest.fixture
def read(tmp_path, monkeypatch):
    def of(stored, division=None, divisions=(), videos=None, **settings):
        pointer = {"name": "invented", "kind": "images", "folder": "tfds", "divisions": list(divisions)}
        pointer["videos"] = videos or {}
        arrays.write_json(tmp_path / splits.POINTER, pointer)
        monkeypatch.setattr(frames, "load", lambda folder, name, index: frames.from_list(stored[name]))
        dataset: ml_collections.ConfigDict = sections.images()
        dataset.update({"name": "invented", "image_size": 32} | settings)
        return splits.read(tmp_path, dataset, division)

    return of


def parts(found):
    return [sorted(set(zip(part.identity.tolist(), part.camera.tolist(), strict=True)))
            for part in (found.train, found.probe, found.gallery)]  # fmt: skip


def test_stored_splits_are_taken_as_they_are_with_the_labels_of_train(read):
    train, test = fakes.photographs(people=3), fakes.photographs(people=2, seed=1)
    found = read({"train": train, "probe": test[:6], "gallery": test[3:]})
    assert [len(part) for part in (found.train, found.probe, found.gallery)] == [18, 6, 9]
    assert found.classes == ["p0", "p1", "p2"] and found.probe.labels.tolist() == [0] * 3 + [1] * 3
    np.testing.assert_array_equal(found.gallery.raw([0])[0], fakes.image_split(test).raw([3])[0])


def test_a_division_names_train_and_searches_the_others_from_the_first_camera_to_the_second(read):
    stored = {"frames": fakes.photographs(people=4, cameras=3, frames=1)}
    divisions = [["p0", "p1"], ["p2", "p0"]]
    found = read(stored, 1, divisions)
    assert parts(found) == [
        [(name, f"cam{camera}") for name in ("p0", "p2") for camera in range(3)],
        [("p1", "cam0"), ("p3", "cam0")],
        [("p1", "cam1"), ("p3", "cam1")],
    ]
    assert parts(read(stored, 0, divisions))[1] == [("p2", "cam0"), ("p3", "cam0")]


def test_a_division_must_be_chosen_where_there_are_several_and_must_exist(read):
    stored = {"frames": fakes.photographs()}
    with pytest.raises(
        ValueError, match="'invented' stores 2 random divisions; choose some, for example .*divisions=0"
    ):
        read(stored, None, [["p0"], ["p1"]])
    with pytest.raises(ValueError, match="stores 2 random divisions; received division 2. Choose from 0 to 1"):
        read(stored, 2, [["p0"], ["p1"]])


def test_identities_are_kept_out_whole_and_searched_from_the_first_camera_in_the_others(read, tmp_path):
    stored = fakes.photographs(people=5, cameras=3, frames=2)
    fit = read({name: stored for name in ("train", "probe", "gallery")}).held_out_fit(0.4, 0, tmp_path)
    kept_out = set(fit.probe.identity)
    assert len(kept_out) == 2 and set(fit.train.identity) == {f"p{i}" for i in range(5)} - kept_out == set(
        fit.train.classes
    )
    assert set(fit.probe.camera) == {"cam0"} and set(fit.gallery.camera) == {"cam1", "cam2"}
    assert set(fit.gallery.identity) == kept_out and len(fit.train) == 3 * 3 * 2


def test_a_set_searched_in_itself_is_read_once_and_kept_out_identities_are_searched_like_it(
    read, monkeypatch, tmp_path
):
    protocol = protocols.Protocol(probe="test", gallery="test", exclude_same="camera")
    monkeypatch.setitem(protocols.PROTOCOLS, ("invented", "test"), protocol)
    found = read({"train": fakes.photographs(people=5), "test": fakes.photographs(people=3, seed=1)}, probe="test")
    assert found.gallery is found.probe and len(found.probe) == 18
    described = []
    sides = found.of_sides(lambda side: described.append(side) or len(side))
    assert sides == [18, 18] and len(described) == 1
    fit = found.held_out_fit(0.4, 0, tmp_path)
    assert fit.gallery is fit.probe and fit.protocol is protocol
    assert len(fit.probe) == 2 * 2 * 3 and not set(fit.probe.identity) & set(fit.train.identity)


def test_a_probe_without_anyone_of_the_gallery_is_refused(read):
    stored = fakes.photographs(people=2, frames=1)
    with pytest.raises(ValueError, match="no identity of the probe is in the gallery: probe p0, gallery p1"):
        read({"train": stored, "probe": stored[:1], "gallery": stored[1:2]})


def test_videos_and_poses_reach_the_splits(read):
    videos = {"clip": ["p0", "p1"], "other": ["p2"]}
    stored = fakes.photographs(people=3)
    stored[4]["pose"] = np.array([[3.5, 8], [-1, -1]])
    train = read(dict.fromkeys(("train", "probe", "gallery"), stored), videos=videos).train
    assert train.videos == videos and train.subset(np.array([4])).videos == videos
    missing, known = train.subset(np.array([2, 4])).poses([0, 1])
    assert missing.shape == (0, 2) and known.dtype == np.float32
    np.testing.assert_array_equal(known, [[3.5, 8], [-1, -1]])
