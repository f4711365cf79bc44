# SPDX-License-Identifier: MIT
"""Runs of one part begin alike and are measured once; another beginning is noticed."""

import json
import shutil

import pytest

from tests import fakes
from tests.parity import registry, st_reidnet_end_to_end

FOLDER = fakes.recorded("TFSKEL_GOLDEN", "st_reidnet/end_to_end")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs all recordings: TFSKEL_GOLDEN")


def test_another_recorded_beginning_is_noticed(tmp_path, monkeypatch):
    for name in ("dancers.npz", "resnet50_width8_start.npz", "baseline_seed1.csv", "baseline_seed2.csv"):
        shutil.copy(FOLDER / name, tmp_path)
    summary = json.loads((FOLDER / "summary.json").read_text())
    summary["baseline"]["baseline_seed2"]["evaluations"][0]["mAP"] += 1e-3
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    metrics, measured = st_reidnet_end_to_end.Baseline.metrics, []
    monkeypatch.setattr(st_reidnet_end_to_end.Baseline, "metrics",
                        lambda self, network: measured.append(1) or metrics(self, network))  # fmt: skip
    results = list(registry.compare([tmp_path]))
    assert registry.problems(results) == [] and len(measured) == 1
    assert [(row.case, row.ok) for row in results] == [("baseline_seed1", True), ("baseline_seed2", False)]
