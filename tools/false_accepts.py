# SPDX-License-Identifier: MIT
"""How many strangers an Identifier takes for somebody, beside the share that was wished.

python tools/false_accepts.py --model runs/joint_distances_cmu_walk_pose_True/seed_1
python tools/false_accepts.py --model RUN/seed_1 --people OTHER_RUN --enrolled 5,8,20

In each draw some people of the gallery are enrolled by their gallery recordings, and every probe recording is
identified; those of the others are strangers. Nothing is learnt from the probe. People come from the run itself, whose
model may have learnt from their train recordings, or by --people from another run's data set of the same joints.
"""

import argparse
import functools
import pathlib
import sys
from collections.abc import Iterator

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
WISHED = 0.01, 0.05, 0.1, 0.2
DRAWS = 20


class Remembered:
    """A loaded model that computes the features of equal items once."""

    def __init__(self, embedder):
        self._embedder, self._known = embedder, {}
        self.inputs, self.pools = embedder.inputs, embedder.pools

    def embed(self, items) -> np.ndarray:
        """As Embedder."""
        return self._once(self._embedder.embed, items)

    def embed_tracklet(self, images) -> np.ndarray:
        """As Embedder."""
        return self._once(self._embedder.embed_tracklet, images)

    def _once(self, function, items):
        key = np.ascontiguousarray(items).tobytes()
        if key not in self._known:
            self._known[key] = function(items)
        return self._known[key]


def recordings(part) -> Iterator[tuple[str, np.ndarray]]:
    """Identity and frames of each recording or tracklet of a split."""
    if hasattr(part, "recordings"):
        whole = part.recordings
        for name, start, length in zip(whole.identity, whole.start, whole.length, strict=True):
            yield str(name), whole.joints[start : start + length]
    else:
        for name in np.unique(part.recording):
            rows = np.flatnonzero(part.recording == name)
            yield str(part.identity[rows[0]]), part.raw(rows)


def draw(make, gallery: list, probe: list, number: int, seed: int) -> list[list[tuple[bool, bool]]]:
    """For each wished share, (a stranger, named: for known people named right) of every probe recording."""
    people = sorted({name for name, _ in gallery})
    enrolled = set(np.random.default_rng([seed, 13]).permutation(people)[:number].tolist())
    found = []
    for wished in WISHED:
        identifier = make(false_accepts=wished)
        for name, frames in gallery:
            if name in enrolled:
                identifier.enrol(name, frames)
        answers = [(name not in enrolled, identifier.identify(frames).name, name) for name, frames in probe]
        found.append([(stranger, said is not None if stranger else said == name) for stranger, said, name in answers])
    return found


def table(make, gallery: list, probe: list, numbers: list[int]) -> Iterator[str]:
    """Lines of Markdown: realised shares of strangers accepted, and in brackets of known people named right."""
    yield "| enrolled | strangers | " + " | ".join(f"{100 * wished:g} % wished" for wished in WISHED) + " |"
    yield "|---" * (2 + len(WISHED)) + "|"
    people = len({name for name, _ in gallery})
    for number in numbers:
        found = np.array([draw(make, gallery, probe, number, seed) for seed in range(DRAWS)])  # (draws, wished, P, 2)
        cells = []
        for stranger, named in np.moveaxis(found, (1, 3), (0, 1)).astype(bool):
            cells.append(f"{100 * named[stranger].mean():.1f} ({100 * named[~stranger].mean():.1f})")
        yield f"| {number} | {people - number} | " + " | ".join(cells) + " |"


def sides(run: pathlib.Path) -> list[list[tuple[str, np.ndarray]]]:
    """Recordings of gallery and probe of a run's data set."""
    import ml_collections

    from components import splits
    from tfskel import arrays

    recipe = ml_collections.ConfigDict(arrays.read_json(run / "config.json"))
    parts = splits.read(run / "recordings", recipe.dataset, min(recipe.dataset.divisions, default=None))
    return [list(recordings(part)) for part in (parts.gallery, parts.probe)]


def main() -> None:
    """Prints the table."""
    sys.path.insert(0, str(ROOT))
    from tfskel import calibration, identifier, inference

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True, metavar="RUN/seed_1")
    parser.add_argument("--people", type=pathlib.Path, metavar="RUN", help="run whose people are enrolled")
    parser.add_argument("--enrolled", default="", help="numbers of people, such as 5,8; default: two thirds")
    options = parser.parse_args()
    gallery, probe = sides(options.people or options.model.parent)
    folder = options.model / inference.SAVED_MODEL
    make = functools.partial(
        identifier.Identifier, Remembered(inference.load(folder)), identifier.fingerprint(folder),
        calibration.of_run(options.model),
    )  # fmt: skip
    people = len({name for name, _ in gallery})
    numbers = [int(number) for number in options.enrolled.split(",") if number] or [round(2 * people / 3)]
    if not 1 <= min(numbers) <= max(numbers) < people:
        parser.error(f"--enrolled must be 1 to {people - 1}, as the gallery has {people} people; received {numbers}.")
    for line in table(make, gallery, probe, numbers):
        print(line, flush=True)


if __name__ == "__main__":
    main()
