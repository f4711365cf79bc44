# SPDX-License-Identifier: MIT
"""Generated tables replace what stands between their markers, and nothing else."""

import re

import pytest

from components.compare import markers, named
from tests import fakes

TEXT = (
    "Before\n<!-- compare:one -->\nold\n<!-- /compare:one -->\nbetween\n<!-- compare:two -->\n<!-- /compare:two -->\n"
)


def test_only_the_named_table_is_replaced_as_often_as_wanted(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(TEXT)
    markers.write(path, "two", "| a |\n")
    markers.write(path, "one", "new\n")
    markers.write(path, "one", "newest\n\n")
    assert path.read_text() == TEXT.replace("old", "newest").replace("two -->\n<", "two -->\n| a |\n<", 1)
    assert markers.names(path) == ["one", "two"]


@pytest.mark.parametrize("text", ["no table", TEXT * 2, "<!-- /compare:one -->\n<!-- compare:one -->\n"])
def test_missing_doubled_and_turned_markers_are_refused_and_the_file_stays(tmp_path, text):
    path = tmp_path / "README.md"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"expected one line '<!-- compare:one -->' .* Tables in this file: "):
        markers.write(path, "one", "new")
    assert path.read_text() == text


def test_every_table_of_the_results_is_a_named_comparison_and_generated():
    results = fakes.ROOT / "docs/results.md"
    found = markers.names(results)
    assert found and set(found) <= set(named.known())
    for name in found:
        before, behind = markers.around(results, name)
        content = results.read_text(encoding="utf-8")[len(before) : -len(behind)]
        assert content.startswith("Family ") and all(label in content for label in named.known()[name])


def test_figures_that_the_readme_quotes_stand_in_the_tables_of_the_results():
    quoted = (
        (fakes.ROOT / "README.md").read_text(encoding="utf-8").split("On real walking (")[1].split(": [Results]")[0]
    )
    results = fakes.ROOT / "docs/results.md"
    before, behind = markers.around(results, "cmu_walk")
    table = results.read_text(encoding="utf-8")[len(before) : -len(behind)]
    figures = re.findall(r"\d+\.\d", quoted)
    assert figures and all(f"| {figure} (" in table for figure in figures)
