# SPDX-License-Identifier: MIT
"""One split of the authors' `.npy` sequences: reading, checking, writing."""

import os
import pickle
import pickletools

import numpy as np
import pytest

from datasets_tfds.released import published_arrays, published_layouts

J, F = 5, 4


def files(folder, prefix="t_"):
    return published_layouts.Files(folder, "SET-A", F, prefix)


def sequences(count=6, identities=(3, 1, 8)):
    """Sequences of random joints; person 8 has none."""
    rng = np.random.default_rng(count)
    identity = np.array([identities[index % 2] for index in range(count)])
    return published_arrays.Sequences(rng.normal(size=(count, F, J, 3)), identity, list(identities))


@pytest.fixture
def written(tmp_path):
    published_arrays.write(files(tmp_path), sequences(), frame_id=True, target=True)
    return files(tmp_path)


def save(path, values):
    np.save(path, np.asarray(values))


def save_ids(path, ids):
    np.save(path, np.array(ids, dtype=object))


def test_what_is_written_is_read_back_bit_for_bit_with_persons_in_order(written):
    expected = sequences()
    found = published_arrays.read(written, J)
    np.testing.assert_array_equal(found.joints, expected.joints)
    np.testing.assert_array_equal(found.identity, expected.identity)
    assert found.identities == [3, 1, 8]
    assert found.joints.dtype == np.float64


def test_files_are_as_the_original_preprocessing_writes_them(written):
    joints = sequences().joints
    for axis, letter in enumerate("xyz"):
        rows = np.load(written.folder / f"t_source_{letter}_SET-A_4.npy")
        back = np.load(written.folder / f"t_target_{letter}_SET-A_4.npy")
        assert rows.shape == back.shape == (6 * F, J)
        for n in range(6):
            for t in range(F):
                np.testing.assert_array_equal(rows[n * F + t], joints[n, t, :, axis])
                np.testing.assert_array_equal(back[n * F + t], joints[n, F - 1 - t, :, axis])
    ids = np.load(written.folder / "ids_SET-A_4.npy", allow_pickle=True).item()
    assert list(ids.items()) == [(3, [0, 2, 4]), (1, [1, 3, 5]), (8, [])]
    identity = np.load(written.folder / "frame_id_SET-A_4.npy")
    assert identity.dtype == np.int64
    assert identity.tolist() == [3, 1, 3, 1, 3, 1]


def test_the_pickled_ids_name_only_what_old_numpy_has(written):
    with written.ids.open("rb") as file:
        np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        content = file.read()
    assert content[1] == 2  # the last pickle protocol that Python 2 and 3 share
    named = {argument for code, argument, _ in pickletools.genops(content) if code.name == "GLOBAL"}
    old = {"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"}
    assert old <= named <= old | {"_codecs encode"}


