# SPDX-License-Identifier: MIT
"""Names that TensorFlow would read as patterns are names, everywhere in a run."""

import gc
import shutil
import tempfile

import pytest

from components import ingest, splits
from configs import sm_sge_gait_sim
from tfskel import arrays, literal_path
from tfskel.data import recordings

NAMES = ["x[1]", "x*", "x?", "x\\1", "{a,b}", "two words", "ñ名"]


def test_a_plain_path_is_its_own_alias(tmp_path):
    for name in ("x1", "{a,b}", "two words", "ñ名"):
        assert literal_path.Alias(tmp_path / name).path == tmp_path / name


@pytest.mark.parametrize("name", ["x[1]", "x*", "x?", "x\\1"])
def test_an_alias_reaches_the_folder_and_vanishes_with_its_object(tmp_path, name):
    (tmp_path / name).mkdir()
    alias = literal_path.Alias(tmp_path / name)
    path = alias.path
    assert not literal_path.is_pattern(path)
    (path / "inside").write_text("x")
    assert (tmp_path / name / "inside").read_text() == "x"
    del alias
    gc.collect()
    assert not path.exists() and not path.parent.exists() and (tmp_path / name / "inside").exists()


def test_a_relative_path_is_reached_from_everywhere(tmp_path, monkeypatch):
    (tmp_path / "x[1]").mkdir()
    monkeypatch.chdir(tmp_path)
    alias = literal_path.Alias("x[1]")
    monkeypatch.chdir("/")
    assert alias.path.resolve() == (tmp_path / "x[1]").resolve()


def test_a_folder_for_temporary_files_that_is_a_pattern_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t[1]"))
    with pytest.raises(ValueError, match=r"x\[1\] has one of the characters .* Set TMPDIR to a folder without"):
        literal_path.Alias(tmp_path / "x[1]")


def prepared(folder, given):
    """A small data set, below the output of ingest or at a place that is given."""
    section = sm_sge_gait_sim.get_config().dataset
    section.options = {"num_identities": 2, "recordings_per_identity": 3, "frames": 8, "seed": 0}
    section.data_dir = str(folder / "data") if given else ""
    output = folder / "recordings"
    output.mkdir(parents=True)
    ingest.ingest(dataset=section, recordings=output)
    return output


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory):
    """Function of `given`: a folder with what `prepared` makes in it."""
    folders = {given: tmp_path_factory.mktemp("neighbour") for given in (True, False)}
    for given, folder in folders.items():
        prepared(folder, given)
    return folders.get


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_is_prepared_and_read_beside_folders_that_the_name_matches(tmp_path, neighbour, name, given):
    for folder in ("x1", "xy"):
        shutil.copytree(neighbour(given), tmp_path / folder)
    output = prepared(tmp_path / name, given)
    where = output / arrays.read_json(output / splits.POINTER)["folder"]
    assert where.resolve().is_relative_to(tmp_path / name)
    assert len(recordings.load(where, "train")) == 2
