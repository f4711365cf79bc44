# SPDX-License-Identifier: MIT
"""A training by two processes through TF_CONFIG: equal to one process but for the order of sums, and resumable."""

import json
import os
import signal
import socket
import subprocess
import time

import h5py
import numpy as np
import pytest

from tests import fakes

pytestmark = pytest.mark.slow
SETTINGS = {
    "hi_mpc": {"training.epochs": 4, "selection.held_out": 0.0, "training.resample": False},
    "sm_sge": {"training.epochs": 3, "recognition.epochs": 3, "selection.held_out": 0.0},
}


def command(system, workdir, **settings):
    changed = fakes.SMALL[system] | SETTINGS[system] | settings
    return fakes.command(f"{system}_gait_sim.py", workdir, changed, "--stages=ingest,train")


def start(words):
    """Two workers of one command, the chief first."""
    sockets = [socket.socket() for _ in range(2)]
    for each in sockets:
        each.bind(("localhost", 0))
    addresses = [f"localhost:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    described = [{"cluster": {"worker": addresses}, "task": {"type": "worker", "index": k}} for k in range(2)]
    return [
        subprocess.Popen(words, cwd=fakes.ROOT, env=fakes.environment(TF_CONFIG=json.dumps(each)),
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        for each in described
    ]  # fmt: skip


def finish(processes):
    said = [process.communicate(timeout=900)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(said)


def weights(model):
    found = {}
    for path in sorted(model.glob("*.last.weights.h5")):
        with h5py.File(path) as file:
            file.visititems(lambda name, item, of=path.name: found.update({f"{of}/{name}": item[()]})
                            if isinstance(item, h5py.Dataset) else None)  # fmt: skip
    return found


@pytest.mark.parametrize("system", SETTINGS)
def test_two_workers_train_as_one_process_does_and_go_on_when_one_was_killed(system, tmp_path):
    alone = fakes.run(command(system, tmp_path / "alone"))
    assert not alone.returncode, alone.stderr
    together = command(system, tmp_path / "together", **{"training.strategy": "multi_worker"})
    finish(start(together))
    interrupted = command(system, tmp_path / "interrupted", **{"training.strategy": "multi_worker"})
    workers = start(interrupted)
    state = list(SETTINGS[system])
    until = time.monotonic() + 600
    partial = tmp_path / "interrupted/seed_1/model.partial"
    while not list(partial.glob("*.state.json")):
        assert time.monotonic() < until and workers[0].poll() is None, (state, workers[0].communicate()[0])
        time.sleep(0.02)
    os.killpg(workers[1].pid, signal.SIGKILL)
    workers[1].wait()
    time.sleep(3)
    if workers[0].poll() is None:  # it may wait for the other longer than a test
        os.killpg(workers[0].pid, signal.SIGKILL)
    workers[0].wait()
    finish(start(interrupted))
    models = [tmp_path / name / "seed_1/model" for name in ("alone", "together", "interrupted")]
    one, two, resumed = map(weights, models)
    assert fakes.logged(models[1]) == fakes.logged(models[2])
    for name, value in two.items():
        np.testing.assert_array_equal(value, resumed[name], err_msg=name)
        np.testing.assert_allclose(value, one[name], rtol=1e-3, atol=1e-3, err_msg=name)
    assert {path.name for path in (tmp_path / "together").glob("worker_1/*")} == {"run.log"}
