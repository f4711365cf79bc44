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
# Of the first epoch's losses and of what comes after it: optimisers that divide a gradient by its own size, and losses
# that take signs of differences, make more of the last digit with every step.
FIRST, LATER = 1e-4, 2e-2
_IMAGES = {
    "dataset.image_size": 64,
    "dataset.options.height": 32,
    "network.depth": 18,
    "network.width": 2,
    "training.batch_size": 4,
    "training.epochs": 2,
}
_WALKERS = {"dataset.options.set": "walkers", "dataset.options.train_persons": 4, "dataset.options.test_persons": 3,
            "dataset.options.train_frames": 3, "dataset.probe": "probe"}  # fmt: skip
_DANCERS = {"dataset.image_size": 256, "dataset.options.train_videos": 1, "dataset.options.test_videos": 1,
            "dataset.options.persons_per_video": 2, "dataset.options.train_frames": 6, "network.generator_width": 2,
            "training.decay_epochs": 1, "training.learning_rate": 1e-4}  # fmt: skip
# What is trained -> recipe, settings.
TRAININGS = {
    "Hi-MPC": (
        "hi_mpc_gait_sim.py",
        fakes.SMALL["hi_mpc"] | {"training.epochs": 4, "selection.held_out": 0.0, "training.resample": False},
    ),
    "SM-SGE": (
        "sm_sge_gait_sim.py",
        fakes.SMALL["sm_sge"] | {"training.epochs": 3, "recognition.epochs": 3, "selection.held_out": 0.0},
    ),
    "ST-ReIDNet baseline": ("st_reidnet_person_sim.py:part=baseline", _IMAGES | _WALKERS),
    "ST-ReIDNet GAN": ("st_reidnet_person_sim.py", _IMAGES | _DANCERS),
}


def command(name, workdir, **settings):
    recipe, small = TRAININGS[name]
    return fakes.command(recipe, workdir, small | settings, "--stages=ingest,train")


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


def length(values):
    return sum(float(np.sum(np.square(value, dtype=np.float64))) for value in values.values()) ** 0.5


@pytest.mark.parametrize("name", TRAININGS)
def test_two_workers_train_as_one_process_does_and_go_on_when_one_was_killed(name, tmp_path):
    alone = fakes.run(command(name, tmp_path / "alone"))
    assert not alone.returncode, alone.stderr
    together = command(name, tmp_path / "together", **{"training.strategy": "multi_worker"})
    finish(start(together))
    interrupted = command(name, tmp_path / "interrupted", **{"training.strategy": "multi_worker"})
    workers = start(interrupted)
    until = time.monotonic() + 600
    partial = tmp_path / "interrupted/seed_1/model.partial"
    while not list(partial.glob("*.state.json")):
        assert time.monotonic() < until and workers[0].poll() is None, workers[0].communicate()[0]
        time.sleep(0.02)
    os.killpg(workers[1].pid, signal.SIGKILL)
    workers[1].wait()
    time.sleep(3)
    if workers[0].poll() is None:  # it may wait for the other longer than a test
        os.killpg(workers[0].pid, signal.SIGKILL)
    workers[0].wait()
    finish(start(interrupted))
    models = [tmp_path / folder / "seed_1/model" for folder in ("alone", "together", "interrupted")]
    one, two, resumed = map(weights, models)
    losses, of_two, of_resumed = map(fakes.logged, models)
    assert of_two == of_resumed
    for path, value in two.items():
        np.testing.assert_array_equal(value, resumed[path], err_msg=path)
    for number, (wanted, received) in enumerate(zip(losses, of_two, strict=True)):
        scalars = {key: value for key, value in wanted.items() if type(value) is float and not key.startswith("probe/")}
        assert {key: received[key] for key in scalars} == pytest.approx(scalars, rel=LATER if number else FIRST), number
    assert length({path: value - two[path] for path, value in one.items()}) < LATER * length(one)
    assert {path.name for path in (tmp_path / "together").glob("worker_1/*")} == {"run.log"}
