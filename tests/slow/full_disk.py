# SPDX-License-Identifier: MIT
"""Runs on a disk that is full at one write after another: each stops with a message, and goes on when there is room.

python -m tests.slow.full_disk --count=40 --system=joint_distances

Needs the right to mount a file system in memory (Linux, root). A whole run tells at how many bytes the writes of each
stage end; for each of so many of them a run finds the outputs of the earlier stages on a disk that is smaller by a
page. It has to say that the disk is full, where, and nothing else; with room again, the next run has to keep every
complete output and give the results of the whole run.
"""

import collections
import contextlib
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from tests.slow import forked_runs, run_contents
from tfskel.data import order

ROOM = 1 << 30
PAGE = 4096


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


def run(system: str, disk: pathlib.Path, log: pathlib.Path) -> tuple[int | None, dict[int, int]]:
    """Exit status of a run, and bytes that were in use at one moment or another -> the first such moment."""
    process, levels = forked_runs.start(system, disk / "run", log), {}
    until = time.monotonic() + forked_runs.LONGEST
    while time.monotonic() < until:
        levels.setdefault(used(disk), time.time_ns())
        status = forked_runs.wait(process, 0.002)
        if status is not None:
            return status, levels
    forked_runs.kill(process)
    return None, levels


class Whole:
    """A run with room, what it leaves, and the bytes that each stage had written at one moment or another."""

    def __init__(self, system: str, scratch: pathlib.Path):
        self.system, self.disk, self.log = system, scratch / "disk", scratch / "log.txt"
        self._kept = scratch / "kept"
        with mounted(self.disk, ROOM):
            status, levels = run(system, self.disk, self.log)
            assert status == 0, self.log.read_text(errors="replace")
            self.expected = run_contents.of(self.disk / "run")
            ends = forked_runs.finished(self.disk / "run")
            shutil.copytree(self.disk / "run", self._kept)
        self.outputs = sorted(ends, key=ends.get)
        begins = [0, *(ends[name] for name in self.outputs)]
        of_stages = [[level for level, when in levels.items() if begin < when <= end]
                     for begin, end in itertools.pairwise(begins)]  # fmt: skip
        self.written = [{level - min(seen, default=0) for level in seen} | self._files(name)
                        for seen, name in zip(of_stages, self.outputs, strict=True)]  # fmt: skip

    def _files(self, output: str) -> set[int]:
        """Bytes after each file of an output: a moment may be too short to be seen."""
        stats = [path.stat() for path in (self._kept / output).parent.rglob("*") if path.is_file()]
        pages = [-(-each.st_size // PAGE) for each in sorted(stats, key=lambda each: each.st_mtime_ns)]
        return {PAGE * total for total in itertools.accumulate(pages)}

    def before(self, stage: int) -> None:
        """Puts the outputs of the stages before one on the disk."""
        shutil.copytree(self._kept, self.disk / "run")
        for name in self.outputs[stage:]:
            shutil.rmtree((self.disk / "run" / name).parent)

    def disks(self, count: int) -> list[tuple[int, int]]:
        """Stages, and bytes that are too few for one of their writes; about so many in all, evenly chosen."""
        share, found = -(-count // len(self.written)), []
        for stage, written in enumerate(self.written):
            needed = sorted(written - {0})
            chosen = order.evenly(len(needed), min(share, len(needed)))
            found += [(stage, needed[place] - PAGE) for place in chosen]
        return found


def full(whole: Whole, stage: int, free: int) -> tuple[str, list[str]]:
    """What a run from that stage on says with so many free bytes; its faults, and those of the next one."""
    disk, log = whole.disk, whole.log
    with mounted(disk, ROOM):
        whole.before(stage)
        resize(disk, used(disk) + free)
        status, _ = run(whole.system, disk, log)
        said, faults = log.read_text(encoding="utf-8", errors="replace"), []
        before = forked_runs.finished(disk / "run")
        if status == 0:
            same = run_contents.of(disk / "run") == whole.expected
            return "it fits", [] if same else ["ended well with other results"]
        message = said[said.find("stopped:") :] if "stopped:" in said else ""
        if status != 1 or "No space left" not in message or str(disk) not in message or "Traceback" in said:
            faults.append(f"ended with {status}: ...{said[-700:]}")
        resize(disk, ROOM)
        status, _ = run(whole.system, disk, log)
        if status != 0:
            return message, [*faults, f"with room again {status}: {log.read_text(errors='replace')[-700:]}"]
        after = forked_runs.finished(disk / "run")
        faults += [f"{name} was made again" for name in before if after.get(name) != before[name]]
        found = run_contents.of(disk / "run")
        differ = [name for name in found | whole.expected if found.get(name) != whole.expected.get(name)]
        faults += [f"other results with room again: {differ[:9]}"] if differ else []
    return message, faults


def main() -> int:
    """1 where there was a fault."""
    options = forked_runs.options(__doc__, 40, "disks of a system", ["joint_distances"])
    began, bad, stopped = time.monotonic(), 0, collections.Counter()
    forked_runs.warm()
    for place, system in enumerate(options.system, 1):
        with tempfile.TemporaryDirectory() as folder:
            whole = Whole(system, pathlib.Path(folder))
            print(f"{system}: writes seen in each stage {[*map(len, whole.written)]}", flush=True)
            for stage, free in whole.disks(options.count):
                if time.monotonic() - began > options.seconds * place / len(options.system):
                    break
                message, faults = full(whole, stage, free)
                where = re.search(r"it fits|stage \w+", message)
                stopped[system, where[0] if where else "before a stage"] += 1
                for fault in faults:
                    bad += 1
                    print(f"  FAULT {system}, {whole.outputs[stage]}, {free:,} bytes free: {fault}", flush=True)
    for (system, where), number in stopped.items():
        print(f"{system}: {number} {where}")
    print(f"{stopped.total()} disks, {bad} faults, {time.monotonic() - began:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
