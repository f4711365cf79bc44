# SPDX-License-Identifier: MIT
"""Files that the original wrote give its answers; another network's weights, or others of theirs, are noticed."""

import shutil

import pytest

from tests import fakes
from tests.parity import registry, st_reidnet_files
from tfskel.checkpoints import weight_file

FOLDER = fakes.recorded("TFSKEL_GOLDEN", "st_reidnet")
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs all recordings: TFSKEL_GOLDEN")


@needed
def test_networks_read_from_files_of_the_original_give_its_answers():
    results = list(registry.compare(sorted((FOLDER / "original_files").glob("*.pth*"))))
    assert registry.problems(results) == [] and [row for row in results if not row.ok] == []
    assert {row.name for row in results} == {"files/E", "files/G", "files/Di", "files/Dp", "files/baseline", "tensors",
                                             "names_set"}  # fmt: skip


@needed
def test_exchanged_statistics_are_noticed(monkeypatch):
    read = weight_file.read

    def exchanged(path):
        names = {name: name.replace("running_var", "running_mean") for name in read(path)}
        return {name: read(path)[own] for name, own in names.items()}

    monkeypatch.setattr(weight_file, "read", exchanged)
    (row,) = registry.compare([FOLDER / "original_files" / "best_net_Dp.pth"])
    assert not row.ok


def test_a_file_whose_answers_are_elsewhere_is_left_out_and_that_is_no_failure(tmp_path):
    (tmp_path / "original_files").mkdir()
    shutil.copy(fakes.GOLDEN / "st_reidnet/original_files/best_net_Dp.pth", tmp_path / "original_files")
    (problem,) = registry.compare([tmp_path / "original_files/best_net_Dp.pth"])
    assert not problem.known and f"there is no {st_reidnet_files.OF_GAN}.npz" in problem.reason
