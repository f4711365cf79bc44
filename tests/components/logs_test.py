# SPDX-License-Identifier: MIT
"""The log of a training survives interruptions and can be read by TensorBoard."""

import numpy as np
import tensorflow as tf
from ml_collections import ConfigDict
from tensorboard.plugins.hparams import plugin_data_pb2

from components import logs
from components.drawing import heat_map


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


def test_a_part_of_the_first_line_is_not_continued(tmp_path):
    (tmp_path / logs.METRICS).write_text('{"phase": "a", "epo')
    logs.RunLog(tmp_path).scalars("a", 0, {"total": 2.0})
    assert [line["total"] for line in logs.read(tmp_path)] == [2.0]


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


def tensors(folder, tag):
    return [(event.step, tf.make_ndarray(event.tensor_proto)) for event in events(folder).Tensors(tag)]


def test_steps_have_their_own_numbers_and_series(tmp_path):
    log = logs.RunLog(tmp_path)
    log.steps("a", np.array([0, 10]), {"total": np.array([3.0, 2.0]), "learning_rate/adam": np.array([0.1, 0.01])})
    log.steps("a", np.array([20]), {"total": np.array([1.0]), "learning_rate/adam": np.array([0.01])})
    assert [(step, float(value)) for step, value in tensors(tmp_path, "a by step/total")] == [(0, 3), (10, 2), (20, 1)]
    rates = [float(value) for _, value in tensors(tmp_path, "a by step/learning_rate/adam")]
    np.testing.assert_allclose(rates, [0.1, 0.01, 0.01], rtol=1e-6)
    assert logs.read(tmp_path) == []  # metrics.jsonl has epochs alone


RECIPE = {
    "system": "any",
    "training": ConfigDict({"epochs": 3, "rate": 0.5, "flags": (1, 2), "nested": {"on": True}, "options": {}}),
    "recognition": None,
    "division": None,
}


def test_the_recipe_is_a_table_of_text(tmp_path):
    logs.RunLog(tmp_path).settings(RECIPE, 7)
    ((_, text),) = tensors(tmp_path, "recipe")
    lines = text.item().decode().splitlines()
    assert (
        lines[0] == "| setting | value |" and "| training.nested.on | True |" in lines and lines[-1] == "| seed | 7 |"
    )


ROW = {"family": "B retrieval", "selection": "last", "metrics": {"rank1": 0.75, "rank5": 0.875}}


def test_hyperparameters_stand_beside_the_headline_metrics(tmp_path):
    logs.RunLog(tmp_path).hyperparameters(RECIPE, 7, [ROW])
    summaries = events(tmp_path).summary_metadata
    (content,) = [found.plugin_data.content for found in summaries.values()
                  if found.plugin_data.plugin_name == "hparams"]  # fmt: skip
    session = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
    assert session["training.epochs"].number_value == 3 and session["training.nested.on"].bool_value
    assert session["training.flags"].string_value == "(1, 2)" and session["seed"].number_value == 7
    ((step, value),) = tensors(tmp_path, "B retrieval/last/rank1")
    assert (step, float(value)) == (0, 0.75)
