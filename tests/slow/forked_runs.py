# SPDX-License-Identifier: MIT
"""Small runs of every system in processes that begin with all imports done, so that hundreds take minutes."""

import hashlib
import json
import os
import pathlib
import re
import signal
import sys
import time

from tests import fakes

SYSTEMS = (*fakes.SMALL, *fakes.SMALL_IMAGES)
SETTINGS = {
    "cage": {"recognition.epochs": 4},
    "sm_sge": {"recognition.epochs": 4},
    "st_reidnet": {"clustering.k1": 3, "clustering.k2": 2},
}
CHANGES = re.compile(
    r"(fingerprint\.json|\.log|\.html|\.jsonl|\.lock|export\.json|model_card\.md)$|tensorboard/|saved_model/1/"
)
"""Files that hold times, or entries in an order of chance, or are described by those that do."""


def warm() -> None:
    """Imports what runs import, and computes nothing: threads of TensorFlow would not survive the fork."""
    import keras  # noqa: F401
    import tensorflow  # noqa: F401
    import tensorflow_datasets  # noqa: F401

    from components import cluster, evaluate, ingest, main, runner, train  # noqa: F401
    from components.export import stage  # noqa: F401
    from components.report import stage as report  # noqa: F401
    from datasets_tfds import catalogue

    for name in ("gait_sim", "person_sim"):
        __import__(catalogue.module(name))


def recipe(system: str):
    """The small recipe of a system; its data set is prepared in the folder of the run."""
    return fakes.recipe(system, **SETTINGS.get(system, {}))


def start(system: str, workdir: pathlib.Path, log: pathlib.Path) -> int:
    """The process of a run, in a group of its own; what it prints is written to `log`."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        os.setpgid(0, 0)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        import tensorflow as tf

        from components import main, screen

        tf.config.run_functions_eagerly(system in fakes.SMALL)  # a few steps take less time than their trace
        with screen.opened():
            main.execute(recipe(system), workdir)
        code = 0
    except SystemExit as error:
        print(error, file=sys.stderr, flush=True)
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 70
    finally:
        sys.stderr.flush()
        os._exit(code)


def wait(process: int, seconds: float) -> int | None:
    """Exit status of a process that ended within that time (negative: by a signal), else None."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(min(0.02, max(until - time.monotonic(), 0)))
    return None


def kill(process: int) -> None:
    """Kills a run and what it started."""
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)


def digests(workdir: pathlib.Path) -> dict[str, str]:
    """Path -> digest of everything that two runs have in common: all results, weights, features and clusters."""
    found = {}
    for path in sorted(workdir.rglob("*")):
        name = path.relative_to(workdir).as_posix()
        if not path.is_file() or CHANGES.search(name):
            continue
        content = _values(path) if path.name.endswith(".h5") else path.read_bytes()
        found[name] = hashlib.sha256(content.replace(str(workdir).encode(), b"")).hexdigest()
    for path in sorted(workdir.rglob("metrics.jsonl")):
        found[path.relative_to(workdir).as_posix()] = json.dumps(fakes.logged(path.parent))
    return found


def _values(path: pathlib.Path) -> bytes:
    """Names and values of a file of weights."""
    import h5py

    names: list[str] = []
    with h5py.File(path) as file:
        file.visit(names.append)
        return b"".join(name.encode() + file[name][()].tobytes() for name in names if hasattr(file[name], "dtype"))


def finished(workdir: pathlib.Path) -> dict[str, int]:
    """Fingerprint -> when it was written, of each complete output."""
    return {path.relative_to(workdir).as_posix(): path.stat().st_mtime_ns
            for path in workdir.rglob("fingerprint.json") if ".partial" not in str(path)}  # fmt: skip


def epochs(workdir: pathlib.Path) -> dict[str, int]:
    """Name of a phase of an unfinished training -> last epoch that can be resumed from."""
    found = {}
    for path in workdir.rglob("*.state.json"):
        name = path.relative_to(workdir).as_posix().replace("model.partial", "model")
        found[name] = json.loads(path.read_text(encoding="utf-8"))["epoch"]
    return found
