# SPDX-License-Identifier: MIT
"""Rows of a parity table: what passes, what fails, what is shown."""

import numpy as np
import pytest

from tfskel.parity import rows


@pytest.mark.parametrize(
    "got, want, tolerance, ok, difference",
    [
        ([1.0, 2.0], [1.0, 2.0], rows.EXACT, True, 0),
        ([1.0, 2.5], [1.0, 2.0], rows.Tolerance(0.4), False, 0.5),
        ([1.0, 2.5], [1.0, 2.0], rows.Tolerance(0.4, 0.1), True, 0.5),
        ([1.0], [1.0, 2.0], rows.Tolerance(9.0), False, np.inf),
        ([np.nan], [1.0], rows.Tolerance(9.0), False, np.inf),
        ([np.nan], [np.nan], rows.Tolerance(9.0), False, np.inf),
        ([1, 2], [1, 3], rows.EXACT, False, 1),
    ],
)
def test_a_row_passes_within_its_tolerance_only(got, want, tolerance, ok, difference):
    row = rows.compare("case", "name", got, want, tolerance)
    assert (row.ok, row.abs) == (ok, difference)


def test_one_row_for_many_arrays_shows_the_failed_one():
    pairs = [("a", np.full(2, 5.0), np.full(2, 5.5)), ("b", [1.0], [2.0]), ("c", [0.0, 0.0], [0.0])]
    assert "worst c" in rows.compare_all("case", "name", pairs, rows.Tolerance(2.0)).note
    row = rows.compare_all("case", "name", pairs[:2], rows.Tolerance(2.0))
    assert row.ok and row.abs == 1 and row.note == "2 arrays, worst b"
    assert not rows.compare_all("case", "name", [], rows.EXACT).ok


def test_names_differ_by_what_only_one_side_has():
    row = rows.compare_names("case", "set", ["a", "b"], ["b", "c", "d"])
    assert not row.ok and row.abs == 3 and "missing ['c', 'd'], not recorded ['a']" in row.note
    assert rows.compare_names("case", "set", ["a"], ["a"]).ok


def test_the_summary_holds_the_worst_row_of_each_quantity():
    table = [
        rows.compare("c", name, [v], [1.0], rows.Tolerance(1.0)) for name, v in (("x/1", 1.1), ("x/2", 1.3), ("y", 1.2))
    ]
    assert [row.name for row in rows.worst_per_quantity(table)] == ["x/2", "y"]
    assert len(rows.table(table)) == 4
