# SPDX-License-Identifier: MIT
"""Invented data for tests: people who walk, and the files that users bring."""

import json
import os
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
GOLDEN = ROOT / "tests/golden"
SPLITS = ("train", "gallery", "probe")


def recorded(variable: str, *parts: str) -> pathlib.Path:
    """A path below the folder that an environment variable names; it does not exist where the variable is not set.

    TFSKEL_GOLDEN is the folder of all recordings of the original programs (a folder for each system), TFSKEL_CMU_WALK
    that of the CMU walking set. Tests that need them skip where they are not at hand.
    """
    return pathlib.Path(os.environ.get(variable) or f"{variable} is not set", *parts)


def walk(person: int, seed: int, frames: int = 24, joints: int = 20) -> np.ndarray:
    """(frames, joints, 3) metres: a body of its own that sways and comes nearer, with 5 mm of noise."""
    body, noise = np.random.default_rng(1000 + person), np.random.default_rng(seed)
    base = body.normal(0, 0.25, (joints, 3))
    base[:, 1] += np.linspace(0.9, 1.7, joints)
    time = np.arange(frames)[:, None, None] / 30
    swing = body.uniform(0.02, 0.1, (1, joints, 3)) * np.sin(7.5 * time + body.uniform(0, 6.28, (1, joints, 3)))
    walked = base + swing + noise.normal(0, 0.005, (frames, joints, 3))
    walked[..., 2] += 2.5 - 0.3 * time[..., 0]
    return walked


def examples(names=("id0", "id1", "id2"), frames: int = 24, joints: int = 20) -> dict[str, list[dict]]:
    """Split -> example dicts, one recording for each identity and split."""
    return {
        split: [
            {
                "joints": walk(person, 10 * person + number, frames, joints).astype(np.float32),
                "identity": name,
                "recording": f"{name} {split}",
            }
            for person, name in enumerate(names)
        ]
        for number, split in enumerate(SPLITS)
    }


def write_npz(folder: pathlib.Path, splits: dict[str, list[dict]]) -> pathlib.Path:
    """recordings.npz and splits.json."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for rows in splits.values() for row in rows]
    length = np.array([len(row["joints"]) for row in rows])
    np.savez(
        folder / "recordings.npz",
        joints=np.concatenate([row["joints"] for row in rows]),
        recording=np.array([row["recording"] for row in rows]),
        identity=np.array([row["identity"] for row in rows]),
        start=np.cumsum(length) - length,
        length=length,
    )
    segments = {split: [[row["recording"], 0, len(row["joints"])] for row in rows] for split, rows in splits.items()}
    (folder / "splits.json").write_text(json.dumps({"splits": segments}), encoding="utf-8")
    return folder


def csv_text(splits: dict[str, list[dict]]) -> str:
    """One row per frame, with a column split."""
    joints = next(iter(splits.values()))[0]["joints"].shape[1]
    lines = [",".join(["recording", "identity", "frame", "split", *(f"{a}{j}" for j in range(joints) for a in "xyz")])]
    for split, rows in splits.items():
        for row in rows:
            numbers = row.get("frames", np.arange(len(row["joints"])))
            for frame, pose in zip(numbers, row["joints"], strict=True):
                words = [row["recording"], row["identity"], str(frame), split]
                lines.append(",".join([*words, *(f"{value:.4f}" for value in pose.ravel())]))
    return "\n".join(lines) + "\n"


def write_csv(folder: pathlib.Path, splits: dict[str, list[dict]]) -> pathlib.Path:
    """recordings.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recordings.csv").write_text(csv_text(splits), encoding="utf-8")
    return folder
