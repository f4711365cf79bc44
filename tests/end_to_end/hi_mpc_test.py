# SPDX-License-Identifier: MIT
"""Hi-MPC from the simulator to the report, through the command line, interrupted and not."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests import fakes

ROOT = fakes.ROOT
SMALL = [
    "--config.dataset.options.num_identities=5",
    "--config.dataset.options.recordings_per_identity=4",
    "--config.dataset.options.frames=36",
    "--config.network.units=8",
    "--config.training.batch_size=16",
    "--config.training.epochs=3",
    "--config.training.k1=8",
    "--config.training.probe_remainder=drop",
]
LEVELS = ("joints", "parts", "bodies")


def command(workdir, *extra):
    recipe = ROOT / "configs/hi_mpc_gait_sim.py"
    program = [sys.executable, str(ROOT / "tools/run.py"), "--config", str(recipe), "--workdir", str(workdir)]
    return [*program, *SMALL, *extra]


def run(workdir, *extra):
    return subprocess.run(command(workdir, *extra), cwd=ROOT, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("whole")
    result = run(workdir)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return workdir, result


def logged(workdir):
    lines = (workdir / "seed_1/model/metrics.jsonl").read_text().splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"} for line in lines]


def test_all_representations_stand_in_one_table_with_every_selection(finished):
    workdir, result = finished
    rows = json.loads((workdir / "report/metrics.json").read_text())["rows"]
    table = {row["selection"]: row for row in rows if row["family"] == "B retrieval"}
    selections = ("probe-best", "last", "held-out identities")
    assert set(table) == {
        name for selection in selections for name in (selection, *(f"{selection} of {level}" for level in LEVELS))
    }
    scores = {kind: [line[f"probe/{kind}/rank1"] for line in logged(workdir)] for kind in ("MSMR", *LEVELS)}
    for kind, values in scores.items():
        selection = "probe-best" if kind == "MSMR" else f"probe-best of {kind}"
        assert table[selection]["epoch"] == 1 + int(np.argmax(values[1:]))
    complete = {row["selection"]: row for row in rows if row["family"] == "B retrieval, complete batches"}
    assert complete["last of parts"]["metrics"]["rank1"] == pytest.approx(scores["parts"][-1])
    assert complete["last"]["scored"] % 16 == 0 and table["last"]["scored"] > complete["last"]["scored"]
    assert "no learning" in result.stdout and "last of bodies" in result.stdout


def test_the_export_gives_every_level_by_name(finished):
    from components import splits
    from configs import hi_mpc_gait_sim
    from tfskel import features, inference

    workdir, _ = finished
    parts = splits.read(workdir / "recordings", hi_mpc_gait_sim.get_config().dataset)
    probe = parts.probe
    embedder = inference.load(workdir / "seed_1/saved_model/saved_model")
    stored = features.load(workdir / "seed_1/results/probe.npz").vectors
    raw = probe.raw(np.arange(len(probe)))
    np.testing.assert_allclose(embedder.embed(raw), stored, atol=1e-5)
    assert embedder.outputs == ["bodies", "features", "joints", "parts"]
    assert [embedder.embed(raw, output=level).shape for level in LEVELS] == [(len(probe), 8)] * 3
    with pytest.raises(ValueError, match="embeds as bodies, features, joints, parts; received output='limbs'"):
        embedder.embed(raw, output="limbs")


def test_a_killed_training_resumes_to_the_same_result(finished, tmp_path):
    workdir, _ = finished
    process = subprocess.Popen(
        command(tmp_path), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    path, until = tmp_path / "seed_1/model.partial/contrast.state.json", time.monotonic() + 300
    while not path.exists():
        assert time.monotonic() < until and process.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    result = run(tmp_path, "--stages=ingest,train")
    assert result.returncode == 0 and "resuming after epoch" in result.stderr
    assert logged(tmp_path) == logged(workdir)


@pytest.mark.parametrize(
    "extra, message",
    [
        (["--config.training.eps=0.01", "--config.training.min_samples=500"], "no cluster on level joints"),
        (["--config.training.k1=100000"], "received k1 = 100000 for"),
        (["--config.training.focus=3"], "focus must be one of 1, -1, 0; received 3"),
        (["--config.training.learning_rate=1e30"], "Lower the learning rate"),
    ],
)
def test_a_users_mistake_is_one_clear_message(tmp_path, extra, message):
    result = run(tmp_path, *extra)
    assert result.returncode != 0 and message in result.stderr and "Traceback" not in result.stderr
