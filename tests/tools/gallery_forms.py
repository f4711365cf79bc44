# SPDX-License-Identifier: MIT
"""Forms of searching people in large galleries that tools/bench.py measures against each other, and their targets."""

import numpy as np

from tests.tools import race
from tfskel import known_people

COLUMNS, WINDOWS, QUERIES = 256, 60, 200
WALK, NOISE = 1.5, 0.25
RECALL = 0.98
# size -> rows, turns
GALLERY = {"tiny": (1200, 1), "default": (120_000, 1), "full": (1_000_000, 1)}


def gallery(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Features (rows, 256) float32 of people with 60 windows each, and of further windows of 200 recordings.

    Every recording is a closed curve around a place of its own, as two phases of a walk, and every window has noise.
    """
    rng, recording = np.random.default_rng(0), np.arange(rows) // WINDOWS
    centre, cosine, sine = rng.standard_normal((3, recording[-1] + 1, COLUMNS), np.float32) / 16

    def walked(recording: np.ndarray, phase: np.ndarray) -> np.ndarray:
        vectors = rng.standard_normal((len(recording), COLUMNS), np.float32) * np.float32(NOISE / 16)
        vectors += 6 * centre[recording]
        for part, of_phase in ((cosine, np.cos), (sine, np.sin)):
            vectors += (WALK * of_phase(phase)).astype(np.float32)[:, None] * part[recording]
        return vectors

    vectors = walked(recording, np.arange(rows) % WINDOWS * 0.21)
    return vectors, walked(rng.integers(0, recording[-1] + 1, QUERIES), rng.uniform(0, 6.28, QUERIES))


def identify(size: str) -> list[dict]:
    """Nearest people of each query: all rows searched, or an index; they differ where the index misses the nearest.

    The index is built before the race.
    """
    import faiss

    rows, turns = GALLERY[size]
    vectors, queries = gallery(rows)
    names = np.char.zfill((np.arange(rows) // WINDOWS).astype(str), 6)
    people, exact = known_people.KnownPeople(vectors, names, "bench"), faiss.IndexFlatL2(COLUMNS)
    exact.add(people.vectors)
    of_row = np.searchsorted(people.people, people.names)

    def all_rows() -> np.ndarray:
        return of_row[exact.search(queries, 1)[1][:, 0]]

    nearest = all_rows()
    approximate, known_people.APPROXIMATE = known_people.APPROXIMATE, 0
    try:
        people.distances(queries[:1])
        forms = [
            race.Form("all rows", all_rows, QUERIES, lambda found: np.mean(found == nearest)),
            race.Form("index", lambda: people.distances(queries), QUERIES,
                      lambda found: np.mean(found.argmin(axis=1) == nearest)),
        ]  # fmt: skip
        row = race.Row("people in a large gallery", "all rows", "index", least_rate=1000 if size == "full" else 0)
        return race.race([row], forms, "query", turns, tolerance=1 - RECALL)
    finally:
        known_people.APPROXIMATE = approximate
