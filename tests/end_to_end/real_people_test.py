# SPDX-License-Identifier: MIT
"""What needs no learning on real people: the rows that every result stands beside."""

import pytest

from components import baselines, evaluate, ingest, splits, unknown_people
from configs import joint_distances_cmu_walk
from tfskel import systems


def test_rows_without_learning_on_real_walks(tmp_path):
    config = joint_distances_cmu_walk.get_config()
    ingest.ingest(config.dataset, tmp_path)
    parts = splits.read(tmp_path, config.dataset)
    recipe = {name: config.get(name) for name in ("system", "dataset", "network", "training", "selection")}
    system = systems.find(config.system)({**recipe, "dataset": parts.dataset}, len(parts.classes), 1)
    describe = baselines.describe(system, parts, config.evaluation.batch_size)
    strangers = unknown_people.UnknownPeople(parts.train, parts.protocol, 1, refitted=True)
    rows, *_ = evaluate._baselines(describe, parts, config.evaluation, strangers)
    found = [(100 * row["metrics"]["rank1"], 100 * row["metrics"]["mAP"]) for row in rows[:3]]
    assert found == [pytest.approx(pair, abs=0.06) for pair in ((66.8, 33.3), (79.7, 45.0), (87.7, 64.1))]
    known = [tuple(100 * row["unknown"][name] for name in ("auroc", "right_at_false_accepts")) for row in rows[:3]]
    assert known == [pytest.approx(pair, abs=0.1) for pair in ((69.9, 35.4), (81.5, 56.0), (86.5, 56.6))]
