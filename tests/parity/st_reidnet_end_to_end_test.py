# SPDX-License-Identifier: MIT
"""From recorded dancers and start weights through the product: what needs no luck is equal, and a training runs."""

import numpy as np
import pytest

from tests import fakes
from tests.parity import st_reidnet_end_to_end as end_to_end

FOLDER = fakes.recorded("TFSKEL_GOLDEN", "st_reidnet/end_to_end")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs all recordings: TFSKEL_GOLDEN")


@pytest.fixture(scope="module")
def replay():
    return end_to_end.Baseline(FOLDER)


def test_start_weights_have_the_recorded_metrics_to_their_four_digits(replay):
    found, recorded = replay.metrics(replay.untrained(1)), replay.evaluations(1)[0]
    assert len(recorded) == 7
    assert {name: found[name] for name in recorded} == pytest.approx(recorded, abs=0.0051)


@pytest.mark.slow
def test_a_training_follows_the_recorded_curves_and_ends_in_their_range(replay):
    network = replay.untrained(1)
    ours = end_to_end.quarters(replay.losses(network, 1)["total"])
    recorded = np.array([end_to_end.quarters(replay.curve("total", seed)) for seed in (1, 2, 3)])
    assert (0.85 * recorded.min(axis=0) < ours).all() and (ours < 1.15 * recorded.max(axis=0)).all()
    assert 30 < replay.metrics(network)["mAP"] < 42
