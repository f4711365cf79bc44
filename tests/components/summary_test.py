# SPDX-License-Identifier: MIT
"""The lines a finished run ends with."""

import pytest

from components import summary
from tests.components.report import finished_run
from tfskel import arrays


@pytest.mark.parametrize("later", [{}, {"verdicts": []}])
def test_a_report_without_verdicts_is_summed_up_all_the_same(tmp_path, later):
    rows = [finished_run.row(epoch=9, scored=64, seed=1)]
    stored = {"rows": rows, "baselines": [], "published": [], "clusters": {}, "warnings": []}
    arrays.write_json(tmp_path / "report/metrics.json", stored | later)
    said = summary.text(tmp_path)
    assert said.startswith("\nB retrieval, percent") and "50.0" in said and str(tmp_path / "report/report.html") in said
    assert summary.text(tmp_path / "nothing") == ""


def test_the_protocol_is_said_beside_the_numbers(tmp_path):
    rows = [finished_run.row(epoch=9, scored=64, seed=1)]
    stored = {"rows": rows, "baselines": [], "published": [], "protocol": "Protocol: everything is searched."}
    arrays.write_json(tmp_path / "report/metrics.json", stored)
    assert "\nProtocol: everything is searched.\n" in summary.text(tmp_path)
