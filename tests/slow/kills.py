# SPDX-License-Identifier: MIT
"""Runs of every system killed at random moments and begun again until they end: the results equal those of whole runs.

python -m tests.slow.kills --count=200

After each kill every complete output is still there, untouched, and no training goes back behind an epoch that it had
finished. Prints a line for each run and each fault.
"""

import pathlib
import random
import sys
import tempfile
import time

from tests.slow import forked_runs, run_contents

MEAN = 0.3  # of the time of a whole run, until a kill


def _lost(before: tuple[dict, dict], workdir: pathlib.Path) -> list[str]:
    """What was complete before and is not any more, or was made again."""
    outputs, epochs = forked_runs.finished(workdir), forked_runs.epochs(workdir)
    lost = [
        f"{name} was {'made again' if name in outputs else 'lost'}"
        for name in before[0]
        if outputs.get(name) != before[0][name]
    ]
    return lost + [
        f"{name} went back to epoch {epochs[name]}" for name in before[1] if epochs.get(name, 1e9) < before[1][name]
    ]


def broken(
    system: str, expected: dict[str, str], scratch: pathlib.Path, number: int, most: int, mean: float
) -> tuple[int, list[str]]:
    """Kills of one run until it ends, at most so many, each after about `mean` seconds, and its faults."""
    workdir, draw, kills, faults, began = scratch / f"{system} {number}", random.Random(number), 0, [], time.monotonic()
    before, stages = ({}, {}), []
    while True:
        process = forked_runs.start(system, workdir, scratch / "log.txt")
        status = forked_runs.wait(process, draw.expovariate(1 / mean) if kills < most else forked_runs.LONGEST)
        if status is None:
            forked_runs.kill(process)
            kills += 1
        faults += _lost(before, workdir)
        before = forked_runs.finished(workdir), forked_runs.epochs(workdir)
        stages.append(len(before[0]))
        if status:
            faults.append(f"ended with {status}: {(scratch / 'log.txt').read_text(errors='replace')[-1500:]}")
        if status is not None:
            break
    found = {} if status else run_contents.of(workdir)
    differ = [name for name in expected | found if expected.get(name) != found.get(name)] if found else []
    faults += [f"{len(differ)} of {len(expected)} contents differ: {', '.join(differ[:9])}"] if differ else []
    left = [path for path in workdir.rglob("*") if ".partial" in path.name or path.name.startswith(".unfinished")]
    faults += [f"left behind: {left[:5]}"] if left and not status else []
    print(f"{system}: {kills} kills after {stages} stages, {len(expected)} contents compared, "
          f"{time.monotonic() - began:.0f} s, {len(faults)} faults", flush=True)  # fmt: skip
    return kills, faults


def main() -> int:
    """1 where there was a fault."""
    options = forked_runs.options(__doc__, 200, "kills in all")
    began, total, bad = time.monotonic(), 0, 0
    forked_runs.warm()
    for place, system in enumerate(options.system):
        with tempfile.TemporaryDirectory() as folder:
            scratch, kills, number = pathlib.Path(folder), 0, options.seed
            from_here = time.monotonic()
            expected = forked_runs.whole(system, scratch / f"{system} whole", scratch / "log.txt")
            mean, wanted = MEAN * (time.monotonic() - from_here), -(-options.count // len(options.system))
            share = options.seconds * (place + 1) / len(options.system)
            while kills < wanted and time.monotonic() - began < share:
                number += 1
                more, faults = broken(system, expected, scratch, number, wanted - kills, mean)
                kills, bad = kills + more, bad + len(faults)
                for fault in faults:
                    print(f"  FAULT {system}, run {number}: {fault}", flush=True)
            total += kills
    print(f"{total} kills, {bad} faults, {time.monotonic() - began:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
