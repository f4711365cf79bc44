# SPDX-License-Identifier: MIT
"""State dicts of PyTorch are read in both forms; everything else is refused without being run."""

import collections
import os
import pathlib
import pickle
import zipfile

import numpy as np
import pytest

from tests import fakes
from tests.checkpoints import torch_writing
from tests.checkpoints.torch_writing import Parameter, Storage, Tensor
from tfskel.checkpoints import torch_file

ARRAYS = {
    f"layer.{kind}": np.arange(6).astype(kind).reshape(2, 3) for kind in torch_writing.NAMES
} | {"scalar": np.array(5), "empty": np.zeros((0, 3), "f4")}  # fmt: skip
both = pytest.mark.parametrize("write", torch_writing.WRITERS.values(), ids=torch_writing.WRITERS)


def assert_same(found, want):
    assert list(found) == list(want)
    for name, value in want.items():
        np.testing.assert_array_equal(found[name], value, strict=True)


@both
def test_every_type_of_number_is_read(write, tmp_path):
    path = write(tmp_path / "weights.anything", torch_writing.state(ARRAYS))
    assert_same(torch_file.read(path), ARRAYS)


def test_a_recorded_file_is_read_and_equals_the_zip_of_its_tensors(tmp_path):
    found = torch_file.read(fakes.GOLDEN / "st_reidnet/original_files/best_net_Dp.pth")
    assert found["module.model.0.weight"].shape == (2, 20, 4, 4) and found["module.model.3.num_batches_tracked"] > 0
    assert_same(torch_file.read(torch_writing.write_zip(tmp_path / "zip.pth", torch_writing.state(found))), found)


@both
def test_views_parameters_and_metadata_are_read(write, tmp_path):
    class Metadata(collections.OrderedDict):
        def __reduce__(self):
            return collections.OrderedDict, (), {"_metadata": {"": {"version": 1}}}, None, iter(self.items())

    values, shared = np.arange(24, dtype="f4"), None
    shared = Storage("0", values)
    state = Metadata(turned=Tensor(shared, (3, 4), (1, 3), 2), row=Tensor(shared, (4,), (1,), 20, "_rebuild_tensor"),
                     trained=Parameter(Tensor(shared, (24,), (1,))))  # fmt: skip
    found = torch_file.read(write(tmp_path / "weights.pth", {"state_dict": state, "epoch": 3}))
    assert_same(found, {"turned": values[2:14].reshape(4, 3).T, "row": values[20:], "trained": values})
    with pytest.raises(ValueError, match="read-only"):
        found["row"][0] = 1


class Runs:
    """Asks for a function when it is unpickled."""

    def __init__(self, function, *arguments):
        self.called = function, arguments

    def __reduce__(self):
        return self.called


@both
@pytest.mark.parametrize(
    "place", [lambda evil: evil, lambda evil: {"a": evil}, lambda evil: {"state_dict": {"a": evil}}]
)
def test_a_file_that_would_run_a_command_is_refused_and_does_not(write, place, tmp_path):
    evil = Runs(os.system, f"touch {tmp_path / 'ran'}")
    with pytest.raises(ValueError, match=r"asks for (posix|nt).system, .*nothing was run"):
        torch_file.read(write(tmp_path / "evil.pth", place(evil)))
    assert not (tmp_path / "ran").exists()


def test_a_command_in_place_of_any_pickle_of_a_stream_is_refused(tmp_path):
    evil = pickle.dumps(Runs(os.system, f"touch {tmp_path / 'ran'}"), 2)
    start = [pickle.dumps(value, 2) for value in (torch_writing.MAGIC, 1001, {"little_endian": True}, {})]
    for count in range(5):
        path = tmp_path / f"evil{count}.pth"
        path.write_bytes(b"".join(start[:count]) + evil)
        with pytest.raises(ValueError, match="nothing was run"):
            torch_file.read(path)
    assert not (tmp_path / "ran").exists()


@both
@pytest.mark.parametrize("function, name", [
    (pathlib.Path, "pathlib.Path"), (eval, "eval"), (getattr, "getattr"), (collections.deque, "collections.deque"),
])  # fmt: skip
def test_other_classes_and_functions_are_refused_by_name(write, function, name, tmp_path):
    with pytest.raises(ValueError, match=name):
        torch_file.read(write(tmp_path / "model.pth", {"a": Runs(function, "1")}))


