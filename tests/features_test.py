# SPDX-License-Identifier: MIT
"""Extraction, storage and damage of features."""

import functools
import types

import numpy as np
import pytest

from tfskel import features
from tfskel.evaluation import tracklets


class Items(types.SimpleNamespace):
    def __len__(self):
        return len(self.content)


def items(start, frames=40, f=4):
    joints = np.random.default_rng(0).normal(size=(frames, 5, 3)).astype(np.float32)
    start = np.asarray(start, int)
    return Items(
        content=start,
        read=lambda rows: joints[start[rows][:, None] + np.arange(f)],
        identity=np.array([f"p{s % 3}" for s in start]),
        camera=np.full(len(start), "front"),
        recording=np.array([f"r{s // 10}" for s in start]),
    )


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_extract_embeds_every_item_in_order_and_duplicates_once_in_all_representations(batch_size):
    data, sizes = items([5, 0, 5, 12, 7, 0, 30]), []

    def represent(rows):
        sizes.append(len(rows))
        flat = data.read(rows).reshape(len(rows), -1)
        return {"double": flat * 2, "first": flat[:, :1], "unwanted": flat}

    found = features.extract(represent, data, batch_size, ("double", "first"))
    flat = data.read(np.arange(7)).reshape(7, -1)
    assert list(found) == ["double", "first"]
    np.testing.assert_array_equal(found["double"].vectors, flat * 2)
    np.testing.assert_array_equal(found["first"].vectors, flat[:, :1])
    assert found["first"].identities.tolist() == data.identity.tolist() and found["double"].recordings[6] == "r3"
    assert sum(sizes) == 5 and max(sizes) <= batch_size


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_frames_are_pooled_while_they_are_embedded_and_equal_frames_still_once(batch_size):
    data, sizes = items([5, 0, 5, 12, 7, 0, 30]), []
    data.recording = np.array(["t", "u", "t", "v", "t", "v", "u"])
    data.identity = np.char.add("of ", data.recording)

    def represent(rows):
        sizes.append(len(rows))
        return {"x": data.read(rows).reshape(len(rows), -1)}

    pool = functools.partial(tracklets.Pool, pooling="mean", normalised=False)
    found = features.extract(represent, data, batch_size, pool=pool)["x"]
    frames = data.read(np.arange(7)).reshape(7, -1)
    want = [frames[data.recording == name].mean(axis=0) for name in "tuv"]
    np.testing.assert_allclose(found.vectors, want, rtol=0, atol=1e-6)
    assert found.recordings.tolist() == ["t", "u", "v"] and found.identities.tolist() == ["of t", "of u", "of v"]
    assert sum(sizes) == 5


@pytest.mark.parametrize("name, column", [("identities", "identity"), ("cameras", "camera")])
def test_a_tracklet_of_two_persons_or_cameras_is_refused_by_name(name, column):
    data = items([0, 1, 2])
    data.recording, data.identity = np.array(["s", "t7", "t7"]), np.full(3, "p0")
    setattr(data, column, np.array(["x", "x", "y"]))
    with pytest.raises(ValueError, match=f"tracklet 't7' has two {name}, 'x' and 'y'"):
        features.extract(lambda rows: {"x": rows[:, None]}, data, 2, pool=lambda names: tracklets.Pool(names, "max"))


def test_extract_reports_progress():
    seen = []
    one = {"progress": lambda done, total: seen.append((done, total))}
    features.extract(lambda rows: {"x": rows[:, None]}, items([0, 1, 2]), 2, **one)
    assert seen == [(2, 3), (3, 3)]


def test_extract_names_a_wrong_representation_and_nothing_to_embed():
    with pytest.raises(ValueError, match=r"representation 'x' must be \(2, D\) for 2 items; received \(1, 1\)"):
        features.extract(lambda rows: {"x": rows[:1, None]}, items([0, 1]), 2)
    with pytest.raises(ValueError, match="row 0; check that item"):
        features.extract(lambda rows: {"x": rows[:, None] * np.nan}, items([0, 1]), 2)
    with pytest.raises(ValueError, match="received 0 items and"):
        features.extract(lambda rows: {"x": rows}, items([]), 2)


def example(rows=4):
    names = np.array(["é", "b", "c", "d"])[:rows]
    return features.Features(np.arange(2.0 * rows).reshape(rows, 2), names, names, names)


def test_saved_features_come_back_and_no_other_file_stays(tmp_path):
    path = tmp_path / "deep" / "features.npz"
    example().save(path)
    found = features.load(path)
    np.testing.assert_array_equal(found.vectors, example().vectors)
    assert found.identities.tolist() == ["é", "b", "c", "d"]
    assert [p.name for p in path.parent.iterdir()] == ["features.npz"]


def test_an_interrupted_write_keeps_the_earlier_file(tmp_path, monkeypatch):
    path = tmp_path / "features.npz"
    example().save(path)

    def full(file, **_):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        example(2).save(path)
    assert len(features.load(path)) == 4 and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("kept", [0, 10, 300])
def test_a_truncated_file_is_named(tmp_path, kept):
    path = tmp_path / "features.npz"
    example().save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"features\.npz: not a readable \.npz file"):
        features.load(path)


def test_pickled_missing_and_wrong_arrays_are_named(tmp_path):
    path = tmp_path / "features.npz"
    np.savez(path, vectors=np.array([{}]), identities=["a"], cameras=["a"], recordings=["a"])
    with pytest.raises(ValueError, match=r"features\.npz, key 'vectors': holds pickled Python objects"):
        features.load(path)
    np.savez(path, vectors=np.zeros((1, 2)), identities=["a"])
    with pytest.raises(ValueError, match="missing key 'cameras', 'recordings'. Keys found: vectors"):
        features.load(path)
    np.savez(path, vectors=np.zeros((2, 2)), identities=["a"], cameras=["a"], recordings=["a"])
    with pytest.raises(ValueError, match=r"features\.npz: identities must be \(2,\)"):
        features.load(path)
    with pytest.raises(FileNotFoundError, match=r"none\.npz does not exist"):
        features.load(tmp_path / "none.npz")
