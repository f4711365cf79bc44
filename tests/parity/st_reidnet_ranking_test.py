# SPDX-License-Identifier: MIT
"""ST-ReIDNet's recorded metrics are met, and a fault in the protocol is noticed."""

from tests import fakes
from tests.parity import st_reidnet_ranking
from tfskel.evaluation import cmc, protocols

PATH = fakes.GOLDEN / "st_reidnet/ranking.npz"


def test_recorded_metrics_are_met():
    compared = list(st_reidnet_ranking.of_ranking(PATH, {}))
    assert [row for row in compared if not row.ok] == [] and len(compared) == 9


def test_a_probe_that_may_find_its_own_camera_is_noticed(monkeypatch):
    monkeypatch.setattr(st_reidnet_ranking, "CAMERAS", protocols.Protocol(cmc=tuple(cmc.FORMS)))
    failed = {row.name for row in st_reidnet_ranking.of_ranking(PATH, {}) if not row.ok}
    assert failed == {"mean_ap/", "mean_ap/dance_", "cmc/market1501", "cmc/allshots"}


def test_fewer_draws_are_noticed(monkeypatch):
    monkeypatch.setattr(cmc, "REPEATS", 9)
    assert {"cmc/cuhk03", "cmc/dance_cuhk03"} <= {r.name for r in st_reidnet_ranking.of_ranking(PATH, {}) if not r.ok}
