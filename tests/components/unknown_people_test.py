# SPDX-License-Identifier: MIT
"""Unknown people of an evaluation: a threshold from train alone, its file, and the reasons why there is none."""

import numpy as np
import pytest

from components import unknown_people
from tests import fakes
from tests.components import invented
from tfskel import arrays, features
from tfskel.data import draws, skeleton_split
from tfskel.evaluation import protocols, unknown


def items(identities, seed=0, apart=10.0):
    """Two recordings of one item for each identity, near each other."""
    who = np.repeat(list(identities), 2)
    places = apart * np.repeat(np.arange(len(identities)), 2) + np.random.default_rng(seed).normal(0, 0.1, len(who))
    names = [f"{name}{number}" for number, name in enumerate(who)]
    return features.Features(places[:, None], who, [""] * len(who), names)


def people(identities, protocol=protocols.STANDARD, wanted=True):
    train = skeleton_split.build(invented.split(*((name, 0.0) for name in identities)), f=invented.F)
    return unknown_people.UnknownPeople(train, protocol, 1, False, wanted)


def searches(train):
    def drawn(number, seed):
        return ((train.part(probe), train.part(gallery)) for probe, gallery in draws.searches(train, number, seed))

    return drawn


def test_people_far_apart_are_told_from_strangers_by_a_threshold_that_never_saw_the_probe(tmp_path):
    found = people("abcdefgh")
    row = found.row("last", items("stuvwx", 1), items("stuvwx", 2), searches(items("abcdefgh")))
    assert row == {"unknown": dict.fromkeys(unknown.METRICS, 1.0)}
    found.save(tmp_path)
    stored = arrays.read_json(tmp_path / unknown_people.FILE)
    assert stored["note"].startswith("Thresholds are learnt from train alone: in each of 10 draws a third")
    last = stored["selections"]["last"]
    assert 0 < last["threshold"] < 1 and (last["known"], last["strangers"]) == (50, 30)  # 3 of 8 are strangers
    assert len(last["cohort"]) == 8 and min(last["cohort"]) > 9  # every person was a stranger, ten metres from others
    assert len(last["thresholds"]) == len(last["false_accept_rates"]) and np.all(np.diff(last["thresholds"]) >= 0)


def test_the_threshold_depends_on_train_alone():
    train, learnt = items("abcdefgh"), []
    for apart in (10.0, 0.1):
        found = people("abcdefgh")
        found.row("last", items("stuvwx", 1, apart), items("stuvwx", 2, apart), searches(train))
        learnt.append(found.learnt)
    assert learnt[0] == learnt[1]


@pytest.mark.parametrize("found, reason", [
    (people("abcdef", wanted=False), "evaluation.unknown is False"),
    (people("abcde"), "train has 5 identities, and a threshold needs 6"),
    (people("abcdef", protocols.Protocol(probe="test", gallery="test")), "probe and gallery are the same items"),
])  # fmt: skip
def test_what_cannot_be_judged_is_said_before_any_work(found, reason):
    assert found.off and reason in found.note
    assert found.row("last", None, None, None) == {} and found.learnt == {}


@pytest.mark.parametrize("train, test, reason", [
    ("abc", "stuv", "with probe and gallery recordings train has fewer than 4"),
    ("abcdef", "stu", "probe and gallery share fewer than 4"),
])  # fmt: skip
def test_too_few_to_be_searched_are_said(train, test, reason):
    found = people("abcdef")
    assert found.row("last", items(test, 1), items(test, 2), searches(items(train))) == {}
    assert found.off and reason in found.note


def test_a_fit_in_closed_form_is_repeated_without_the_strangers_in_each_draw():
    config = fakes.recipe("joint_distances", **{"dataset.skeleton": "openpose"})
    from tfskel.systems.joint_distances import system

    own = system.JointDistancesSystem(config, 8, 1)
    train = skeleton_split.build(fakes.walkers(0, people=8, takes=3), f=3)
    own.fit(train)
    kernel = own.model.embedding.kernel.numpy()
    fits = [(set(probe.identities), set(gallery.identities)) for probe, gallery in own.stranger_searches(train, 2, 1)]
    assert [(len(probe), len(gallery)) for probe, gallery in fits] == [(8, 5), (8, 5)]
    np.testing.assert_array_equal(own.model.embedding.kernel.numpy(), kernel)  # the fit itself stays
    assert not list(own.stranger_searches(skeleton_split.build(fakes.walkers(0, people=3), f=3), 2, 1))


def test_recordings_that_are_too_short_to_be_divided_are_said():
    def searches(number, seed):
        raise draws.TooShort("probe of a draw from train: no sequence of 3 frames")
        yield

    strangers = people("abcdef")
    assert strangers.row("last", None, None, searches) == {} and strangers.off
    assert "too short" in strangers.note and "3 frames" in strangers.note
