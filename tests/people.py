# SPDX-License-Identifier: MIT
"""Invented walking people, and files of them in the forms of the user's own recordings."""

import json
import pathlib

import numpy as np

SPLITS = ("train", "gallery", "probe")


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


def examples(people: int = 3, frames: int = 24, joints: int = 20) -> dict[str, list[dict]]:
    """Split -> example dicts, one recording per person and split."""
    return {
        split: [
            {
                "joints": walk(person, 10 * person + number, frames, joints).astype(np.float32),
                "subject": f"id{person}",
                "recording": f"p{person}_{split}",
            }
            for person in range(people)
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
        identity=np.array([row["subject"] for row in rows]),
        start=np.cumsum(length) - length,
        length=length,
    )
    segments = {split: [[row["recording"], 0, len(row["joints"])] for row in rows] for split, rows in splits.items()}
    (folder / "splits.json").write_text(json.dumps({"splits": segments}))
    return folder


def csv_text(splits: dict[str, list[dict]]) -> str:
    """One row per frame, with a column split."""
    joints = next(iter(splits.values()))[0]["joints"].shape[1]
    lines = [",".join(["recording", "identity", "frame", "split", *(f"{a}{j}" for j in range(joints) for a in "xyz")])]
    for split, rows in splits.items():
        for row in rows:
            numbers = row.get("frames", np.arange(len(row["joints"])))
            for frame, pose in zip(numbers, row["joints"], strict=True):
                words = [row["recording"], row["subject"], str(frame), split]
                lines.append(",".join([*words, *(f"{value:.4f}" for value in pose.ravel())]))
    return "\n".join(lines) + "\n"


def write_csv(folder: pathlib.Path, splits: dict[str, list[dict]]) -> pathlib.Path:
    """recordings.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recordings.csv").write_text(csv_text(splits))
    return folder
