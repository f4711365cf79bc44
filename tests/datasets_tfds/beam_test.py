# SPDX-License-Identifier: MIT
"""Built by several Beam workers, a data set is the same as built in one process: content, order, metadata."""

import apache_beam as beam
import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from tests.datasets_tfds import preprocessing_golden
from tfskel.data import recordings as recording_sets

# FnApiRunner is what DirectRunner runs; DirectRunner itself first tries to download another runner.
THREADS = ("runner=FnApiRunner", "direct_running_mode=multi_threading", "direct_num_workers=3")
PROCESSES = ("runner=FnApiRunner", "direct_running_mode=multi_processing", "direct_num_workers=2")


def _build(name, data_dir, manual_dir, **options):
    builder = catalogue.load(name, data_dir)
    config = tfds.download.DownloadConfig(manual_dir=manual_dir, **options)
    builder.download_and_prepare(download_config=config)
    return builder


def _through_beam(name, data_dir, manual_dir, flags, **options):
    pipeline = beam.options.pipeline_options.PipelineOptions(flags=[f"--{flag}" for flag in flags])
    return _build(name, data_dir, manual_dir, beam_options=pipeline, **options)


def _check_equal(one, other):
    assert list(one.info.splits) == list(other.info.splits)
    for split in one.info.splits:
        found, expected = (
            recording_sets.load(one.data_path, split),
            recording_sets.load(other.data_path, split),
        )
        for field in recording_sets.Recordings.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))
    assert dict(one.info.metadata) == dict(other.info.metadata)


@pytest.mark.parametrize("name", ["biwi", "kgbd"])
def test_several_threads_give_the_same_data_set(name, tmp_path):
    raw = preprocessing_golden.raw()
    expected = _build(name, tmp_path / "one", raw)
    _check_equal(_through_beam(name, tmp_path / "many", raw, THREADS), expected)


def test_simulated_walks_are_made_by_the_workers(tmp_path):
    few = {"num_identities": 3, "recordings_per_identity": 4, "frames": 8}
    made = [catalogue.load("gait_sim", tmp_path / name, few, "array_record") for name in ("one", "many")]
    flags = beam.options.pipeline_options.PipelineOptions(flags=[f"--{flag}" for flag in THREADS])
    for builder, options in zip(made, ({}, {"beam_options": flags}), strict=True):
        builder.download_and_prepare(download_config=tfds.download.DownloadConfig(**options))
    _check_equal(made[1], made[0])


def test_several_files_a_split_keep_the_order(tmp_path):
    raw = preprocessing_golden.raw()
    expected = _build("ks20", tmp_path / "one", raw)
    found = _through_beam("ks20", tmp_path / "many", raw, THREADS, num_shards=3)
    assert found.info.splits["gallery"].num_shards == 3
    _check_equal(found, expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["biwi", "ias", "kgbd", "ks20"])
def test_several_processes_give_the_same_data_set(name, tmp_path):
    raw = preprocessing_golden.raw()
    expected = _build(name, tmp_path / "one", raw)
    _check_equal(_through_beam(name, tmp_path / "many", raw, PROCESSES), expected)


def test_a_bad_file_stops_the_workers_and_leaves_nothing_behind(tmp_path):
    folder = preprocessing_golden.copy("KGBD", tmp_path / "raw")
    path = folder / "KGBD" / "kinect gait raw dataset" / "Person002" / "3.txt"
    path.write_text(path.read_text()[:-4000] + "\nHead;1;2\n")
    with pytest.raises(Exception, match="Person002/3.txt, line .* at least 4 fields"):
        _through_beam("kgbd", tmp_path / "data", folder, THREADS)
    assert not list((tmp_path / "data" / "kgbd").rglob("*tfrecord*"))
    assert not list((tmp_path / "data" / "kgbd").rglob("*incomplete*"))
