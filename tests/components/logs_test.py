# SPDX-License-Identifier: MIT
"""The log of a training survives interruptions and can be read by TensorBoard."""

import numpy as np

from components import logs
from components.report import heat_map


def events(folder):
    from tensorboard.backend.event_processing import event_accumulator

    accumulator = event_accumulator.EventAccumulator(str(folder / logs.EVENTS))
    accumulator.Reload()
    return accumulator


def test_scalars_go_to_both_logs(tmp_path):
    log = logs.RunLog(tmp_path)
    log.scalars("pretraining", 0, {"total": 2.0})
    log.scalars("pretraining", 1, {"total": 1.0})
    assert [line["total"] for line in logs.read(tmp_path)] == [2.0, 1.0]
    assert "pretraining/total" in events(tmp_path).Tags()["tensors"]


def test_an_epoch_trained_again_replaces_its_lines(tmp_path):
    first = logs.RunLog(tmp_path)
    for epoch in range(3):
        first.scalars("a", epoch, {"total": float(epoch)})
    with (tmp_path / logs.METRICS).open("a") as file:
        file.write('{"phase": "a", "epo')
    second = logs.RunLog(tmp_path)
    second.scalars("a", 2, {"total": 20.0})
    second.scalars("b", 0, {"total": 30.0})
    assert [line["total"] for line in logs.read(tmp_path)] == [0.0, 1.0, 20.0, 30.0]


def test_a_line_cut_off_by_a_kill_is_dropped(tmp_path):
    logs.RunLog(tmp_path).scalars("a", 0, {"total": 1.0})
    with (tmp_path / logs.METRICS).open("a") as file:
        file.write('{"phase": "a", "epo')
    logs.RunLog(tmp_path).scalars("a", 1, {"total": 2.0})
    assert [line["total"] for line in logs.read(tmp_path)] == [1.0, 2.0]


def test_pictures_and_embeddings_are_found_by_tensorboard(tmp_path):
    log = logs.RunLog(tmp_path)
    picture = heat_map.pixels(np.eye(3), "relation", ["a", "b", "c"], ["a", "b", "c"])
    assert picture.dtype == np.uint8 and len(np.unique(picture.reshape(-1, 4), axis=0)) > 10
    log.image("relation", picture)
    log.embedding("features", np.random.rand(4, 3).astype(np.float32), ["a\t1", "b\t1", "c\t2", "d\t2"], "person\ttake")
    assert "relation" in events(tmp_path).Tags()["tensors"]
    config = (tmp_path / logs.EVENTS / "projector_config.pbtxt").read_text()
    assert "features.tsv" in config
    assert (tmp_path / logs.EVENTS / "features.tsv").read_text().splitlines()[:2] == ["person\ttake", "a\t1"]
