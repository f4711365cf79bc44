# SPDX-License-Identifier: MIT
"""Reading `.npy` files: numbers and identity dictionaries come back, code never runs."""

import collections
import io
import os
import pickle
import pickletools

import numpy as np
import pytest

from datasets_tfds.released import npy
from tests import fakes

RELEASED = fakes.recorded("TFSKEL_GOLDEN", "hi_mpc/dataset_small")
IDS = {3: [0, 4, 9], 0: [], 12: [1, 2]}


def write(path, content, protocol=3):
    """An object array as `numpy.save` writes it, its pickle in any protocol."""
    array = np.empty((), object)
    array[()] = content
    with path.open("wb") as file:
        header = {"descr": "|O", "fortran_order": False, "shape": ()}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(content if isinstance(content, bytes) else pickle.dumps(array, protocol))
    return path


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(2, 3, 4),
        np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        np.zeros((0, 20)),
        np.array(7),
        np.array(["a", "bcd"]),
    ],
)
def test_arrays_come_back_as_they_were_saved(tmp_path, array):
    np.save(tmp_path / "array.npy", array)
    found = npy.load_array(tmp_path / "array.npy")
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


def test_ids_come_back_as_numpy_saves_them(tmp_path):
    np.save(tmp_path / "ids.npy", IDS)
    found = npy.load_ids(tmp_path / "ids.npy")
    assert list(found.items()) == list(IDS.items())


@pytest.mark.parametrize("protocol", range(5))
def test_ids_are_read_in_every_pickle_protocol_with_numpy_numbers_and_arrays(tmp_path, protocol):
    content = {np.int64(3): [np.int32(0), 4, np.uint8(9)], "0": [], 12: np.array([1, 2]), 5: np.zeros(0, int)}
    found = npy.load_ids(write(tmp_path / "ids.npy", content, protocol))
    assert list(found.items()) == [*IDS.items(), (5, [])]
    assert all(type(number) is int for row in found.items() for number in (row[0], *row[1]))


def test_big_endian_numbers_are_read(tmp_path):
    content = {1: np.array([5, 600], ">i4"), 2: [np.array(70000, ">i8")[()]]}
    assert npy.load_ids(write(tmp_path / "ids.npy", content)) == {1: [5, 600], 2: [70000]}


def test_ids_of_python_2_and_old_numpy_are_read(tmp_path):
    """Byte strings where text is text today, and the module name that NumPy 2 gave up."""
    pickled = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01)cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb"
        b"\x89]}(K\x05]cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU\x02i8K\x00K\x01\x87R"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbU\x08\xff\x00\x00\x00\x00\x00\x00\x00\x86Ra"
        b"U\x016]K\x02auatb."
    )
    assert npy.load_ids(write(tmp_path / "ids.npy", pickled)) == {5: [255], 6: [2]}


@pytest.mark.skipif(not RELEASED.exists(), reason="needs all recordings: TFSKEL_GOLDEN")
def test_files_in_the_published_form_are_read():
    paths = sorted(RELEASED.rglob("ids*.npy"))
    assert len(paths) > 10
    for path in paths:
        people = npy.load_array(path.with_name(path.name.replace("ids", "frame_id")))
        found = npy.load_ids(path)
        assert sorted(row for rows in found.values() for row in rows) == list(range(len(people)))
        for person, rows in found.items():
            assert (people[rows] == person).all()


