# SPDX-License-Identifier: MIT
"""Who is this? People are enrolled by their recordings, then recognised, or told to be nobody known."""

import collections
import hashlib
import os
import pathlib
from typing import NamedTuple

import numpy as np

from tfskel import calibration, inference, shipped
from tfskel.known_people import FACTORY, KnownPeople

FALSE_ACCEPTS = 0.1
RUNNERS_UP = 3
SETTLED = 5  # equal answers in a row after which a streamed decision counts
MEMORY = 30  # windows of a stream that an answer is made of


class Identification(NamedTuple):
    """Who somebody is.

    Attributes:
        name: of the person, or None for nobody known.
        confidence: share of strangers who come less near to anybody than this query came to the nearest person, in
            [0, 1], by what the threshold is learnt from; nan without that.
        runners_up: the next nearest (name, distance), nearest first.
        distance: to the nearest person.
    """

    name: str | None
    confidence: float
    runners_up: list[tuple[str, float]]
    distance: float


class Identifier:
    """Names people by the model of a finished run.

    Recordings are cut into windows at every frame, as long as the model takes them; a query is as far from a person as
    its windows are on average from the nearest window of that person. Images are one query together: the frames of a
    tracklet. From `calibration.FEWEST` people on, those enrolled say how near strangers come, before that the run.

    Args:
        embedder: a loaded model.
        model: its fingerprint.
        learnt: the strangers of the run's train split; None where it has none.
        people: those known; None for nobody.
        false_accepts: share of strangers that may be taken for somebody.
        threshold: largest distance to a known person, instead of one that is learnt.

    Raises:
        ValueError: the people were enrolled by another model, or no such share can be learnt.
    """

    def __init__(
        self,
        embedder: inference.Embedder,
        model: str,
        learnt: calibration.Cohort | None = None,
        people: KnownPeople | None = None,
        false_accepts: float = FALSE_ACCEPTS,
        threshold: float | None = None,
    ):
        if people is not None and people.model != model:
            raise ValueError(
                f"these people were enrolled by another model ({people.model[:12]}, this one is {model[:12]}); their "
                "features mean nothing here. Enrol them again."
            )
        if threshold is None:
            calibration.check(false_accepts)
        self.embedder, self.model, self.false_accepts = embedder, model, false_accepts
        self._learnt, self._people, self._given = learnt, people, threshold
        self._factory = FACTORY if people is None else people.factory
        self._path: pathlib.Path | None = None
        self.reset()

    @classmethod
    def load(
        cls, run: str | os.PathLike, people: str | os.PathLike | None = None, factory: str = FACTORY, **settings
    ) -> "Identifier":
        """An identifier by the model of a run, and the people of a file.

        Args:
            run: <workdir>/seed_<seed> of a run that came to its evaluation, or one of `shipped.NAMES`.
            people: file that `save` wrote; it is bound, so that `forget` deletes from it at once. None for nobody.
            factory: index that is searched for many people, see KnownPeople. settings: `false_accepts` or `threshold`.

        Raises:
            FileNotFoundError: no model, no results, or no such file. ValueError: as Identifier.
        """
        run = shipped.folder(run)
        model, known = inference.find(run), KnownPeople.load(people, factory) if people else None
        found = cls(inference.load(model), fingerprint(model), calibration.of_run(run), known, **settings)
        found._factory, found._path = factory, pathlib.Path(people) if people else None
        return found

    @property
    def strangers(self) -> calibration.Cohort | None:
        """What says how near strangers come: the people enrolled, or the run while they are few."""
        enough = len(self.people()) >= calibration.FEWEST
        return calibration.Cohort(self._people.nearest_others) if enough else self._learnt

    @property
    def threshold(self) -> float:
        """Largest distance at which somebody is named.

        Raises:
            ValueError: nothing says how near strangers come.
        """
        if self._given is not None:
            return float(self._given)
        if self.strangers is None:
            raise ValueError(
                "nothing says how near strangers come: the run did not learn it (results/unknown.json says why). "
                f"Enrol {calibration.FEWEST} people, or give a largest distance yourself: threshold=..."
            )
        return self.strangers.threshold(self.false_accepts)

    @property
    def threshold_source(self) -> str:
        """What the threshold was learnt from, in a sentence."""
        return "given" if self._given is not None or self.strangers is None else self.strangers.source

    def people(self) -> list[str]:
        """Names of those known, sorted."""
        return [] if self._people is None else self._people.people

    def enrol(self, name: str, frames: np.ndarray) -> int:
        """Adds a recording of a person; more make recognition surer. Returns the rows added; a stream begins anew.

        Args:
            name: not empty.
            frames: (T, J, 3) metres as captured, T at least the model's window; or images of one tracklet, see
                `Embedder.embed`.

        Raises:
            ValueError: no name, too few frames, or what the model does not take.
        """
        if not name.strip():
            raise ValueError("a person needs a name; received an empty one.")
        vectors = self._vectors(frames)
        known = self._people or KnownPeople(vectors[:0], np.zeros(0, np.str_), self.model, self._factory)
        self._people = known.with_rows(vectors, name)
        self.reset()
        return len(vectors)

    def identify(self, frames: np.ndarray, runners_up: int = RUNNERS_UP) -> Identification:
        """Who is in a recording; frames as for `enrol`.

        Raises:
            ValueError: nobody is enrolled, or as `enrol`.
        """
        return self._answer(self._known().distances(self._vectors(frames)).mean(axis=0), runners_up)

    def forget(self, name: str) -> None:
        """Deletes a person from memory and, where people were loaded or saved, from that file at once.

        Raises:
            KeyError: nobody has that name.
        """
        if self._people is None:
            raise KeyError(f"nobody is called {name!r}; nobody is enrolled.")
        self._people = self._people.without(name)
        self.reset()
        if self._path is not None:
            self._people.save(self._path)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the people's features and names, not the model, complete or not at all; `forget` deletes there."""
        self._known().save(path)
        self._path = pathlib.Path(path)

    def reset(self) -> None:
        """Forgets the frames of a stream: somebody else may come."""
        self._frames: collections.deque = collections.deque()
        self._recent: collections.deque = collections.deque(maxlen=MEMORY)
        self._answers: collections.deque = collections.deque(maxlen=SETTLED)

    def observe(self, frame: np.ndarray) -> tuple[Identification | None, bool]:
        """One frame of a stream of one person.

        Args:
            frame: (J, 3) metres, or an image (H, W, 3) uint8.

        Returns:
            What the last MEMORY windows say, None before the first window is full; and whether that has settled: the
            last SETTLED answers were the same.
        """
        self._frames.append(np.asarray(frame))
        if len(self._frames) < self.window:
            return None, False
        window = np.stack(self._frames)
        self._frames.popleft()
        features = self.embedder.embed(window[None] if self.window > 1 else window)
        if self.embedder.pools:
            self._recent.append(features[0])
            distances = self._known().distances(self.embedder.pool(np.stack(self._recent))[None])[0]
        else:
            self._recent.append(self._known().distances(features)[0])
            distances = np.mean(self._recent, axis=0)
        answer = self._answer(distances, RUNNERS_UP)
        self._answers.append(answer.name)
        return answer, len(self._answers) == SETTLED and len(set(self._answers)) == 1

    @property
    def window(self) -> int:
        """Frames that the model takes at a time; 1 for images."""
        return getattr(self.embedder.inputs, "length", 1)

    def _known(self) -> KnownPeople:
        if self._people is None or not len(self._people):
            raise ValueError("nobody is enrolled; call enrol(name, frames) first.")
        return self._people

    def _vectors(self, frames: np.ndarray) -> np.ndarray:
        """(rows, D) features of a recording: of every window, or one of all images."""
        if self.window == 1:
            return self.embedder.embed_tracklet(frames)[None] if self.embedder.pools else self.embedder.embed(frames)
        frames = np.asarray(frames)
        if frames.ndim != 3 or len(frames) < self.window:
            raise ValueError(
                f"a recording must be (T, {self.embedder.inputs.num_joints}, 3) with at least {self.window} frames T; "
                f"received {frames.shape}."
            )
        windows = np.lib.stride_tricks.sliding_window_view(frames, self.window, axis=0)  # (N, J, 3, f)
        return self.embedder.embed(np.moveaxis(windows, -1, 1))

    def _answer(self, distances: np.ndarray, runners_up: int) -> Identification:
        order = np.argsort(distances, kind="stable")
        people, nearest = self._known().people, float(distances[order[0]])
        ranked = [(people[place], float(distances[place])) for place in order[: runners_up + 1]]
        accepted, strangers = nearest <= self.threshold, self.strangers
        confidence = strangers.confidence(nearest) if strangers else float("nan")
        return Identification(
            ranked[0][0] if accepted else None, confidence, ranked[1:] if accepted else ranked[:runners_up], nearest
        )


def fingerprint(model: pathlib.Path) -> str:
    """Digest of a model: of its file, or of graph and weights of a SavedModel's folder, see `inference.find`."""
    files = [
        path for path in sorted(model.rglob("*")) if path.name == "saved_model.pb" or path.parent.name == "variables"
    ]
    digest = hashlib.sha256()
    for path in files or [model]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
