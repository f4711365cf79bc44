# SPDX-License-Identifier: MIT
"""SM-SGE from the simulator to the report, through the command line, interrupted and not."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[2]
SMALL = [
    "--config.dataset.options.num_identities=5",
    "--config.dataset.options.recordings_per_identity=4",
    "--config.dataset.options.frames=36",
    "--config.network.units=8",
    "--config.training.batch_size=10",
    "--config.training.epochs=3",
    "--config.recognition.batch_size=10",
    "--config.recognition.epochs=3",
]


def command(workdir: pathlib.Path, *extra: str) -> list[str]:
    recipe = ROOT / "configs/sm_sge_gait_sim.py"
    return [sys.executable, str(ROOT / "tools/run.py"), "--config", str(recipe), "--workdir", str(workdir), *SMALL, *extra]


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


def test_a_run_prints_metrics_of_both_families_and_all_tracks_and_the_paths(finished):
    workdir, result = finished
    for text in ("A recognition network", "B retrieval", "probe-best", "last", "held-out identities", "no learning"):
        assert text in result.stdout
    for path in (workdir / "report/report.html", workdir / "report/metrics.json"):
        assert str(path) in result.stdout and path.exists()


def test_every_stage_leaves_what_it_promises(finished):
    workdir, _ = finished
    metrics = json.loads((workdir / "report/metrics.json").read_text())
    assert {row["track"] for row in metrics["rows"]} == {"probe-best", "last", "held-out identities"}
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
    from components import splits
    from configs import sm_sge_gait_sim
    from tfskel import features, inference

    workdir, _ = finished
    dataset = sm_sge_gait_sim.get_config().dataset
    parts = splits.read(workdir / "recordings", dataset)
    probe = parts.cut(parts.probe, "testing")
    embedder = inference.load(workdir / "seed_1/saved_model/saved_model")
    stored = features.load(workdir / "seed_1/results/probe.npz")
    np.testing.assert_allclose(embedder.embed(probe.raw(np.arange(len(probe)))), stored.vectors, atol=1e-5)


def test_a_second_run_reuses_everything(finished):
    workdir, _ = finished
    result = run(workdir)
    assert result.returncode == 0 and result.stderr.count("reused") == 6 and "running" not in result.stderr


def test_the_same_seed_gives_the_same_numbers(finished, tmp_path):
    workdir, _ = finished
    assert run(tmp_path, "--stages=ingest,train").returncode == 0
    assert logged(tmp_path) == logged(workdir)
    assert logged(tmp_path, "held_out_fit") == logged(workdir, "held_out_fit")


def wait_for(path: pathlib.Path, lines: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 300
    while not (path.exists() and path.read_text().count("\n") >= lines):
        assert time.monotonic() < until and process.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "log, lines", [("held_out_fit/metrics.jsonl", 2), ("metrics.jsonl", 1), ("metrics.jsonl", 4)], ids=str
)
def test_a_killed_training_resumes_to_the_same_result(finished, tmp_path, log, lines):
    workdir, _ = finished
    process = subprocess.Popen(
        command(tmp_path), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    wait_for(tmp_path / "seed_1/model.partial" / log, lines, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    result = run(tmp_path)
    assert result.returncode == 0, result.stderr[-3000:]
    assert "resuming after epoch" in result.stderr
    assert logged(tmp_path) == logged(workdir)
    rows = [json.loads((folder / "report/metrics.json").read_text())["rows"] for folder in (workdir, tmp_path)]
    assert rows[0] == rows[1]


def test_damaged_weights_are_noticed_and_trained_again(finished, tmp_path):
    workdir, _ = finished
    path = next((workdir / "seed_1/model").glob("pretraining.*.last.weights.h5"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    result = run(workdir, "--stages=evaluate")
    path.write_bytes(whole)
    assert result.returncode == 0 and "reused" in result.stderr, "only evaluate was asked for, and its output is complete"
    path.write_bytes(whole[: len(whole) // 2])
    forced = run(workdir, "--stages=evaluate", "--force=evaluate")
    path.write_bytes(whole)
    assert forced.returncode != 0
    assert path.name in forced.stderr and "damaged" in forced.stderr and "--force train" in forced.stderr
    assert (workdir / "seed_1/results/metrics.json").exists(), "the earlier result stays"


@pytest.mark.parametrize(
    "extra, message",
    [
        (["--config.training.epohs=3"], 'Did you mean "epochs"'),
        (["--config.training.batch_size=100000"], "batch is larger than the data"),
        (["--config.dataset.length=100"], "No sequence of f = 100 frames: the longest"),
        (["--config.dataset.skeleton=kinect_v2"], "20 joints but skeleton 'kinect_v2' has 25"),
        (["--config.dataset.name=gait_sin"], "Unknown data set 'gait_sin'. Did you mean 'gait_sim'"),
        (["--config.dataset.probe=a"], "has no probe 'a'"),
        (["--stages=trian"], "there is no stage 'trian'"),
        (["--config.system=sm_sg"], "there is no system 'sm_sg'"),
    ],
)
def test_a_users_mistake_is_one_clear_message(tmp_path, extra, message):
    result = run(tmp_path, *extra)
    assert result.returncode != 0 and message in result.stderr and "Traceback" not in result.stderr


def test_a_missing_data_set_stops_before_any_work_with_where_to_get_it(tmp_path):
    recipe = str(ROOT / "configs/sm_sge_ks20.py")
    result = subprocess.run(
        [sys.executable, str(ROOT / "tools/run.py"), "--config", recipe, "--workdir", str(tmp_path / "run")],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert result.returncode != 0 and "data/ks20" in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "run").exists()