class Attack:
    """Creates a file when it is unpickled."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def attacks(marker):
    command = f"open({str(marker)!r}, 'w').close()"
    return {
        "posix.system": Attack(os.system, f"touch {marker}"),
        "builtins.exec": Attack(exec, command),
        "builtins.eval": {1: [Attack(eval, command)]},
        "_io.open": {Attack(io.open, str(marker), "w"): [1]},
        "numpy.save": [Attack(np.save, str(marker), IDS)],
        "collections.OrderedDict": collections.OrderedDict(IDS),
    }


@pytest.mark.parametrize("name", attacks("x"))
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_names_code_is_refused_before_it_runs(tmp_path, name, protocol):
    marker = tmp_path / "made.npy"
    path = write(tmp_path / "ids.npy", attacks(marker)[name], protocol)
    with pytest.raises(ValueError, match=rf"is refused: its pickle names \w+\.{name.split('.')[-1]},"):
        npy.load_ids(path)
    with pytest.raises(ValueError, match="holds pickled Python objects, which are not read"):
        npy.load_array(path)
    assert not marker.exists()


def test_the_attacks_would_run_if_nothing_refused_them(tmp_path):
    for name, attack in attacks(tmp_path / "made.npy").items():
        if name != "collections.OrderedDict":
            pickle.loads(pickle.dumps(attack))
            assert (tmp_path / "made.npy").exists(), name
            (tmp_path / "made.npy").unlink()


OVERWRITE_NEW = b"N}X\x07\x00\x00\x00__new__cnumpy\nndarray\ns\x86b"  # setattr(top of stack, "__new__", ...)


@pytest.mark.parametrize(
    "opcodes",
    [
        b"c_codecs\nencode\n" + OVERWRITE_NEW,
        b"cnumpy.core.multiarray\nscalar\n" + OVERWRITE_NEW,
        b"cnumpy\ndtype\n" + OVERWRITE_NEW,
        b"cnumpy\nndarray\n)\x81K\x05b",
        b"cnumpy\ndtype\n)R",
        b"Pid\n",
        b"\x82\x01",
    ],
)
def test_crafted_pickles_leave_the_reader_as_it_was(tmp_path, opcodes):
    list(pickletools.genops(opcodes + b"."))
    with pytest.raises(ValueError, match="is damaged|is refused"):
        npy.load_ids(write(tmp_path / "bad.npy", opcodes + b"."))
    content = {np.int64(key): np.array(rows, np.int64) for key, rows in IDS.items()}
    assert npy.load_ids(write(tmp_path / "ids.npy", content, protocol=2)) == IDS


def test_a_missing_file_is_named(tmp_path):
    for read in (npy.load_array, npy.load_ids):
        with pytest.raises(FileNotFoundError, match="There is no file .*gone.npy"):
            read(tmp_path / "gone.npy")


@pytest.mark.parametrize("content", [b"", b"0.1, 0.2\n", pickle.dumps(IDS), b"\x93NUMPY\x09\x00rest"])
def test_files_of_another_kind_are_refused(tmp_path, content):
    (tmp_path / "other.npy").write_bytes(content)
    for read in (npy.load_array, npy.load_ids):
        with pytest.raises(ValueError, match="other.npy is not a readable .npy file"):
            read(tmp_path / "other.npy")


def test_damaged_files_are_refused(tmp_path):
    np.save(tmp_path / "array.npy", np.arange(30.0))
    (tmp_path / "array.npy").write_bytes((tmp_path / "array.npy").read_bytes()[:-4])
    with pytest.raises(ValueError, match=r"cut short: \(30,\) float64 takes 240 bytes, 236 are there"):
        npy.load_array(tmp_path / "array.npy")
    path = write(tmp_path / "ids.npy", IDS)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ValueError, match="ids.npy is damaged: its pickle cannot be read"):
        npy.load_ids(path)


def test_a_plain_array_is_no_dictionary(tmp_path):
    np.save(tmp_path / "array.npy", np.arange(3))
    with pytest.raises(ValueError, match="holds a plain array, .* use npy.load_array"):
        npy.load_ids(tmp_path / "array.npy")


@pytest.mark.parametrize(
    "content, message",
    [
        ([1, 2], "no identity dictionary but"),
        ({"person": [1]}, "entry 'person' is not identity"),
        ({1: 5}, "entry 1 is not identity"),
        ({1: [0.5]}, "entry 1 is not identity"),
        ({1: [None]}, "entry 1 is not identity"),
        ({1: np.array(["a"])}, "entry 1 is not identity"),
    ],
)
def test_dictionaries_of_other_things_are_refused(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        npy.load_ids(write(tmp_path / "ids.npy", content))
