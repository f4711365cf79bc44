# SPDX-License-Identifier: MIT
"""A day before a camera in minutes: people are watched, enrolled and forgotten, and the memory stays the same.

python tests/slow/identifier_soak.py runs/joint_distances_cmu_walk_pose_True/seed_1 --frames=200000

Frames come one by one without a pause, those of real walks in turn; every 1,000 frames somebody is forgotten, enrolled
again and saved. A day of 30 frames a second is 2,592,000. Fails where the process grew by more than 32 MB after the
first tenth.
"""

import argparse
import itertools
import pathlib
import sys
import tempfile
import time

MOST = 32 << 20
CYCLE = 1000


def resident() -> int:
    """Bytes of this process in memory."""
    pages = pathlib.Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * 4096


def watch(identifier, walks: dict, frames: int, path: pathlib.Path) -> list[int]:
    """Streams that many frames; bytes in memory after each tenth."""
    people, sizes = sorted(walks), []
    for person in people:
        identifier.enrol(person, walks[person])
    stream = itertools.chain.from_iterable(walks[person] for person in itertools.cycle(people))
    for number, frame in enumerate(itertools.islice(stream, frames), 1):
        identifier.observe(frame)
        if number % CYCLE == 0:
            person = people[number // CYCLE % len(people)]
            identifier.forget(person)
            identifier.enrol(person, walks[person])
            identifier.save(path)
        if number % (frames // 10) == 0:
            sizes.append(resident())
            print(f"{number} frames, {sizes[-1] / 1e6:.1f} MB, {len(identifier.people())} people", flush=True)
    return sizes


def main() -> int:
    """1 where memory grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path, metavar="RUN/seed_1")
    parser.add_argument("--frames", type=int, default=200_000)
    options = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
    from datasets_tfds.cmu_walk import embedded
    from tfskel import identifier

    walks = {row["identity"]: row["joints"] for row in embedded.read("kinect_v1", noisy=True).values()}
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = identifier.Identifier.load(options.run)
        sizes = watch(found, walks, options.frames, pathlib.Path(folder) / "people.npz")
    grown, seconds = max(sizes) - sizes[0], time.monotonic() - begin
    print(f"{seconds:.0f} s, {1e3 * seconds / options.frames:.2f} ms a frame, grown by {grown / 1e6:.1f} MB")
    return int(grown > MOST)


if __name__ == "__main__":
    sys.exit(main())
