# SPDX-License-Identifier: MIT
"""What systems of two stages select epochs by, and which sequences their recognition network is scored on."""

import dataclasses
import types

import numpy as np
import pytest

from tests.components import invented
from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import protocols
from tfskel.systems import fit, two_stage
from tfskel.training import selection

PROBE, GALLERY = [("a", 0), ("b", 10), ("c", 13)], [("a", 1), ("b", 11), ("b", 14), ("c", 21)]


def data(probe, gallery, validation="probe", protocol=protocols.STANDARD):
    parts = (invented.split(*rows) for rows in (gallery, probe, gallery))
    cut = (sequences.build(part, f=invented.F, rule="testing", classes=["a", "b", "c"]) for part in parts)
    return fit.Fit(*cut, validation, protocol)


def system(**settings):
    config = invented.recipe("sm_sge", **{"dataset.skeleton": "kinect_v1"} | settings)
    made = invented.Reading(config, classes=3, seed=1)
    made.load(None, "pretraining", "last")
    return made


def test_epochs_are_scored_by_the_retrieval_counted_by_hand():
    found = system().retrieval_score(data(PROBE, GALLERY))(0)
    assert found == pytest.approx({"probe/rank1": 2 / 3, "probe/mAP": (1 + 1 + 1 / 3) / 3})
    turned = system().retrieval_score(data(GALLERY, PROBE, "held_out"))(0)
    assert turned == pytest.approx({"held_out/rank1": 3 / 4, "held_out/mAP": (1 + 1 + 1 / 2 + 1) / 4})


def test_kept_out_identities_are_searched_by_the_scores_of_the_recognition_network():
    # Scores tell numbers beyond the centres apart as well as the numbers themselves do.
    rows = [("x", 30), ("y", 40)]
    found = system().open_set_score(data(rows, [("x", 31), ("y", 36)], "held_out"))(0)
    assert found == {"held_out/rank1": 1.0, "held_out/mAP": 1.0}


def test_retrieval_is_scored_when_it_is_due_and_at_the_last_epoch():
    score = system(**{"selection.every": 2, "training.epochs": 5}).retrieval_score(data(PROBE, GALLERY))
    assert [bool(score(epoch)) for epoch in range(5)] == [False, True, False, True, True]


def test_the_recognition_network_is_scored_on_complete_batches_of_known_identities():
    part = data([("z", 5), *PROBE, ("a", 2)], GALLERY).probe
    assert two_stage.enrolled_rows(part).tolist() == [1, 2, 3, 4]
    assert system(**{"recognition.batch_size": 3}).scored_rows(part).tolist() == [1, 2, 3]


def test_each_phase_has_its_selections_and_the_recognition_network_its_patience():
    given = data(PROBE, GALLERY)
    settings = {"recognition.patience": 7, "recognition.first_saved_epoch": 10}
    pretraining, recognition = (
        system(**settings).selections(phase, dataclasses.replace(given, chosen={phase: 4}))
        for phase in two_stage.TwoStageSystem.PHASES
    )
    last, chosen = selection.Last(), selection.At(4)
    assert pretraining.rules == {"probe-best": selection.Best("probe/rank1"), "last": last, selection.HELD_OUT: chosen}
    assert recognition.rules["probe-best"] == selection.Best("probe/accuracy", first_epoch=10)
    assert pretraining.patience is None and recognition.patience.patience == 7
    held_out = system(**settings).selections("recognition", data(PROBE, GALLERY, "held_out"))
    assert held_out.rules == {selection.HELD_OUT: selection.Best("held_out/mAP")}
    assert held_out.patience.score == "held_out/mAP"
    assert selection.HELD_OUT not in system().selections("pretraining", given).rules


def test_a_probe_of_strangers_is_refused_with_plain_names():
    train = types.SimpleNamespace(classes=[np.str_("anna"), "ben"])
    probe = types.SimpleNamespace(labels=np.array([-1, -1]), identity=np.array(["zoe", "carl"]))
    with pytest.raises(ValueError, match=r"train has anna, ben, the probe carl, zoe\.$"):
        two_stage.enrolled(types.SimpleNamespace(train=train, probe=probe))
