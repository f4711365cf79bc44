# SPDX-License-Identifier: MIT
"""Two runs in one folder: one works, the other says so or finds everything done; never do both write.

python -m tests.slow.two_runs --count=20

The second begins after a random time, also at once; in every fourth case the first is killed, and the second, begun
again, has to end its work.
"""

import argparse
import pathlib
import random
import sys
import tempfile
import time

from tests.slow import forked_runs

LONGEST = 300.0
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
    ends = [forked_runs.wait(process, LONGEST) for process in processes]
    faults = []
    for status, log in zip(ends, logs, strict=True):
        said = log.read_text(encoding="utf-8", errors="replace")
        if status != 0 and not (status == 1 and BUSY in said):
            faults.append(f"ended with {status}: {said[-700:]}")
    if 0 not in ends and not kill:
        faults.append("none of both did the work")
    if 0 not in ends:
        last = forked_runs.wait(forked_runs.start(system, workdir, logs[0]), LONGEST)
        faults += [f"the next one ended with {last}"] if last else []
    if forked_runs.digests(workdir) != expected:
        faults.append("other results")
    return faults


def main() -> int:
    """1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="pairs of runs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--system", default="joint_distances", choices=forked_runs.SYSTEMS)
    options = parser.parse_args()
    draw, began, bad = random.Random(options.seed), time.monotonic(), 0
    forked_runs.warm()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        process = forked_runs.start(options.system, scratch / "whole", scratch / "log.txt")
        assert forked_runs.wait(process, LONGEST) == 0, (scratch / "log.txt").read_text(errors="replace")
        expected = forked_runs.digests(scratch / "whole")
        for number in range(options.count):
            for fault in pair(options.system, scratch / str(number), expected, draw, number % 4 == 3):
                bad += 1
                print(f"  FAULT pair {number}: {fault}", flush=True)
    print(f"{options.system}: {options.count} pairs, {bad} faults, {time.monotonic() - began:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
