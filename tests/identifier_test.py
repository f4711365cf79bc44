# SPDX-License-Identifier: MIT
"""People are enrolled, recognised, told to be nobody known, and forgotten."""

import dataclasses

import numpy as np
import pytest

import tfskel
from datasets_tfds.cmu_walk import embedded
from tfskel import calibration, identifier, known_people, model_inputs
from tfskel.data import order
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


LEARNT = calibration.Cohort(np.array([2.0, 2.5, 3.0, 4.0, 5.0, 3.5]), enrolled=False)


@pytest.fixture(scope="module")
def walks():
    people = {}
    for row in embedded.read("kinect_v1", noisy=False).values():
        people.setdefault(row["identity"], []).append(row["joints"])
    return {person: rows for person, rows in people.items() if len(rows) > 1}


def make(**settings):
    return identifier.Identifier(LimbLengths(), MODEL, LEARNT, **settings)


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
    assert make().threshold == LEARNT.threshold(0.1) < make(false_accepts=0.3).threshold
    with pytest.raises(ValueError, match=r"from 0\.01 to 0\.99; received 0\.001.*threshold="):
        make(false_accepts=0.001)
    person, *_ = walks
    found = make(threshold=0.0)
    found.enrol(person, walks[person][0])
    stranger = found.identify(walks[person][1])
    assert stranger.name is None and stranger.runners_up[0][0] == person
    assert stranger.confidence == LEARNT.confidence(stranger.distance)


def test_few_people_and_a_run_that_learnt_nothing_need_a_threshold(walks):
    found, person = identifier.Identifier(LimbLengths(), MODEL), sorted(walks)[0]
    found.enrol(person, walks[person][0])
    with pytest.raises(ValueError, match="Enrol 5 people, or .*threshold="):
        found.identify(walks[person][1])


def test_enough_people_enrolled_say_how_near_strangers_come(walks):
    found = make()
    for number, (person, rows) in enumerate(walks.items(), 1):
        found.enrol(person, rows[0])
        assert ("people enrolled" in found.threshold_source) == (number >= calibration.FEWEST)
    answer = found.identify(walks[found.people()[0]][1])
    assert (answer.name is not None) == (answer.confidence >= 1 - found.false_accepts)
    assert found.strangers.threshold(1 - answer.confidence) == pytest.approx(answer.distance)
    assert found.threshold == found.strangers.threshold(0.1) < make(people=found._people, false_accepts=0.3).threshold
    found.forget(found.people()[0])
    assert found.threshold == calibration.Cohort(found._people.nearest_others).threshold(0.1)


def test_the_people_enrolled_are_strangers_to_each_other(walks):
    people = enrolled(walks)._people
    distances = ranking.distances(people.vectors, people.vectors)
    expected = []
    for person in people.people:
        rows = np.flatnonzero(people.names == person)
        rows = rows[order.evenly(len(rows), min(len(rows), 32), nearest=True)]
        to = [
            distances[rows][:, people.names == other].min(axis=1).mean() for other in people.people if other != person
        ]
        expected.append(min(to))
    np.testing.assert_allclose(people.nearest_others, expected)


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
    assert identifier.Identifier(LimbLengths(), MODEL, LEARNT, stored).people() == sorted(walks)
    with pytest.raises(ValueError, match="another model"):
        identifier.Identifier(LimbLengths(), "b" * 64, LEARNT, stored)


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


def test_a_long_stream_with_people_who_come_and_go_keeps_no_more_than_a_short_one(walks):
    found, (first, second, *_) = enrolled(walks, threshold=np.inf), sorted(walks)
    rows, frames = len(found._people), walks[first][1]
    for number in range(400):
        answer, _ = found.observe(frames[number % len(frames)])
        if number % 100 == 99:
            assert answer.name == first
            found.forget(second)
            found.enrol(second, walks[second][0])
            assert len(found._people) == rows and found.people() == sorted(walks)
            assert not (found._frames or found._recent or found._answers)
    for number in range(100):
        found.observe(frames[number % len(frames)])
    kept = [len(found._frames), len(found._recent), len(found._answers)]
    assert kept == [WINDOW - 1, identifier.MEMORY, identifier.SETTLED]


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
    assert np.isfinite(near).all()  # also of people of whom the index gave no row


@pytest.mark.parametrize("factory", ["HNSW16", "IVF{lists},SQ8,RFlat"])
def test_the_index_is_chosen_by_its_factory_string_and_stays_when_people_come_and_go(monkeypatch, factory):
    monkeypatch.setattr(known_people, "APPROXIMATE", 1000)
    vectors = np.random.default_rng(2).normal(size=(2000, 16)).astype(np.float32)
    people = known_people.KnownPeople(vectors, np.repeat(["a", "b"], 1000), MODEL, factory=factory)
    grown = people.with_rows(vectors[:5] + 100, "c").without("b")
    assert grown.people == ["a", "c"] and grown.factory == factory
    assert grown.distances(vectors[:5] + 100).argmin(axis=1).tolist() == [1] * 5


def test_an_identifier_searches_by_the_index_that_it_is_loaded_with(monkeypatch, tmp_path, walks):
    monkeypatch.setattr(identifier.shipped, "folder", lambda run: run)
    monkeypatch.setattr(identifier.inference, "find", lambda run: run)
    monkeypatch.setattr(identifier.inference, "load", lambda model: LimbLengths())
    monkeypatch.setattr(identifier.calibration, "of_run", lambda run: LEARNT)
    monkeypatch.setattr(identifier, "fingerprint", lambda model: MODEL)
    first, second = list(walks)[:2]
    made = identifier.Identifier.load("a run", factory="HNSW16", threshold=np.inf)
    made.enrol(first, walks[first][0])
    made.save(tmp_path / "people.npz")
    read = identifier.Identifier.load("a run", tmp_path / "people.npz", factory="HNSW8", threshold=np.inf)
    read.enrol(second, walks[second][0])
    assert (made._people.factory, read._people.factory) == ("HNSW16", "HNSW8")
    read.forget(first)
    read.forget(second)
    read.enrol(first, walks[first][0])
    assert read._people.factory == "HNSW8"
    monkeypatch.setattr(known_people, "APPROXIMATE", 1)
    assert read.identify(walks[first][1]).name == first and type(read._people._index).__name__ == "IndexHNSWFlat"


def test_the_identifier_is_offered_by_the_package():
    assert tfskel.Identifier is identifier.Identifier
