# SPDX-License-Identifier: MIT
"""tfskel-identify enrols people from files, names them and forgets them."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests import fakes

CONSOLE = [sys.executable, "-c", "from components import identify; identify.console()"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A seed of a short run on simulated people, and two recordings of two of the real ones as files."""
    folder = tmp_path_factory.mktemp("identify")
    settings = fakes.SMALL["joint_distances"] | {"dataset.options.num_identities": 8, "export.selection": "last"}
    done = fakes.run(fakes.command("joint_distances_gait_sim.py", folder / "run", settings))
    assert done.returncode == 0, done.stderr
    walks = {}
    for row in fakes.real_walks("kinect_v1")["train"]:
        walks.setdefault(row["identity"], []).append(row["joints"])
    people = sorted(person for person, rows in walks.items() if len(rows) > 1)[:2]
    for person in people:
        for number in range(2):
            np.save(folder / f"{person}_{number}.npy", 1000 * walks[person][number])
    return folder, people


def identify(folder, *arguments):
    flags = ["--model", str(folder / "run/seed_1"), "--threshold", "1000", "--people", str(folder / "people.npz")]
    return subprocess.run([*CONSOLE, *flags, *arguments], cwd=fakes.ROOT, capture_output=True, text=True, check=False)


def test_people_are_enrolled_named_listed_and_forgotten(run):
    folder, people = run
    for person in people:
        done = identify(folder, "enrol", person, str(folder / f"{person}_0.npy"))
        assert done.returncode == 0 and "unit: mm" in done.stderr, done.stderr
    assert identify(folder, "people").stdout.split() == people
    named = identify(folder, "identify", *(str(folder / f"{person}_1.npy") for person in people))
    assert [line.split(": ")[1].split(",")[0] for line in named.stdout.splitlines()] == people
    assert identify(folder, "forget", people[0]).returncode == 0
    assert identify(folder, "people").stdout.split() == people[1:]
    again = identify(folder, "forget", people[0])
    assert again.returncode == 1 and "nobody is called" in again.stderr


def test_mistakes_end_with_a_sentence(run, tmp_path):
    folder, _ = run
    assert "tfskel-identify --model" in identify(folder, "greet").stderr
    missing = identify(folder, "identify", str(tmp_path / "nothing.npy"))
    assert missing.returncode == 1 and "expected a file that ends with" in missing.stderr
    shutil.copytree(folder / "run/seed_1/saved_model", tmp_path / "run/seed_1/saved_model")
    unfinished = identify(tmp_path, "people")
    assert unfinished.returncode == 1 and "unknown.json" in unfinished.stderr
