# SPDX-License-Identifier: MIT
"""Comparisons through the program: what is missing is run, the finished is reused, tables go where they should."""

import csv
import sys

import pytest

from tests import fakes


def compare(folder, *words):
    return fakes.run([sys.executable, str(fakes.ROOT / "tools/compare.py"), *words], folder)


def settings(of):
    return " ".join(f'"--config.{name}={value}"' for name, value in of.items())


def numbers(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_comparison_of_skeleton_systems_is_written_and_its_runs_are_reused(tmp_path):
    small = settings(fakes.SMALL["joint_distances"])
    recipes = [f"joint_distances_gait_sim {small}", f"joint_distances_gait_sim:scale_free=True {small}"]
    (tmp_path / "TABLE.md").write_text("a\n<!-- compare:lengths -->\n<!-- /compare:lengths -->\nb\n")
    words = [*recipes, "--seeds=1,2", "--name=lengths", "--write=TABLE.md"]
    first = compare(tmp_path, *words)
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
    again = compare(tmp_path, *words)
    assert again.returncode == 0 and "running" not in again.stderr and again.stderr.count("  reuse\n") == 10
    assert (folder / "results.csv").read_bytes() == kept
    (folder / "fingerprint.json").unlink()
    assert "holds other files than those of a comparison" in compare(tmp_path, *words).stderr


def test_a_comparison_of_image_systems_has_both_directions_and_reports(tmp_path):
    small = dict(fakes.SMALL_IMAGES["upmnet"])
    small |= {f"dataset.options.{name}": value for name, value in small.pop("dataset.options").items()}
    recipes = [f"upmnet_person_sim:relation={which} {settings(small)}" for which in ("local", "global")]
    done = compare(tmp_path, *recipes, "--seeds=1", "--reports")
    assert done.returncode == 0, done.stderr[-2000:]
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
def test_what_cannot_be_compared_is_a_message_and_nothing_is_written(tmp_path, words, message):
    (tmp_path / "TABLE.md").write_text("<!-- compare:other -->\n<!-- /compare:other -->\n")
    done = compare(tmp_path, *words)
    assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()
