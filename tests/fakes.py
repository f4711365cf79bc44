# SPDX-License-Identifier: MIT
"""Invented data for tests: people who walk, and the files that users bring."""

import os
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
GOLDEN = ROOT / "tests/golden"


def recorded(variable: str, *parts: str) -> pathlib.Path:
    """A path below the folder that an environment variable names; it does not exist where the variable is not set.

    TFSKEL_GOLDEN is the folder of all recordings of the original programs (a folder for each system), TFSKEL_CMU_WALK
    that of the CMU walking set. Tests that need them skip where they are not at hand.
    """
    return pathlib.Path(os.environ.get(variable) or f"{variable} is not set", *parts)


def walk(person: int, seed: int, frames: int = 24, joints: int = 20) -> np.ndarray:
    """(frames, joints, 3) metres of a person of own proportions; another seed is another walk of the same person."""
    body, noise = np.random.default_rng([7, person]), np.random.default_rng([8, person, seed])
    height = np.linspace(0.1, 1.7, joints) * body.uniform(0.85, 1.15)
    still = np.stack([body.normal(0, 0.15, joints), height, body.normal(0, 0.1, joints)], axis=1)
    time = np.arange(frames)[:, None, None] / 30
    swing = body.uniform(0.01, 0.06, (joints, 3)) * np.sin(6 * time + body.uniform(0, 6, (joints, 3)))
    return still + swing + [0, 0, 3] - [0, 0, 0.5] * time + noise.normal(0, 0.004, (frames, joints, 3))


def csv_text(names, splits=("train", "gallery", "probe"), frames: int = 24, joints: int = 20) -> str:
    """recordings.csv, a row for each frame: one recording of every identity in every split."""
    columns = [f"{axis}{joint}" for joint in range(joints) for axis in "xyz"]
    lines = [",".join(["recording", "identity", "frame", "split", *columns])]
    for person, name in enumerate(names):
        for seed, split in enumerate(splits):
            for number, row in enumerate(walk(person, seed, frames, joints).reshape(frames, -1)):
                values = ",".join(f"{value:.4f}" for value in row)
                lines.append(f"{name} {split},{name},{number},{split},{values}")
    return "\n".join(lines) + "\n"
