# SPDX-License-Identifier: MIT
"""People are enrolled, recognised, told to be nobody known, and forgotten."""

import dataclasses

import numpy as np
import pytest

import tfskel
from datasets_tfds.cmu_walk import embedded
from tfskel import calibration, identifier, known_people, model_inputs
from tfskel.evaluation import ranking

MODEL = "a" * 64
WINDOW = 4


@dataclasses.dataclass
class LimbLengths:
    """Features that need no learning: ten times the mean distance of each joint to the first three."""

    inputs: model_inputs.Skeletons = dataclasses.field(default_factory=lambda: model_inputs.Skeletons(WINDOW, 20))
    pools: bool = False

    def embed(self, items):
        items = np.concatenate(list(self.inputs.batches(items, 1000)))
        apart = np.linalg.norm(items[:, :, :, None] - items[:, :, None, :3], axis=-1)  # (N, f, J, 3)
        return (10 * apart.mean(axis=1)).reshape(len(items), -1).astype(np.float32)


CALIBRATION = calibration.Calibration(np.array([0.01, 0.1, 0.5]), np.array([1.0, 2.0, 5.0]))


@pytest.fixture(scope="module")
def walks():
    people = {}
    for row in embedded.read("kinect_v1", noisy=False).values():
        people.setdefault(row["identity"], []).append(row["joints"])
    return {person: rows for person, rows in people.items() if len(rows) > 1}


def make(**settings):
    return identifier.Identifier(LimbLengths(), MODEL, CALIBRATION, **settings)


def enrolled(walks, **settings):
    found = make(**settings)
    for person, rows in walks.items():
        assert found.enrol(person, rows[0]) == len(rows[0]) - WINDOW + 1
    return found


def test_real_people_are_recognised_by_another_recording(walks):
    found = enrolled(walks, threshold=np.inf)
    answers = {person: found.identify(rows[1]) for person, rows in walks.items()}
    right = [answer.name == person for person, answer in answers.items()]
    assert np.mean(right) >= 0.9 and found.people() == sorted(walks)
    answer = next(iter(answers.values()))
    assert len(answer.runners_up) == 3 and answer.runners_up[0][1] >= answer.distance


def test_a_query_is_the_mean_of_its_windows_nearest_distances(walks):
    first, second, *_ = walks
    found = make(threshold=np.inf)
    found.enrol(first, walks[first][0])
    found.enrol(second, walks[second][0])
    query = walks[first][1][:9]
    features = {person: found._vectors(walks[person][0]) for person in (first, second)}
    expected = {
        person: ranking.distances(found._vectors(query), rows).min(axis=1).mean() for person, rows in features.items()
    }
    answer = found.identify(query)
    assert answer.distance == pytest.approx(min(expected.values())) and answer.name == min(expected, key=expected.get)
    assert answer.runners_up == [(max(expected, key=expected.get), pytest.approx(max(expected.values())))]


def test_the_threshold_follows_the_wished_share_of_strangers(walks):
    assert make().threshold == 2.0 and make(false_accepts=0.3).threshold == pytest.approx(3.5)
    with pytest.raises(ValueError, match=r"0\.01 to 0\.5; received 0\.9"):
        make(false_accepts=0.9)
    person, *_ = walks
    found = make(threshold=0.0)
    found.enrol(person, walks[person][0])
    stranger = found.identify(walks[person][1])
    assert stranger.name is None and stranger.runners_up[0][0] == person
    assert make().strangers.confidence(1.0) == pytest.approx(0.99) and make().strangers.confidence(9.0) == 0.0


def test_without_a_calibration_a_threshold_is_needed():
    with pytest.raises(ValueError, match="threshold="):
        identifier.Identifier(LimbLengths(), MODEL)


def test_a_forgotten_person_is_gone_from_memory_and_from_the_bytes_of_the_file(tmp_path, walks):
    found, path = enrolled(walks, threshold=np.inf), tmp_path / "people.npz"
    found.save(path)
    person = sorted(walks)[1]
    rows = found._vectors(walks[person][0])
    needles = [row.tobytes() for row in rows[:: len(rows) // 5]] + [person.encode("utf-32-le")]
    before = path.read_bytes()
    assert all(needle in before for needle in needles)
    found.forget(person)
    after = path.read_bytes()
    assert person not in found.people() and not any(needle in after for needle in needles)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert found.identify(walks[person][1]).name != person
    assert known_people.KnownPeople.load(path).people == found.people()
    with pytest.raises(KeyError, match="nobody is called"):
        found.forget(person)


def test_people_of_another_model_are_refused(tmp_path, walks):
    path = tmp_path / "people.npz"
    enrolled(walks).save(path)
    stored = known_people.KnownPeople.load(path)
    assert identifier.Identifier(LimbLengths(), MODEL, CALIBRATION, stored).people() == sorted(walks)
    with pytest.raises(ValueError, match="another model"):
        identifier.Identifier(LimbLengths(), "b" * 64, CALIBRATION, stored)


def test_a_stream_answers_after_a_window_and_settles(walks):
    found, person = enrolled(walks, threshold=np.inf), sorted(walks)[0]
    said = [found.observe(frame) for frame in walks[person][1][:20]]
    assert [answer for answer, _ in said[: WINDOW - 1]] == [None] * (WINDOW - 1)
    assert said[WINDOW - 1][0] is not None and not said[WINDOW - 1][1]
    answer, settled = said[-1]
    assert settled and answer.name == person
    whole = found.identify(walks[person][1][:20])
    assert answer.distance == pytest.approx(whole.distance)
    found.reset()
    assert found.observe(walks[person][1][0]) == (None, False)


def test_mistakes_are_named(walks):
    found = make()
    with pytest.raises(ValueError, match="nobody is enrolled"):
        found.identify(np.zeros((9, 20, 3)))
    with pytest.raises(ValueError, match="needs a name"):
        found.enrol(" ", np.zeros((9, 20, 3)))
    with pytest.raises(ValueError, match="at least 4 frames"):
        found.enrol("a", np.zeros((3, 20, 3)))


def test_many_rows_are_searched_through_an_index(monkeypatch):
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(4000, 16)).astype(np.float32)
    names = np.array([f"p{number}" for number in rng.integers(0, 40, 4000)])
    people = known_people.KnownPeople(vectors, names, MODEL)
    exact = people.distances(vectors[:50] + 0.01)
    monkeypatch.setattr(known_people, "APPROXIMATE", 1000)
    near = people.distances(vectors[:50] + 0.01)
    assert (near.argmin(axis=1) == exact.argmin(axis=1)).mean() > 0.95
    np.testing.assert_allclose(near.min(axis=1), exact.min(axis=1), atol=1e-3)


def test_the_identifier_is_offered_by_the_package():
    assert tfskel.Identifier is identifier.Identifier
