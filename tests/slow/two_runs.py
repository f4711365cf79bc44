# SPDX-License-Identifier: MIT
"""Two runs in one folder: one works, the other says so or finds everything done; never do both write.

python -m tests.slow.two_runs --count=20

The second begins after a random time, also at once; in every fourth case the first is killed, and the second, begun
again, has to end its work.
"""

import pathlib
import random
import sys
import tempfile
import time

from tests.slow import forked_runs, run_contents

BUSY = "another run is working in"


def pair(system: str, workdir: pathlib.Path, expected: dict[str, str], draw: random.Random, kill: bool) -> list[str]:
    """Faults of two runs, and of a third where the first is killed."""
    logs = [workdir.with_name(f"{workdir.name} {place}.txt") for place in (1, 2)]
    processes = [forked_runs.start(system, workdir, logs[0])]
    time.sleep(draw.choice((0.0, draw.uniform(0, 0.3), draw.uniform(0, 3))))
    processes.append(forked_runs.start(system, workdir, logs[1]))
    if kill:
        time.sleep(draw.uniform(0, 1.5))
        forked_runs.kill(processes.pop(0))
        logs.pop(0)
    ends = [forked_runs.wait(process, forked_runs.LONGEST) for process in processes]
    faults = []
    for status, log in zip(ends, logs, strict=True):
        said = log.read_text(encoding="utf-8", errors="replace")
        if status != 0 and not (status == 1 and BUSY in said):
            faults.append(f"ended with {status}: {said[-700:]}")
    if 0 not in ends and not kill:
        faults.append("none of both did the work")
    if 0 not in ends:
        last = forked_runs.wait(forked_runs.start(system, workdir, logs[0]), forked_runs.LONGEST)
        faults += [f"the next one ended with {last}"] if last else []
    if run_contents.of(workdir) != expected:
        faults.append("other results")
    return faults


def main() -> int:
    """1 where there was a fault."""
    options = forked_runs.options(__doc__, 20, "pairs of runs of a system", ["joint_distances"])
    draw, began, bad, done = random.Random(options.seed), time.monotonic(), 0, 0
    forked_runs.warm()
    for system in options.system:
        with tempfile.TemporaryDirectory() as folder:
            scratch = pathlib.Path(folder)
            expected = forked_runs.whole(system, scratch / "whole", scratch / "log.txt")
            for number in range(options.count):
                if time.monotonic() - began > options.seconds:
                    break
                done += 1
                for fault in pair(system, scratch / str(number), expected, draw, number % 4 == 3):
                    bad += 1
                    print(f"  FAULT {system}, pair {number}: {fault}", flush=True)
    print(f"{done} pairs, {bad} faults, {time.monotonic() - began:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
