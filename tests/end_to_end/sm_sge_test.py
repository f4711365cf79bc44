# SPDX-License-Identifier: MIT
"""SM-SGE from the simulator to the report, through the command line, interrupted and not."""

import json
import shutil
import sys

import numpy as np
import pytest

from components import code_version, main, runner, splits, stages
from tests import fakes
from tfskel import features, inference

# Runs tools/run.py and writes the names of all modules that are loaded when it ends.
WITH_LIST_OF_MODULES = """
import atexit, json, runpy, sys
_, out, *sys.argv = sys.argv
atexit.register(lambda: json.dump(sorted(sys.modules), open(out, "w")))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def settings(ingested):
    return fakes.SMALL["sm_sge"] | {"dataset.data_dir": str(ingested / "tfds")}


@pytest.fixture
def config(ingested):
    made = fakes.recipe("sm_sge")
    made.dataset.data_dir = str(ingested / "tfds")
    return made


@pytest.fixture(scope="module")
def finished(tmp_path_factory, settings):
    workdir = tmp_path_factory.mktemp("whole")
    _, *words = fakes.command("sm_sge_gait_sim.py", workdir, settings)
    loaded = workdir.with_name("loaded.json")
    result = fakes.run([sys.executable, "-c", WITH_LIST_OF_MODULES, str(loaded), *words])
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return workdir, result, json.loads(loaded.read_text())


def test_a_run_prints_metrics_of_both_families_and_all_selections_and_the_paths(finished):
    workdir, result, _ = finished
    for text in ("A recognition network", "B retrieval", "probe-best", "last", "held-out identities", "no learning"):
        assert text in result.stdout
    for path in (workdir / "report/report.html", workdir / "report/metrics.json"):
        assert str(path) in result.stdout and path.exists()


def test_every_stage_leaves_what_it_promises(finished):
    workdir, _, _ = finished
    rows = fakes.rows(workdir / "report")
    assert {row["selection"] for row in rows} == {"probe-best", "last", "held-out identities"}
    assert all(0 <= value <= 1 for row in rows for value in row["metrics"].values())
    page = (workdir / "report/report.html").read_text()
    assert "probe-best" in page and "http" not in page.replace("http://www.w3.org", "")
    quality = json.loads((workdir / "recordings/quality.json").read_text())
    assert set(quality["splits"]) == {"train", "gallery", "probe"}
    assert list((workdir / "seed_1/model/tensorboard").glob("events*"))
    assert (workdir / "seed_1/results/tensorboard/projector_config.pbtxt").exists()
    assert not list(workdir.rglob("*.partial")) and not list(workdir.rglob("*.resume"))
    phases = [(line["phase"], line["epoch"]) for line in fakes.logged(workdir / "seed_1/model")]
    assert phases == [("pretraining", epoch) for epoch in range(2)] + [("recognition", epoch) for epoch in range(12)]


def test_what_a_run_really_loads_is_what_the_versions_cover(finished, config):
    """Every module of ours that is loaded after a whole run is covered by the stages, or only starts and lists them."""
    _, _, loaded = finished
    ours = {name for name in loaded if name.partition(".")[0] in code_version.PACKAGES}
    covered = {name for stage in stages.STAGES for name in code_version.closure(stage.modules(config))}
    starting = {"main", "recipe_check", "option_flags", "runner", "stages", "code_version", "recipe_flags",
                "recipe_names", "screen", "summary", "terminal", "workers"}  # fmt: skip
    assert {"tfskel.systems", "components.train", "datasets_tfds.gait_sim.gait"} <= ours
    assert ours - covered - {f"components.{name}" for name in starting} == set()


def test_the_export_embeds_raw_metres_like_the_stored_features(finished, config):
    workdir, _, _ = finished
    parts = splits.read(workdir / "recordings", config.dataset)
    probe = parts.probe
    embedder = inference.load(workdir / "seed_1/saved_model/saved_model")
    stored = features.load(workdir / "seed_1/results/probe.npz")
    np.testing.assert_allclose(embedder.embed(probe.raw(np.arange(len(probe)))), stored.vectors, atol=1e-5)


def test_a_second_run_with_the_same_settings_reuses_everything(finished, config):
    assert runner.run(config, finished[0]) == [False] * 6


def test_a_killed_training_resumes_to_the_same_result(finished, tmp_path, settings):
    words = fakes.command("sm_sge_gait_sim.py", tmp_path, settings, "--stages=ingest,train")
    fakes.run_and_kill(words, tmp_path / "seed_1/model.partial/recognition.state.json")
    result = fakes.run(words)
    assert result.returncode == 0, result.stderr[-3000:]
    assert "resuming after epoch" in result.stderr
    whole, resumed = finished[0] / "seed_1/model", tmp_path / "seed_1/model"
    assert fakes.logged(resumed / "held_out_fit") == fakes.logged(whole / "held_out_fit")
    assert fakes.logged(resumed) == fakes.logged(whole)
    assert fakes.kept_weights(resumed) == fakes.kept_weights(whole)


def test_damaged_weights_are_noticed_and_the_earlier_result_stays(finished, config):
    workdir, _, _ = finished
    path = next((workdir / "seed_1/model").glob("pretraining.*.last.weights.h5"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SystemExit, match=rf"{path.name}[\s\S]*damaged[\s\S]*--force train"):
        main.execute(config, workdir, ["evaluate"], ["evaluate"])
    path.write_bytes(whole)
    assert (workdir / "seed_1/results/metrics.json").exists()


def test_a_misspelt_key_is_one_message_with_a_suggestion(tmp_path):
    result = fakes.run(fakes.command("sm_sge_gait_sim.py", tmp_path, {"training.epohs": 3}))
    assert result.returncode != 0 and 'Did you mean "epochs"' in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "section, key, value, message",
    [
        ("training", "batch_size", 100000, "batch is larger than the data"),
        ("dataset", "length", 100, "No sequence of f = 100 frames: the longest"),
        ("dataset", "skeleton", "kinect_v2", r"\(25 joints\), but data set .* as 'kinect_v1'"),
        ("dataset", "name", "gait_sin", "Unknown data set 'gait_sin'. Did you mean 'gait_sim'"),
        ("dataset", "probe", "a", "has no probe 'a'"),
        ("selection", "held_out", 1.5, "held_out must be in"),
        ("network", "fusion", 2.0, "fusion must lie in"),
        ("export", "selection", "best", "config.export.selection must be one of .*'last'.*; received 'best'"),
        ("clustering", "method", "kmean", "clustering.method must be one of .*Did you mean 'kmeans'"),
        (
            "training",
            "loss",
            "MSE",
            "loss must be one of 'l1', 'mse', 'l2'; received 'MSE'. Did you mean 'mse'",
        ),
    ],
)
def test_a_mistake_in_the_recipe_is_one_clear_message(finished, config, tmp_path, section, key, value, message):
    config[section][key] = value
    copied = shutil.copytree(finished[0], tmp_path / "run")
    before = sorted(path.name for path in (copied / "seed_1/results").iterdir())
    with pytest.raises(SystemExit, match=message):
        main.execute(config, copied)
    assert sorted(path.name for path in (copied / "seed_1/results").iterdir()) == before, "earlier results stay"


def test_an_unknown_system_is_refused_with_the_list(config, tmp_path):
    config.system = "sm_sg"
    with pytest.raises(SystemExit, match="there is no system 'sm_sg'; the systems are"):
        main.execute(config, tmp_path)


def test_a_missing_data_set_stops_before_any_work_with_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="there is no folder data/ks20"):
        main.execute(fakes.read_recipe("sm_sge_ks20"), tmp_path / "run")
    assert not (tmp_path / "run").exists()
