# SPDX-License-Identifier: MIT
"""Hi-MPC from the simulator to the report."""

import numpy as np
import pytest

from components import main, splits, summary
from tests import fakes
from tfskel import features, inference

RECIPE = "hi_mpc_gait_sim"
LEVELS = ("joints", "parts", "bodies")


@pytest.fixture(scope="module")
def settings(ingested):
    return fakes.SMALL["hi_mpc"] | {"dataset.data_dir": str(ingested / "tfds")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory, settings):
    workdir = tmp_path_factory.mktemp("whole")
    main.execute(fakes.read_recipe(RECIPE, **settings), workdir)
    return workdir


def test_all_representations_stand_in_one_table_with_every_selection(finished):
    workdir, said = finished, summary.text(finished)
    rows = fakes.rows(workdir / "report")
    table = {row["selection"]: row for row in rows if row["family"] == "B retrieval"}
    selections = ("probe-best", "last", "held-out identities")
    assert set(table) == {name for kept in selections for name in (kept, *(f"{kept} of {level}" for level in LEVELS))}
    logged = fakes.logged(workdir / "seed_1/model")
    scores = {kind: [line[f"probe/{kind}/rank1"] for line in logged] for kind in ("MSMR", *LEVELS)}
    for kind, values in scores.items():
        selection = "probe-best" if kind == "MSMR" else f"probe-best of {kind}"
        assert table[selection]["epoch"] == 1 + int(np.argmax(values[1:]))
    complete = {row["selection"]: row for row in rows if row["family"] == "B retrieval, complete batches"}
    assert complete["last of parts"]["metrics"]["rank1"] == pytest.approx(scores["parts"][-1])
    assert complete["last"]["scored"] % 8 == 0 and table["last"]["scored"] > complete["last"]["scored"]
    assert "no learning" in said and "last of bodies" in said


def test_the_export_gives_every_level_by_name(finished):
    workdir = finished
    parts = splits.read(workdir / "recordings", fakes.recipe("hi_mpc").dataset)
    probe = parts.probe
    embedder = inference.load(workdir / "seed_1/saved_model/saved_model")
    stored = features.load(workdir / "seed_1/results/probe.npz").vectors
    raw = probe.raw(np.arange(len(probe)))
    np.testing.assert_allclose(embedder.embed(raw), stored, atol=1e-5)
    assert embedder.outputs == ["bodies", "features", "joints", "parts"]
    assert [embedder.embed(raw, output=level).shape for level in LEVELS] == [(len(probe), 4)] * 3
    with pytest.raises(ValueError, match="embeds as bodies, features, joints, parts; received output='limbs'"):
        embedder.embed(raw, output="limbs")


@pytest.mark.parametrize(
    "mistake, message",
    [
        ({"training.eps": 0.01, "training.min_samples": 500}, "no cluster on level joints"),
        ({"training.k1": 100000}, "received k=100000 for"),
        ({"training.focus": 3}, "focus must be one of 1, -1, 0; received 3"),
        ({"training.learning_rate": 1e30}, "Lower the learning rate"),
    ],
)
def test_a_users_mistake_is_one_clear_message(tmp_path, settings, mistake, message):
    with pytest.raises(SystemExit, match=message):
        main.execute(fakes.read_recipe(RECIPE, **settings | mistake), tmp_path)