@pytest.mark.parametrize("change, message", [
    (b"N}X\x09\x00\x00\x00_functionNs\x86b", "tries to change _function of a function"),
    (b"}X\x09\x00\x00\x00_functionNsb", "no attribute '__dict__'"),
])  # fmt: skip
def test_what_a_file_may_call_cannot_be_changed_by_it(change, message, tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.pth", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + change + b".")
    with pytest.raises(ValueError, match=message):
        torch_file.read(tmp_path / "evil.pth")


@both
def test_a_file_cut_anywhere_is_refused(write, tmp_path):
    content = write(tmp_path / "whole.pth", torch_writing.state({"a": ARRAYS["layer.f4"]})).read_bytes()
    for length in range(0, len(content), 7):
        (tmp_path / "cut.pth").write_bytes(content[:length])
        with pytest.raises(ValueError, match="cut.pth is not"):
            torch_file.read(tmp_path / "cut.pth")


STORAGE = Storage("0", np.arange(6, dtype="f4"))


@both
@pytest.mark.parametrize("tensor, message", [
    (Tensor(STORAGE, (7,), (1,)), r"size \(7,\) does not lie in its storage of 6 elements"),
    (Tensor(STORAGE, (3,), (1,), 4), "ends at element 6 of a storage of 6"),
    (Tensor(STORAGE, (2, 3), (4, 1)), "ends at element 6"),
    (Tensor(STORAGE, (10**12,), (0,)), "does not lie in its storage"),
    (Tensor(STORAGE, (2,), (-1,), 3), "does not lie in its storage"),
    (Tensor(STORAGE, (2,), (1,), -1), "does not lie in its storage"),
    (Tensor(STORAGE, (2.0,), (1,)), "no size and strides of numbers"),
    (Tensor(STORAGE, (2,), ()), "no size and strides of numbers"),
    (Tensor("none", (2,), (1,)), "no size and strides of numbers"),
    (Tensor(Storage("0", STORAGE.values, 10**12), (2,), (1,)), "24 bytes instead of 4000000000000|6 elements instead"),
    (Tensor(Storage("0", STORAGE.values, -1), (2,), (1,)), "has -1 elements"),
    (Tensor(Storage(0, STORAGE.values), (2,), (1,)), "storage 0 has 6 elements"),
])  # fmt: skip
def test_absurd_sizes_are_refused(write, tensor, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        torch_file.read(write(tmp_path / "absurd.pth", {"a": tensor}))


@both
def test_a_storage_of_two_sizes_is_refused(write, tmp_path):
    state = {"a": Tensor(STORAGE, (6,), (1,)), "b": Tensor(Storage("0", np.zeros(3, "f4")), (3,), (1,))}
    with pytest.raises(ValueError, match="storage 0 is named with two types or sizes"):
        torch_file.read(write(tmp_path / "twice.pth", state))


def test_a_number_of_an_object_that_would_fill_the_memory_is_refused(tmp_path):
    content = b"\x80\x02}r\xff\xff\xff\x7f."
    with zipfile.ZipFile(tmp_path / "memo.pth", "w") as archive:
        archive.writestr("a/data.pkl", content)
    with pytest.raises(ValueError, match="numbers an object 2147483647"):
        torch_file.read(tmp_path / "memo.pth")


@both
@pytest.mark.parametrize("loaded, message", [
    ([1, 2], "holds list where names of tensors"), ({}, "holds dict where names of tensors"),
    ({"epoch": 3, "a": torch_writing.tensor("0", np.zeros(2, "f4"))}, "entries 'epoch' are no tensors"),
    ({"model": {"a": torch_writing.tensor("0", np.zeros(2, "f4"))}}, "entries 'model' are no tensors"),
])  # fmt: skip
def test_other_contents_than_a_state_dict_are_refused(write, loaded, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        torch_file.read(write(tmp_path / "other.pth", loaded))


def test_archives_of_another_form_are_refused(tmp_path):
    state = torch_writing.state({"a": np.zeros(500, "f4")})
    packed = torch_writing.write_zip(tmp_path / "packed.pth", state, zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="compressed or overlap .archive/data.pkl"):
        torch_file.read(packed)
    with pytest.raises(ValueError, match="big-endian|in the order b'big'"):
        torch_file.read(torch_writing.write_zip(tmp_path / "big.pth", state, order=b"big"))
    with pytest.raises(ValueError, match="written by a big-endian machine"):
        torch_file.read(torch_writing.write_stream(tmp_path / "stream.pth", state, little=False))
    with zipfile.ZipFile(tmp_path / "empty.pth", "w") as archive:
        archive.writestr("a/readme.txt", b"")
    with pytest.raises(ValueError, match="0 files data.pkl instead of one"):
        torch_file.read(tmp_path / "empty.pth")
    (tmp_path / "pickle.pth").write_bytes(pickle.dumps({"a": 1}, 2))
    with pytest.raises(ValueError, match="its beginning is that of another pickled object"):
        torch_file.read(tmp_path / "pickle.pth")
    with pytest.raises(FileNotFoundError):
        torch_file.read(tmp_path / "missing.pth")
