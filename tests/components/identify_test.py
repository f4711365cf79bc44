# SPDX-License-Identifier: MIT
"""tfskel-identify enrols people from files, names them and forgets them."""

import shutil

import numpy as np
import pytest
from absl import flags
from absl.testing import flagsaver

from components import identify as command
from tests import fakes


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


@pytest.fixture
def identify(capsys):
    """Runs a command on the run in a folder: what it prints, and the sentence that it stops with."""

    def run_command(folder, *arguments):
        flags.FLAGS.mark_as_parsed()
        chosen = {"model": str(folder / "run/seed_1"), "threshold": 1000.0, "people": str(folder / "people.npz")}
        stopped = ""
        with flagsaver.flagsaver(**chosen):
            try:
                command.main(["tfskel-identify", *arguments])
            except SystemExit as stop:
                stopped = str(stop)
        return capsys.readouterr(), stopped

    return run_command


def test_people_are_enrolled_named_listed_and_forgotten(run, identify):
    folder, people = run
    for person in people:
        printed, stopped = identify(folder, "enrol", person, str(folder / f"{person}_0.npy"))
        assert not stopped and "unit: mm" in printed.err and f"{person}: " in printed.out
    assert identify(folder, "people")[0].out.split() == people
    printed, _ = identify(folder, "identify", *(str(folder / f"{person}_1.npy") for person in people))
    assert "largest distance 1e+03: given" in printed.err
    assert [line.split(": ")[1].split(",")[0] for line in printed.out.splitlines()] == people
    assert "is forgotten" in identify(folder, "forget", people[0])[0].out
    assert identify(folder, "people")[0].out.split() == people[1:]
    assert "nobody is called" in identify(folder, "forget", people[0])[1]


def test_mistakes_end_with_a_sentence(run, identify, tmp_path):
    folder, _ = run
    assert "tfskel-identify --model" in identify(folder, "greet")[1]
    assert "expected a file that ends with" in identify(folder, "identify", str(tmp_path / "nothing.npy"))[1]
    shutil.copytree(folder / "run/seed_1/saved_model", tmp_path / "run/seed_1/saved_model")
    assert "unknown.json" in identify(tmp_path, "people")[1]
