# SPDX-License-Identifier: MIT
"""SM-SGE from the simulator to the report, through the command line, interrupted and not."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

from components import main, splits
from configs import sm_sge_gait_sim
from tests import fakes
from tfskel import features, inference

ROOT = fakes.ROOT
SMALL = {
    "dataset.options.num_identities": 5,
    "dataset.options.recordings_per_identity": 4,
    "dataset.options.frames": 36,
    "network.units": 8,
    "training.batch_size": 10,
    "training.epochs": 3,
    "recognition.batch_size": 10,
    "recognition.epochs": 3,
}


def small(config) -> None:
    for name, value in SMALL.items():
        *sections, key = name.split(".")
        section = config
        for part in sections:
            section = section[part]
        section[key] = value


def command(workdir: pathlib.Path, *extra: str) -> list[str]:
    recipe = ROOT / "configs/sm_sge_gait_sim.py"
    settings = [f"--config.{name}={value}" for name, value in SMALL.items()]
    start = [sys.executable, str(ROOT / "tools/run.py"), "--config", str(recipe), "--workdir", str(workdir)]
    return [*start, *settings, *extra]


def run(workdir: pathlib.Path, *extra: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(workdir, *extra), cwd=ROOT, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("whole")
    result = run(workdir)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return workdir, result


def logged(workdir: pathlib.Path, fit: str = "") -> list[dict]:
    lines = (workdir / "seed_1/model" / fit / "metrics.jsonl").read_text().splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"} for line in lines]


def test_a_run_prints_metrics_of_both_families_and_all_selections_and_the_paths(finished):
    workdir, result = finished
    for text in ("A recognition network", "B retrieval", "probe-best", "last", "held-out identities", "no learning"):
        assert text in result.stdout
    for path in (workdir / "report/report.html", workdir / "report/metrics.json"):
        assert str(path) in result.stdout and path.exists()


def test_every_stage_leaves_what_it_promises(finished):
    workdir, _ = finished
    metrics = json.loads((workdir / "report/metrics.json").read_text())
    assert {row["selection"] for row in metrics["rows"]} == {"probe-best", "last", "held-out identities"}
    assert all(0 <= value <= 1 for row in metrics["rows"] for value in row["metrics"].values())
    page = (workdir / "report/report.html").read_text()
    assert "probe-best" in page and "http" not in page.replace("http://www.w3.org", "")
    quality = json.loads((workdir / "recordings/quality.json").read_text())
    assert set(quality["splits"]) == {"train", "gallery", "probe"}
    assert list((workdir / "seed_1/model/tensorboard").glob("events*"))
    assert (workdir / "seed_1/results/tensorboard/projector_config.pbtxt").exists()
    assert not list(workdir.rglob("*.partial")) and not list(workdir.rglob("*.resume"))
    phases = [(line["phase"], line["epoch"]) for line in logged(workdir)]
    assert phases == [(name, epoch) for name in ("pretraining", "recognition") for epoch in range(3)]


def test_the_export_embeds_raw_metres_like_the_stored_features(finished):
    workdir, _ = finished
    dataset = sm_sge_gait_sim.get_config().dataset
    parts = splits.read(workdir / "recordings", dataset)
    probe = parts.probe
    embedder = inference.load(workdir / "seed_1/saved_model/saved_model")
    stored = features.load(workdir / "seed_1/results/probe.npz")
    np.testing.assert_allclose(embedder.embed(probe.raw(np.arange(len(probe)))), stored.vectors, atol=1e-5)


def test_a_second_run_reuses_everything(finished):
    workdir, _ = finished
    result = run(workdir)
    assert result.returncode == 0 and result.stderr.count("reused") == 6 and "running" not in result.stderr


def wait_for(state: pathlib.Path, process: subprocess.Popen) -> None:
    until = time.monotonic() + 300
    while not state.exists():
        assert time.monotonic() < until and process.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.02)


@pytest.mark.parametrize("fit, phase", [("held_out_fit", "pretraining"), ("", "pretraining"), ("", "recognition")])
def test_a_killed_training_resumes_to_the_same_result(finished, tmp_path, fit, phase):
    workdir, _ = finished
    stages = "--stages=ingest,train"
    process = subprocess.Popen(
        command(tmp_path, stages),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(tmp_path / "seed_1/model.partial" / fit / f"{phase}.state.json", process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    result = run(tmp_path, stages)
    assert result.returncode == 0, result.stderr[-3000:]
    assert "resuming after epoch" in result.stderr
    assert logged(tmp_path, "held_out_fit") == logged(workdir, "held_out_fit")
    assert logged(tmp_path) == logged(workdir)
    for path in (workdir / "seed_1/model").glob("*.weights.h5"):
        assert weights(path) == weights(tmp_path / "seed_1/model" / path.name), path.name


def weights(path: pathlib.Path) -> list[tuple[str, bytes]]:
    found = []
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.append((name, item[()].tobytes())) if hasattr(item, "dtype") else None)
    assert found
    return found


def test_damaged_weights_are_noticed_and_trained_again(finished, tmp_path):
    workdir, _ = finished
    path = next((workdir / "seed_1/model").glob("pretraining.*.last.weights.h5"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    forced = run(workdir, "--stages=evaluate", "--force=evaluate")
    path.write_bytes(whole)
    assert forced.returncode != 0
    assert path.name in forced.stderr and "damaged" in forced.stderr and "--force train" in forced.stderr
    assert (workdir / "seed_1/results/metrics.json").exists(), "the earlier result stays"


def test_a_misspelt_key_is_one_message_with_a_suggestion(tmp_path):
    result = run(tmp_path, "--config.training.epohs=3")
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
def test_a_mistake_in_the_recipe_is_one_clear_message(finished, tmp_path, section, key, value, message):
    workdir, _ = finished
    config = sm_sge_gait_sim.get_config()
    small(config)
    config[section][key] = value
    copied = shutil.copytree(workdir, tmp_path / "run")
    before = sorted(path.name for path in (copied / "seed_1/results").iterdir())
    with pytest.raises(SystemExit, match=message):
        main.execute(config, copied)
    assert sorted(path.name for path in (copied / "seed_1/results").iterdir()) == before, "earlier results stay"


def test_a_selection_that_kept_no_epoch_cannot_be_exported(tmp_path):
    config = sm_sge_gait_sim.get_config()
    small(config)
    config.selection.held_out = 0.0
    config.export.selection = "held-out identities"
    with pytest.raises(SystemExit, match="selection 'held-out identities' kept no epoch"):
        main.execute(config, tmp_path)


def test_an_unknown_system_is_refused_with_the_list(tmp_path):
    config = sm_sge_gait_sim.get_config()
    small(config)
    config.system = "sm_sg"
    with pytest.raises(SystemExit, match="there is no system 'sm_sg'; the systems are"):
        main.execute(config, tmp_path)


def test_a_missing_data_set_stops_before_any_work_with_where_to_get_it(tmp_path):
    recipe = str(ROOT / "configs/sm_sge_ks20.py")
    result = subprocess.run(
        [sys.executable, str(ROOT / "tools/run.py"), "--config", recipe, "--workdir", str(tmp_path / "run")],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert result.returncode != 0 and "data/ks20" in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "run").exists()
