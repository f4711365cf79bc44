# SPDX-License-Identifier: MIT
"""Joint distances from the simulator to the report: a fit without epochs goes through every stage."""

import numpy as np
import pytest

from components import main, splits, summary
from tests import fakes
from tfskel import arrays, features, inference


@pytest.fixture(scope="module", params=[False, True], ids=["distances", "pose, draws"])
def finished(request, tmp_path_factory, ingested):
    workdir, more = tmp_path_factory.mktemp("whole"), request.param
    settings = fakes.SMALL["joint_distances"] | {"dataset.data_dir": str(ingested / "tfds")}
    recipe = "joint_distances_gait_sim" + (":pose=True,scale_free=True" if more else "")
    main.execute(fakes.read_recipe(recipe, **settings | {"selection.draws": 2 if more else 0}), workdir)
    return workdir, 30 if more else 10


def test_the_one_result_beats_no_learning_and_its_joint_pairs_are_named(finished):
    metrics = arrays.read_json(finished[0] / "report/metrics.json")
    (row,) = (row for row in metrics["rows"] if row["family"] == "B retrieval")
    assert not any("untrained" in base["selection"] for base in metrics["baselines"]), "its weights begin with zeros"
    assert (row["selection"], row["epoch"]) == ("last", 0) and not metrics["warnings"]
    assert row["metrics"]["mAP"] > max(base["metrics"]["mAP"] for base in metrics["baselines"])
    one, whole = (row["levels"][level] for level in ("one window", "whole recording"))
    assert whole["items"] < one["items"] == row["scored"]
    said = {one["metric"]: one for one in metrics["verdicts"]}["mAP"]
    points = said["result"] - said["without"]
    assert said["low"] <= said["points"] == pytest.approx(points) and said["points"] <= said["high"]
    page = (finished[0] / "report/report.html").read_text(encoding="utf-8")
    assert (
        "recordings of the probe." in summary.text(finished[0]).split("percent")[0]
        and "paired draws" in page
        and "whole recording (" in page
    )
    assert "joint pairs that tell people apart" in page and "Strongest: " in page
    assert arrays.read_json(finished[0] / "seed_1/clusters/quality.json")["purity"] > 0.5


def test_the_export_embeds_raw_joints(finished):
    workdir, dimensions = finished
    probe = splits.read(workdir / "recordings", fakes.recipe("joint_distances").dataset).probe
    embedder = inference.load(workdir / "seed_1/saved_model")
    found = embedder.embed(probe.raw(np.arange(len(probe))))
    stored = features.load(workdir / "seed_1/results/probe.npz")
    assert found.shape == (len(probe), dimensions) and not embedder.classifies
    np.testing.assert_allclose(np.sort(found, axis=0), np.sort(stored.vectors, axis=0), atol=1e-4)
