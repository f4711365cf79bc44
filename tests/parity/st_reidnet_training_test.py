# SPDX-License-Identifier: MIT
"""Recorded losses, rates and draws of ST-ReIDNet are met; what is done otherwise is noticed."""

import pytest

from tests import fakes
from tests.parity import registry
from tfskel.systems.st_reidnet import baseline, losses, sampling, schedules

GOLDEN = fakes.GOLDEN / "st_reidnet"
CASES = {
    "losses.npz": {f"triplet/{case}/{kind}" for case in ("soft", "soft_distractor_normalised", "margin1_distractor")
                   for kind in ("loss", "grad", "dist_ap", "dist_an")}
    | {"ce/label_smooth/grad", "ce/plain/loss", "ce/top1_accuracy", "gan/smooth_fake_loss", "gan/real_loss",
       "recon/masked/grad", "recon/unmasked/loss"},
    "lr_schedule.npz": {"lr_factor_per_epoch"},
    "samplers.json": {f"{kind}/rows" for kind in ("instance", "st_video", "st_no_video", "pairs")}
    | {"instance/order", "pairs/length"},
    "baseline_steps_triplet_adam.npz": {f"baseline/triplet_adam/{step}/{name}" for step in range(2)
                                        for name in ("classification", "triplet", "total")}
    | {"baseline/triplet_adam/4/total", "baseline/accuracy/0", "baseline/neck"}
    | {"baseline/moved/median", "baseline/check/triplet_adam"},
}  # fmt: skip


def failed(name):
    return {row.name for row in registry.compare([GOLDEN / name]) if not row.ok}


@pytest.mark.parametrize("name", CASES)
def test_every_quantity_of_a_file_meets_its_recording(name):
    results = list(registry.compare([GOLDEN / name]))
    assert registry.problems(results) == []
    assert registry.unmet(results, name.partition(".")[0], CASES[name]) == []


def test_a_distractor_that_stays_an_anchor_is_noticed(monkeypatch):
    hardest = losses.hardest
    monkeypatch.setattr(losses, "hardest", lambda features, identities, distractor=False: hardest(features, identities))
    assert "triplet/soft_distractor/loss" in failed("losses.npz")


def test_a_mask_that_divides_by_its_area_is_noticed(monkeypatch):
    monkeypatch.setattr(losses, "MASKED_SHARE", 0.95)
    assert failed("losses.npz") == {"recon/masked/loss", "recon/masked/grad"}


def test_a_schedule_without_the_lag_is_noticed(monkeypatch):
    linear = schedules.linear
    monkeypatch.setattr(schedules, "linear", lambda *given: linear(*given, lag=False))
    assert failed("lr_schedule.npz") == {"lr_factor_per_epoch"}


def test_another_order_or_window_of_the_draws_is_noticed(monkeypatch):
    monkeypatch.setattr(sampling.VideoTriplets, "_window", lambda self, first, last: self.skip - 1)
    assert failed("samplers.json") == {"st_video/rows"}
    monkeypatch.setattr(sampling.Sampler.__init__, "__defaults__", ("time",))
    assert {"instance/rows", "instance/order"} <= failed("samplers.json")


def test_a_backbone_at_the_full_rate_is_noticed(monkeypatch):
    monkeypatch.setattr(baseline, "OF_BACKBONE", 1.0)
    assert "baseline/moved/median" in failed("baseline_steps_triplet_adam.npz")
