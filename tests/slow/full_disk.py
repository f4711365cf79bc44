# SPDX-License-Identifier: MIT
"""Runs on a disk that is full at one write after another: each stops with a message, and goes on when there is room.

python -m tests.slow.full_disk --count=40 --system=joint_distances

Needs the right to mount a file system in memory (Linux, root). A whole run tells at how many bytes its writes end; for
each of so many of them a run gets a disk that is smaller by a page. It has to say that the disk is full, where, and
nothing else; with room again, the next run has to keep every complete output and give the results of the whole run.
"""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from tests.slow import forked_runs

ROOM = 1 << 30
PAGE = 4096
LONGEST = 600.0


@contextlib.contextmanager
def mounted(folder: pathlib.Path, size: int) -> Iterator[None]:
    """A disk of that many bytes at a folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def resize(folder: pathlib.Path, size: int) -> None:
    """Gives the disk of a folder another size."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def used(folder: pathlib.Path) -> int:
    """Bytes in use on the disk of a folder."""
    status = os.statvfs(folder)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


def run(system: str, disk: pathlib.Path, log: pathlib.Path) -> tuple[int | None, set[int]]:
    """Exit status of a run, and the bytes that were in use at one moment or another."""
    process, levels, until = forked_runs.start(system, disk / "run", log), set(), time.monotonic() + LONGEST
    while time.monotonic() < until:
        levels.add(used(disk))
        status = forked_runs.wait(process, 0.004)
        if status is not None:
            return status, levels
    forked_runs.kill(process)
    return None, levels


def full(system: str, scratch: pathlib.Path, size: int, expected: dict[str, str]) -> list[str]:
    """Faults of a run on a disk of that many bytes, and of the next one, which has room."""
    disk, log = scratch / "disk", scratch / "log.txt"
    with mounted(disk, size):
        status, _ = run(system, disk, log)
        said, faults = log.read_text(encoding="utf-8", errors="replace"), []
        before = forked_runs.finished(disk / "run")
        if status == 0:
            return [] if forked_runs.digests(disk / "run") == expected else ["ended well with other results"]
        message = said[said.find("stopped:") :] if "stopped:" in said else ""
        if status != 1 or "No space left" not in message or str(disk) not in message or "Traceback" in said:
            faults.append(f"ended with {status}: ...{said[-700:]}")
        resize(disk, ROOM)
        status, _ = run(system, disk, log)
        if status != 0:
            return [*faults, f"with room again {status}: {log.read_text(errors='replace')[-700:]}"]
        after = forked_runs.finished(disk / "run")
        faults += [f"{name} was made again" for name in before if after.get(name) != before[name]]
        if forked_runs.digests(disk / "run") != expected:
            faults.append("other results with room again")
    return faults


def main() -> int:
    """1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=40, help="disks")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no other after so many")
    parser.add_argument("--system", default="joint_distances", choices=forked_runs.SYSTEMS)
    options = parser.parse_args()
    began, bad, done = time.monotonic(), 0, 0
    forked_runs.warm()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        with mounted(scratch / "disk", ROOM):
            status, levels = run(options.system, scratch / "disk", scratch / "log.txt")
            assert status == 0, (scratch / "log.txt").read_text(errors="replace")
            expected = forked_runs.digests(scratch / "disk/run")
        sizes = sorted(level - PAGE for level in levels if level > PAGE)
        chosen = sizes[:: -(-len(sizes) // options.count)]
        print(
            f"{options.system}: {len(sizes)} sizes up to {sizes[-1]:,} bytes, {len(chosen)} of them tried", flush=True
        )
        for size in chosen:
            if time.monotonic() - began > options.seconds:
                break
            done += 1
            for fault in full(options.system, scratch, size, expected):
                bad += 1
                print(f"  FAULT disk of {size:,} bytes: {fault}", flush=True)
    print(f"{options.system}: {done} disks, {bad} faults, {time.monotonic() - began:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