@pytest.mark.parametrize("shape", [(6, F, J), (6 * F, J), (6 * F * J,)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_stored_shape_with_the_same_numbers_is_read(written, shape, order):
    for axis, letter in enumerate("xyz"):
        rows = sequences().joints[..., axis].reshape(shape)
        np.save(written.coordinate(letter), np.asarray(rows, order=order))
    np.testing.assert_array_equal(published_arrays.read(written, J).joints, sequences().joints)


def test_without_frame_id_the_persons_come_from_ids(written):
    written.frame_id.unlink()
    assert published_arrays.read(written, J).identity.tolist() == [3, 1, 3, 1, 3, 1]


def test_a_missing_file_is_named_beside_what_is_there(written):
    written.coordinate("y").unlink()
    with pytest.raises(FileNotFoundError, match="(?s)lacks t_source_y_SET-A_4.npy.*Found:.*t_source_x_SET-A_4.npy"):
        published_arrays.read(written, J)


def test_a_truncated_file_is_refused_by_name(written):
    path = written.coordinate("z")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="t_source_z_SET-A_4.npy is damaged or cut short"):
        published_arrays.read(written, J)


def test_axes_of_different_length_are_refused(written):
    save(written.coordinate("y"), np.zeros((5 * F, J)))
    with pytest.raises(ValueError, match="differ in their number of frames: .*x.* 24, .*y.* 20, .*z.* 24"):
        published_arrays.read(written, J)


def test_arrays_of_another_sequence_length_are_refused(written):
    for letter in "xyz":
        save(written.coordinate(letter), np.zeros((6 * 3, J)))
    with pytest.raises(ValueError, match="f = 4 frames: 18 frames, .* lists 6 sequences, 3 frames each"):
        published_arrays.read(written, J)
    for letter in "xyz":
        save(written.coordinate(letter), np.zeros((6, 3, J)))
    with pytest.raises(ValueError, match="sequences of 3 frames, but f = 4 was asked for"):
        published_arrays.read(written, J)
    for letter in "xyz":
        save(written.coordinate(letter), np.zeros((6 * F - 1, J)))
    with pytest.raises(ValueError, match="23 frames, .* 6 sequences, which is no whole number"):
        published_arrays.read(written, J)


def test_another_number_of_joints_is_refused(written):
    with pytest.raises(ValueError, match=r"expected 20 joints in the last axis; received shape \(24, 5\)"):
        published_arrays.read(written, 20)


def test_a_coordinate_that_is_no_number_is_named_by_row_and_joint(written):
    rows = np.load(written.coordinate("y"))
    rows[2 * F + 1, 3] = np.nan
    save(written.coordinate("y"), rows)
    with pytest.raises(ValueError, match=r"row 9 \(frame 1 of sequence 2\), joint 3: nan is not finite \(1 such"):
        published_arrays.read(written, J)


def test_no_sequence_at_all_is_refused(written):
    for letter in "xyz":
        save(written.coordinate(letter), np.zeros((0, J)))
    with pytest.raises(ValueError, match="holds no frame"):
        published_arrays.read(written, J)


@pytest.mark.parametrize(
    "ids, message",
    [
        ({3: [0, 2, 4], 1: [1, 3, 6]}, "person 1 lists sequence 6; there are 6"),
        ({3: [0, 2, 4], 1: [1, 3, -1]}, "person 1 lists sequence -1"),
        ({3: [0, 2, 4], 1: [1, 3, 4]}, "sequence 4 belongs to person 3 and to person 1"),
        ({3: [0, 2, 4], 1: [1, 3]}, "24 frames, .* lists 5 sequences"),
        ({3: [0, 1, 4], 1: [2, 3, 5]}, "disagree about 2 sequences; the first is 1: person 1 in frame_id, 3 in ids"),
    ],
)
def test_persons_that_do_not_fit_the_sequences_are_refused(written, ids, message):
    save_ids(written.ids, ids)
    with pytest.raises(ValueError, match=message):
        published_arrays.read(written, J)


@pytest.mark.parametrize("identity", [np.arange(5), np.zeros((6, 2), int), np.array(list("abcdef"))])
def test_a_frame_id_that_is_not_one_number_a_sequence_is_refused(written, identity):
    save(written.frame_id, identity)
    with pytest.raises(ValueError, match="expected one whole number for each of 6 sequences"):
        published_arrays.read(written, J)


class Malicious:
    """A pickle that makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("kind", ["ids", "coordinate", "frame_id", "target"])
def test_a_file_with_code_in_it_is_refused_without_running_it(written, tmp_path, kind):
    trap = tmp_path / "trap"
    named = {"ids": written.ids, "coordinate": written.coordinate("x"), "frame_id": written.frame_id}
    path = {**named, "target": written.coordinate("x", "target")}[kind]
    content = np.empty((), object)
    content[()] = {1: Malicious(trap)}
    np.save(path, content)
    if kind == "target":
        assert "pickled" in published_arrays.target_fault(written, sequences().joints)
    else:
        with pytest.raises(ValueError, match="pickle"):
            published_arrays.read(written, J)
    assert not trap.exists()
    with pytest.raises(ValueError, match="pickle"):  # the same content in a plain pickle would have run
        np.load(path)
    pickle.loads(pickle.dumps(content))
    assert trap.exists()


def test_ragged_arrays_of_the_intermediate_files_are_refused_with_the_file_named(written):
    ragged = np.empty(2, object)
    ragged[:] = [np.zeros((3, J)).tolist(), np.zeros((2, J)).tolist()]
    np.save(written.coordinate("x"), ragged)
    with pytest.raises(ValueError, match="t_source_x_SET-A_4.npy holds pickled Python objects"):
        published_arrays.read(written, J)


def test_reversed_sequences_are_compared_only_where_they_are(written):
    joints = sequences().joints
    assert published_arrays.target_fault(written, joints) == ""
    save(written.coordinate("y", "target"), joints[..., 1].reshape(-1, J))
    assert "6 of 6 sequences are not the reversed source, the first is 0" in published_arrays.target_fault(
        written, joints
    )
    save(written.coordinate("y", "target"), joints[:5, ..., 1].reshape(-1, J))
    assert "holds 100 numbers, its source 120" in published_arrays.target_fault(written, joints)
    for letter in "xyz":
        written.coordinate(letter, "target").unlink()
    assert published_arrays.target_fault(written, joints) == ""
