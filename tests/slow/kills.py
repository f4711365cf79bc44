# SPDX-License-Identifier: MIT
"""Runs of every system killed at random moments and begun again until they end: the results equal those of whole runs.

python -m tests.slow.kills --count=200

After each kill every complete output is still there, untouched, and no training goes back behind an epoch that it had
finished. Prints a line for each run and each fault.
"""

import argparse
import pathlib
import random
import sys
import tempfile
import time

from tests.slow import forked_runs

LONGEST = 600.0  # seconds of a run
MEAN = 3.5  # seconds until a kill


def whole(system: str, scratch: pathlib.Path) -> dict[str, str]:
    """What a run that nobody kills leaves."""
    workdir, began = scratch / f"{system} whole", time.monotonic()
    process = forked_runs.start(system, workdir, scratch / "log.txt")
    status = forked_runs.wait(process, LONGEST)
    if status is None:
        forked_runs.kill(process)
    assert status == 0, f"{system}: {status}\n{(scratch / 'log.txt').read_text(errors='replace')[-3000:]}"
    print(f"{system}: a whole run takes {time.monotonic() - began:.1f} s", flush=True)
    return forked_runs.digests(workdir)


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
    system: str, expected: dict[str, str], scratch: pathlib.Path, number: int, most: int
) -> tuple[int, list[str]]:
    """Kills of one run until it ends, at most so many, and its faults."""
    workdir, draw, kills, faults, began = scratch / f"{system} {number}", random.Random(number), 0, [], time.monotonic()
    before, stages = ({}, {}), []
    while True:
        process = forked_runs.start(system, workdir, scratch / "log.txt")
        status = forked_runs.wait(process, draw.expovariate(1 / MEAN) if kills < most else LONGEST)
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
    found = {} if status else forked_runs.digests(workdir)
    differ = [name for name in expected | found if expected.get(name) != found.get(name)] if found else []
    faults += [f"{len(differ)} of {len(expected)} files differ: {', '.join(differ[:9])}"] if differ else []
    left = [path for path in workdir.rglob("*") if ".partial" in path.name or path.name.startswith(".unfinished")]
    faults += [f"left behind: {left[:5]}"] if left and not status else []
    print(f"{system}: {kills} kills after {stages} stages, {len(expected)} files compared, "
          f"{time.monotonic() - began:.0f} s, {len(faults)} faults", flush=True)  # fmt: skip
    return kills, faults


def main() -> int:
    """1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="kills in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no other run after so many")
    parser.add_argument("--system", action="append", choices=forked_runs.SYSTEMS, help="only this one")
    options = parser.parse_args()
    systems, began, total, bad = options.system or forked_runs.SYSTEMS, time.monotonic(), 0, 0
    forked_runs.warm()
    for place, system in enumerate(systems):
        with tempfile.TemporaryDirectory() as folder:
            scratch, kills, number = pathlib.Path(folder), 0, options.seed
            expected, wanted = whole(system, scratch), -(-options.count // len(systems))
            share = options.seconds * (place + 1) / len(systems)
            while kills < wanted and time.monotonic() - began < share:
                number += 1
                more, faults = broken(system, expected, scratch, number, wanted - kills)
                kills, bad = kills + more, bad + len(faults)
                for fault in faults:
                    print(f"  FAULT {system}, run {number}: {fault}", flush=True)
            total += kills
    print(f"{total} kills, {bad} faults, {time.monotonic() - began:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
