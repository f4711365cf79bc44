# SPDX-License-Identifier: MIT
"""The functions of the documentation's webcam page name people by recorded landmarks."""

import json
import re
import types

import numpy as np
import pytest

from tests import fakes, identifier_test
from tests.datasets_tfds.own_recordings import pose_sources
from tfskel import identifier


@pytest.fixture(scope="module")
def page():
    text = (fakes.ROOT / "docs/webcam.md").read_text(encoding="utf-8")
    names = {"__name__": "page"}
    exec("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), names)
    return types.SimpleNamespace(**names)


@pytest.fixture(scope="module")
def streams(tmp_path_factory):
    """Person -> the landmarks of each recording, picture by picture."""
    folder = tmp_path_factory.mktemp("landmarks")
    pose_sources.write_landmarks(folder)
    found = {}
    for path in sorted(folder.glob("*/*.json")):
        pictures = [picture["pose_world_landmarks"] for picture in json.loads(path.read_text())["frames"]]
        marks = [[types.SimpleNamespace(**mark) for mark in picture] for picture in pictures]
        found.setdefault(path.parent.name, []).append(marks)
    return found


def test_people_are_enrolled_and_named_from_landmarks(page, streams):
    known = identifier.Identifier(identifier_test.LimbLengths(), "a" * 64, threshold=np.inf)
    for person, recordings in streams.items():
        assert page.enrol(known, person, iter([None, *recordings[0]]), 30) == 30 - identifier_test.WINDOW + 1
    coming_and_going = [*streams["p07"][1], None, *streams["p07"][1]]
    assert [*page.watch(known, iter(coming_and_going))] == ["p07", "p07"]  # said anew after nobody was seen
    known = identifier.Identifier(known.embedder, known.model, people=known._people, threshold=0.0)
    assert [*page.watch(known, iter(streams["p07"][1]))] == [None]


def test_joints_stand_upright_and_a_hidden_one_gives_none(page, streams):
    (marks, *_), *_ = streams["p07"]
    found = page.joints(marks)
    (walk,) = (kinect for (who, take), kinect in pose_sources.walks().items() if (who, take) == ("p07", "walk0"))
    height = np.ptp(found[:, 1])
    assert found.shape == (20, 3) and found[3, 1] > found[0, 1] > found[14, 1]  # head, hips, a foot
    assert height == pytest.approx(np.ptp(walk[0, :20, 1]), abs=0.1)
    hidden = [types.SimpleNamespace(**vars(mark) | {"visibility": 0.1}) for mark in marks]
    assert page.joints(hidden) is None
