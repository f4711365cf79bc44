# SPDX-License-Identifier: MIT
"""Comparisons through the program: what is missing is run, the finished is reused, tables go where they should."""

import csv
import sys

import pytest

from components.compare import main
from tests import fakes


@pytest.fixture
def compare(tmp_path, monkeypatch, capfd):
    """Function of the words of a command line: what the program writes and shows, and how it ends, "" when well."""

    def run(*words):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["compare.py", *words])
        ended = ""
        try:
            main.console()
        except SystemExit as stop:
            ended = stop.code
        return *capfd.readouterr(), ended

    return run


def settings(of):
    return " ".join(f'"--config.{name}={value}"' for name, value in of.items())


def numbers(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_comparison_of_skeleton_systems_is_written_and_its_runs_are_reused(tmp_path, compare):
    small = settings(fakes.SMALL["joint_distances"])
    recipes = [f"joint_distances_gait_sim {small}", f"joint_distances_gait_sim:scale_free=True {small}"]
    (tmp_path / "TABLE.md").write_text("a\n<!-- compare:lengths -->\n<!-- /compare:lengths -->\nb\n")
    words = [*recipes, "--seeds=1,2", "--name=lengths", "--write=TABLE.md"]
    first = fakes.run([sys.executable, str(fakes.ROOT / "tools/compare.py"), *words], tmp_path)
    assert first.returncode == 0, first.stderr[-2000:]
    assert "beat" in first.stdout and "comparison:  runs/compare_lengths/compare.html" in first.stdout
    folder = tmp_path / "runs/compare_lengths"
    kept = (folder / "results.csv").read_bytes()
    found = numbers(folder / "results.csv")
    assert {row["seeds"] for row in found if row["learns"] == "True"} == {"1"}  # a closed form: the same for both seeds
    assert all(float(row["low"]) <= float(row["mean"]) <= float(row["high"]) for row in found)
    assert (tmp_path / "TABLE.md").read_text() == (
        f"a\n<!-- compare:lengths -->\n{(folder / 'tables.md').read_text()}<!-- /compare:lengths -->\nb\n"
    )
    _, shown, ended = compare(*words)
    assert not ended and "running" not in shown and shown.count("  reuse\n") == 10
    assert (folder / "results.csv").read_bytes() == kept
    (folder / "fingerprint.json").unlink()
    assert "holds other files than those of a comparison" in compare(*words)[-1]


def test_a_comparison_of_image_systems_has_both_directions_and_reports(tmp_path, compare):
    small = dict(fakes.SMALL_IMAGES["upmnet"])
    small |= {f"dataset.options.{name}": value for name, value in small.pop("dataset.options").items()}
    recipes = [f"upmnet_person_sim:relation={which} {settings(small)}" for which in ("local", "global")]
    *_, ended = compare(*recipes, "--seeds=1", "--reports")
    assert not ended
    page = (tmp_path / "runs/compare_comparison/compare.html").read_text(encoding="utf-8")
    assert page.count("report/report.html") == 2 and page.count("<svg") == 3 and "Family B: " in page
    methods = [row["method"] for row in numbers(tmp_path / "runs/compare_comparison/results.csv")]
    assert (
        sum("untrained network of upmnet" in name for name in methods) == 4 and "colour histogram of strips" in methods
    )


@pytest.mark.parametrize(
    "words, message",
    [
        ([], "name one comparison, or recipes of one data set"),
        (["sm_sge_gait_sim", "cage_cmu_walk"], "only results on one data set and protocol can be compared"),
        (["demo", "--write=TABLE.md"], "TABLE.md: expected one line '<!-- compare:demo -->'"),
        (["--write=TABLE.md"], "TABLE.md has a table 'other', which is no comparison of configs/comparisons.toml"),
    ],
)
def test_what_cannot_be_compared_is_a_message_and_nothing_is_written(tmp_path, compare, words, message):
    (tmp_path / "TABLE.md").write_text("<!-- compare:other -->\n<!-- /compare:other -->\n")
    *_, ended = compare(*words)
    assert ended.startswith("stopped: ") and message in ended
    assert not (tmp_path / "runs").exists()
