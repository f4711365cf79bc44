# SPDX-License-Identifier: MIT
"""Small runs of every system in processes that begin with all imports done, so that hundreds take minutes."""

import argparse
import json
import os
import pathlib
import signal
import sys
import time
from collections.abc import Sequence

from tests import fakes
from tests.slow import run_contents

SYSTEMS = (*fakes.SMALL, *fakes.SMALL_IMAGES)
SETTINGS = {
    "cage": {"recognition.epochs": 4},
    "sm_sge": {"recognition.epochs": 4},
    "st_reidnet": {"clustering.k1": 3, "clustering.k2": 2},
}
LONGEST = 600.0  # seconds of a run


def options(description: str, count: int, counted: str, systems: Sequence[str] = SYSTEMS) -> argparse.Namespace:
    """What a campaign is told on its command line; of `systems` unless others are named."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=count, help=f"{counted}, default {count}")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing more after so many")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help=f"default {', '.join(systems)}")
    found = parser.parse_args()
    found.system = found.system or systems
    return found


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


def whole(system: str, workdir: pathlib.Path, log: pathlib.Path) -> dict[str, str]:
    """What a run leaves that nothing disturbs, see `run_contents.of`."""
    began, process = time.monotonic(), start(system, workdir, log)
    status = wait(process, LONGEST)
    if status is None:
        kill(process)
    assert status == 0, f"{system}: {status}\n{log.read_text(errors='replace')[-3000:]}"
    print(f"{system}: a whole run takes {time.monotonic() - began:.1f} s", flush=True)
    return run_contents.of(workdir)


def kill(process: int) -> None:
    """Kills a run and what it started."""
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)


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
