# SPDX-License-Identifier: MIT
"""uPMnet's recorded metrics are met, and a fault in the protocol is noticed."""

import pytest

from tests import fakes
from tests.parity import reading, upmnet_cmc

FILES = [fakes.GOLDEN / "upmnet" / f"{name}.npz" for name in upmnet_cmc.OF_FILE]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_recorded_metrics_are_met(path):
    compared = list(upmnet_cmc.OF_FILE[path.stem](path.stem, reading.load(path)))
    assert [row for row in compared if not row.ok] == []
    assert len(compared) > 5


def test_a_probe_that_may_find_its_own_camera_is_noticed(monkeypatch):
    recorded = reading.load(FILES[1])
    monkeypatch.setattr(upmnet_cmc, "CAMERAS", upmnet_cmc.protocols.Protocol(trapezoid=True))
    failed = {row.name for row in upmnet_cmc.multi_camera("", recorded) if not row.ok}
    assert failed == {"average_precision", "cmc/", "cmc/octave_", "mean_ap/", "mean_ap/octave_"}


def test_templates_of_means_are_noticed(monkeypatch):
    monkeypatch.setattr(upmnet_cmc, "POOLING", "mean")
    failed = {row.name.partition("/")[0] for row in upmnet_cmc.two_camera("", reading.load(FILES[0])) if not row.ok}
    assert {"templates", "cmc_distances"} <= failed
