# SPDX-License-Identifier: MIT
"""Rows of a parity table: what passes, what fails, what is shown."""

import numpy as np
import pytest

from tests.parity import rows, tolerances


@pytest.mark.parametrize(
    "got, want, tolerance, ok, difference",
    [
        ([1.0, 2.0], [1.0, 2.0], tolerances.EXACT, True, 0),
        ([1.0, 2.5], [1.0, 2.0], tolerances.Tolerance(0.4), False, 0.5),
        ([1.0, 2.5], [1.0, 2.0], tolerances.Tolerance(0.4, 0.1), True, 0.5),
        ([1.0], [1.0, 2.0], tolerances.Tolerance(9.0), False, np.inf),
        ([np.nan], [1.0], tolerances.Tolerance(9.0), False, np.inf),
        ([np.nan], [np.nan], tolerances.Tolerance(9.0), False, np.inf),
        ([1, 2], [1, 3], tolerances.EXACT, False, 1),
    ],
)
def test_a_row_passes_within_its_tolerance_only(got, want, tolerance, ok, difference):
    row = rows.compare("case", "name", got, want, tolerance)
    assert (row.ok, row.abs) == (ok, difference)


def test_one_row_for_many_arrays_shows_the_failed_one():
    recorded = {"a": np.full(2, 5.5), "b": np.array([2.0]), "c": np.array([0.0])}
    ours = {"a": np.full(2, 5.0), "b": np.array([1.0]), "c": np.zeros(2), "not recorded": np.zeros(1)}
    assert "worst c" in rows.compare("case", "name", ours, recorded, tolerances.Tolerance(2.0)).note
    few = {name: recorded[name] for name in "ab"}
    row = rows.compare("case", "name", ours, few, tolerances.Tolerance(2.0))
    assert row.ok and row.abs == 1 and row.note == "2 arrays, worst b"
    assert not rows.compare("case", "name", {"a": ours["a"]}, few, tolerances.Tolerance(2.0)).ok
    assert not rows.compare("case", "name", ours, {}, tolerances.Tolerance(2.0)).ok


def test_names_differ_by_what_only_one_side_has():
    row = rows.compare("case", "set", ["a", "b"], {"b", "c", "d"}, tolerances.EXACT)
    assert not row.ok and row.abs == 3 and "missing ['c', 'd'], not recorded ['a']" in row.note
    assert rows.compare("case", "set", {"a": 1}, {"a": 2}.keys(), tolerances.EXACT).ok


def test_a_quantity_without_a_tolerance_is_an_error_that_names_it():
    with pytest.raises(LookupError, match="no tolerance for 'speed/J' of sm_sge; add a row"):
        rows.Table("sm_sge", "case")("speed/J", 1.0, 1.0)


def test_the_summary_holds_the_worst_row_of_each_quantity():
    table = [
        rows.compare("c", name, [v], [1.0], tolerances.Tolerance(1.0))
        for name, v in (("x/1", 1.1), ("x/2", 1.3), ("y", 1.2))
    ]
    assert [row.name for row in rows.worst_per_quantity(table)] == ["x/2", "y"]
    assert len(rows.table(table)) == 4
