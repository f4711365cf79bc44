# SPDX-License-Identifier: MIT
"""Damaged files for every reader: each is read correctly or refused by its name, in time and memory.

python -m tests.slow.mutated_inputs --count=1000

A process for each reader reads its files one after another; one that takes more than ten seconds, more than 2 GB or
kills the process is a fault, and another process goes on with the next. Prints a line for each reader and each fault.
"""

import argparse
import collections
import multiprocessing
import os
import pathlib
import resource
import sys
import tempfile
import time
import warnings

from tests import mutations
from tests.intact_files import every
from tests.intact_files import reader as readers

SECONDS = 10.0
MEMORY = 2 << 30
START_SECONDS = 120.0  # imports and the intact file


def _virtual() -> int:
    return int(pathlib.Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * 4096


def _limit() -> None:
    most = _virtual() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _work(name: str, folder: pathlib.Path, intact: bytes, numbers: list[int], answers) -> None:
    """Reads the files of those numbers; sends of each the kind of damage, then what became of it."""
    warnings.simplefilter("ignore")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries say of damage
    reader = every.READERS[name]
    if reader.heavy:
        import tensorflow  # noqa: F401
    (folder / reader.file).write_bytes(intact)
    expected = reader.read(folder)
    _limit()
    answers.send("ready")
    for number in numbers:
        kind, damaged = mutations.of(intact, reader.kinds, number)
        answers.send((number, kind))
        began = time.monotonic()
        result = readers.outcome(reader, folder, expected, damaged)
        answers.send((*result, time.monotonic() - began))


def _ask(name: str, folder: pathlib.Path, intact: bytes, numbers: list[int]):
    """(number, kind, outcome, why, seconds) of files until one breaks the process, which is told, too."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.Process(target=_work, args=(name, folder, intact, numbers, theirs))
    worker.start()
    theirs.close()
    asked, limit = None, START_SECONDS
    try:
        for _ in range(1 + 2 * len(numbers)):
            if not ours.poll(limit):
                yield *asked, "fault", f"hangs for more than {limit:.0f} s", limit
                return
            answer, limit = ours.recv(), SECONDS
            if answer != "ready" and len(answer) == 2:
                asked = answer
            elif answer != "ready":
                yield *asked, *answer
    except EOFError:
        worker.join()
        yield *(asked or (-1, "the intact file")), "fault", f"ends the process ({worker.exitcode})", 0.0
    finally:
        worker.kill()
        worker.join()
        ours.close()


def campaign(name: str, count: int, first: int) -> tuple[collections.Counter, list[str], float]:
    """Outcomes of a reader, its faults in words, and the longest time."""
    reader, outcomes, faults, longest = every.READERS[name], collections.Counter(), [], 0.0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "intact"
        folder.mkdir()
        writer = multiprocessing.Process(target=reader.write, args=(folder,))  # here nothing heavy is imported
        writer.start()
        writer.join()
        assert not writer.exitcode, f"no intact file of {name}"
        intact, left = (folder / reader.file).read_bytes(), list(range(first, first + count))
        while left:
            for number, kind, outcome, why, seconds in _ask(name, folder, intact, left):
                outcomes[outcome], longest = outcomes[outcome] + 1, max(longest, seconds)
                if outcome == "fault":
                    faults.append(f"{name}, number {number}, {kind}: {why[:300]}")
                left = left[left.index(number) + 1 :] if number >= 0 else []
    return outcomes, faults, longest


def main() -> int:
    """1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="files in all")
    parser.add_argument("--first", type=int, default=0, help="number of the first file of each reader")
    parser.add_argument("--reader", action="append", choices=every.READERS, help="only this one")
    options = parser.parse_args()
    names = options.reader or list(every.READERS)
    total, began = collections.Counter(), time.monotonic()
    for name in names:
        outcomes, faults, longest = campaign(name, -(-options.count // len(names)), options.first)
        total += outcomes
        print(f"{name:26} {dict(outcomes)}, longest {longest:.2f} s", flush=True)
        for fault in faults:
            print(f"  FAULT {fault}", flush=True)
    print(f"{len(names)} readers, {sum(total.values())} files: {dict(total)}, {time.monotonic() - began:.0f} s")
    return int(total["fault"] > 0)


if __name__ == "__main__":
    sys.exit(main())
