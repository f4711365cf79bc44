# SPDX-License-Identifier: MIT
"""Every benchmark runs, its forms agree, and its table and JSON say what was measured. No test looks at a time."""

import importlib
import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest

from tests import fakes
from tests.tools import race

TOOLS = fakes.ROOT / "tools"
sys.path.append(str(TOOLS))  # a script finds the files beside it; nobody imports tools as a package
bench = importlib.import_module("bench")

FORMS = {
    "sm_sge": {("Keras loops", "prefix tree"), ("unrolled", "prefix tree")},
    "hi_mpc": {("loop over heads", "centres twice")},
    "cage": {("term by term", "stacked"), ("term by term", "whole matrices"), ("axis by axis", "stacked")},
    "upmnet": {("sample by sample", "all at once")},
    "extraction": {("frame by frame", "batches")},
    "gan_step": {("call by call", "shared calls")},
    "frame_pipeline": {("one by one", "batches"), ("one by one", "bytes")},
    "many_frames": {("in memory", "streamed")},
    "poses": {("image by image", "pipeline")},
    "windows": {("list slices", "start indices")},
    "scales": {("means float64", "matrices"), ("means float32", "matrices")},
    "reading": {("window records", "recording records"), ("window records", "recordings in memory")},
    "evaluation": {("scikit-learn loop", "float64"), ("scikit-learn loop", "float32")},
    "single_shot": {("draw by draw", "at once")},
    "many_images": {("mAP", "mAP and three CMC")},
    "clustering": {("dense", "sparse"), ("search, dense", "search, sparse")},
    "search": {("all rows", "different rows")},
    "epoch": {("all rows", "different rows")},
    "identify": {("all rows", "index")},
    "million": {("exact, a sample", "ivf, a sample"), ("exact, a sample", "ivf, all rows")},
}


# Of these a step takes less time than its trace.
UNTRACED = {"sm_sge", "hi_mpc", "cage", "upmnet"}


def test_every_benchmark_is_tested_here():
    assert FORMS.keys() == bench.BENCHMARKS.keys()


@pytest.mark.parametrize("name", FORMS)
def test_a_benchmark_compares_forms_that_agree(name, monkeypatch, request):
    if name in UNTRACED:
        request.getfixturevalue("untraced")
    monkeypatch.setattr(race, "SHORTEST", 0.0)  # what a call takes is not looked at: no call is repeated
    rows = bench.measure(name, "tiny")
    assert {(row["reference"], row["ours"]) for row in rows} == FORMS[name]
    for row in rows:
        assert row["agree"], row
        assert math.isfinite(row["ratio"]) and row["ratio"] > 0
        assert row["ratio"] == pytest.approx(row["reference_seconds"] / row["ours_seconds"])
        assert row["rate"] == pytest.approx(1 / row["ours_seconds"])
        assert all(row[key] is None or row[key] >= 0 for key in ("reference_peak", "ours_peak"))


def form(name, values, amount=1):
    return race.Form(name, lambda: np.asarray(values, float), amount)


@pytest.mark.parametrize("values", [[1.0, 2.5], [1.0, np.nan], [1.0, 2.0, 3.0], [[1.0, 2.0]]])
def test_forms_that_differ_do_not_agree(values):
    rows = [race.Row("sum", "one", "other")]
    (row,) = race.race(rows, [form("one", [1.0, 2.0]), form("other", values)], "sum", 1, tolerance=0.1)
    assert not row["agree"]
    assert row["met"] is None
    assert "DIFFERS" in race.table([row])[1]


def test_a_form_that_is_right_only_in_its_first_call_does_not_agree():
    answers = iter([1.0, 2.0, *[1.0] * 10**6])
    forms = [form("one", 1.0), race.Form("other", lambda: next(answers, 1.0))]
    (row,) = race.race([race.Row("sum", "one", "other")], forms, "sum", 1, tolerance=0.1)
    assert row["difference"] == 1.0


def test_targets_are_ratios_rates_and_bytes():
    def met(ratio=0, rate=0, most=0, peak=5_000_000):
        row = race.Row("sum", "one", "other", least_ratio=ratio, least_rate=rate, most_bytes=most)
        return race.report(row, "sum", (6.0, 2.0), (None, peak), 0.0, 0.0, amount=1000)

    assert [met(*least)["met"] for least in ((3, 0), (3.1, 0), (0, 0.5), (0, 0.6), (3, 0.6))] == [
        *(True, False, True, False, False)
    ]
    assert [met(most=5000)["met"], met(most=4999)["met"], met(3, most=4999)["met"]] == [True, False, False]
    assert met(most=5000, peak=None)["met"] is None  # a system that does not tell the peak
    assert "<= 5,000 B" in race.table([met(most=5000)])[1]
    header, line = race.table([met(3.1, 0.5)])
    assert line.split()[:10] == ["sum", "one", "other", "sum", "6", "s", "2", "s", "3.0x", ">="]
    assert line.index("3.1x") == header.index("target") + 3
    assert line.split()[-4:] == ["-", "5.0", "0", "0e+00"]


def test_the_command_writes_a_table_and_json_and_fills_the_table_of_a_text(tmp_path):
    file, text = tmp_path / "rows.json", tmp_path / "text.md"
    text.write_text("before\n<!-- bench:tiny -->\nold\n<!-- /bench:tiny -->\nbehind\n")
    command = [sys.executable, "tools/bench.py", "windows", "--size", "tiny", "--json", str(file), "--write", str(text)]
    found = subprocess.run(command, cwd=bench.ROOT, capture_output=True, text=True, env=os.environ)
    assert found.returncode == 0, found.stderr
    header, line = found.stdout.splitlines()
    assert header.split()[:3] == ["benchmark", "reference", "ours"]
    (row,) = json.loads(file.read_text())
    assert line.startswith("windows") and f"{row['ratio']:.1f}x" in line
    before, _, head, _, cells, end, behind = text.read_text().splitlines()
    assert (before, end, behind) == ("before", "<!-- /bench:tiny -->", "behind")
    assert [part.strip(" |").split(" | ")[0] for part in (head, cells)] == ["benchmark", "windows"]


def test_a_text_without_markers_is_refused_before_anything_is_measured(tmp_path, capsys):
    (tmp_path / "text.md").write_text("no table\n")
    with pytest.raises(SystemExit):
        bench.main(["windows", "--here", "--size", "tiny", "--write", str(tmp_path / "text.md")])
    assert "expected one line '<!-- bench:tiny -->'" in capsys.readouterr().err


def test_a_form_that_disagrees_fails_the_command(monkeypatch, capsys):
    def disagreeing(name, size):
        row = race.Row(name, "one", "other")
        return [race.report(row, size, (1.0, 1.0), (None, None), 1.0, 0.0)]

    monkeypatch.setattr(bench, "measure", disagreeing)
    assert bench.main(["windows", "--here"]) == 1
    assert "DIFFERS" in capsys.readouterr().out


def test_an_unknown_name_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        bench.main(["window"])
    assert f"unknown benchmark 'window'; known: {', '.join(bench.BENCHMARKS)}" in capsys.readouterr().err


def test_a_copy_without_the_forms_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(SystemExit):
        bench.main(["windows"])
    assert f"{tmp_path} has no tests/tools, which holds the forms" in capsys.readouterr().err
