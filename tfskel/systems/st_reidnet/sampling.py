# SPDX-License-Identifier: MIT
"""Which images the training steps of ST-ReIDNet see: every image is once an anchor in an epoch, in random order.

An epoch is a function of seed and number, so that an interrupted training goes on with the rows it would have drawn.
The first epoch of a seed draws what the original draws after seeding NumPy and Python with it.
"""

import abc
import itertools
import random
from collections.abc import Iterator

import numpy as np

from tfskel.data import split
from tfskel.systems.st_reidnet import video_neighbours

ORDERS = ("text", "time")


class Sampler(abc.ABC):
    """Rows of a training split, sorted by label; a place is a number in that order.

    Args:
        train: images; `labels` are those of the training identities.
        seed: of the draws.
        order: of an identity's images; "text" as sorting labels as text leaves them, which is not the order of time
            (original program, kept for parity), or "time", by tracklet and frame.

    Attributes:
        rows: (N,) int64, row at each place.
        first, last: (K,) int64, first and last place of each label.

    Raises:
        ValueError: an unknown order, or an identity with one image only.
    """

    def __init__(self, train: split.Split, seed: int, order: str = "text"):
        if order not in ORDERS:
            raise ValueError(f"order must be one of {', '.join(ORDERS)}; received {order!r}.")
        self.train, self.seed = train, seed
        text = train.labels.astype(str)
        # The unstable sort of the original; another one would be other draws.
        self.rows = np.argsort(text) if order == "text" else np.lexsort((train.frame, train.recording, text))
        self.labels = train.labels[self.rows]
        _, self.first, counts = np.unique(self.labels, return_index=True, return_counts=True)
        self.last = self.first + counts - 1
        alone = [train.classes[label] for label in np.flatnonzero(counts < 2)]
        if alone:
            raise ValueError(
                f"identity '{alone[0]}' has a single image in train ({len(alone)} such identities), so that nothing "
                "can be its positive. Give each at least two images, or leave it out."
            )

    def __len__(self) -> int:
        """Tuples in an epoch."""
        return len(self.rows)

    def epoch(self, number: int) -> Iterator[tuple[int, ...]]:
        """Tuples of rows of an epoch, counted from 0: the anchor and what goes with it."""
        draws = np.random.RandomState([self.seed, number] if number else self.seed)
        choices = random.Random(f"{self.seed} {number}" if number else self.seed)
        for place in draws.permutation(len(self.rows)):
            for places in self.drawn(int(place), draws, choices):
                yield tuple(int(self.rows[chosen]) for chosen in (place, *places))

    def batches(self, number: int, batch_size: int) -> Iterator[np.ndarray]:
        """(B, 2 or 3) int64 rows of an epoch's steps; the last are fewer. A last tuple alone is left out.

        Batch normalisation needs two; the original stops with an error there.
        """
        epoch = self.epoch(number)
        for _ in range(self.steps(batch_size)):
            yield np.array(list(itertools.islice(epoch, batch_size)), np.int64)

    def steps(self, batch_size: int) -> int:
        """Batches in an epoch."""
        whole, rest = divmod(len(self), batch_size)
        return whole + (rest > 1)

    @abc.abstractmethod
    def drawn(self, place: int, draws: np.random.RandomState, choices: random.Random) -> Iterator[tuple[int, ...]]:
        """Places that go with an anchor, once or several times."""

    def positives(self, place: int, draws: np.random.RandomState, count: int, replace: bool) -> list[int]:
        """Random places of the anchor's identity, without the anchor."""
        first, last = self._range(place)
        chosen = draws.choice(last - first, count, replace=replace)
        return [int(first + offset + (first + offset >= place)) for offset in chosen]

    def negatives(self, place: int, draws: np.random.RandomState, count: int) -> list[int]:
        """Random different places of other identities."""
        first, last = self._range(place)
        own = last - first + 1
        chosen = draws.choice(len(self.rows) - own, count, replace=False)
        return [int(offset + own * (offset >= first)) for offset in chosen]

    def _range(self, place: int) -> tuple[int, int]:
        label = self.labels[place]
        return int(self.first[label]), int(self.last[label])


class InstanceTriplets(Sampler):
    """Anchor and two positives, which may be the same image; other identities are met through other anchors."""

    def drawn(self, place, draws, choices):
        """As Sampler."""
        yield tuple(self.positives(place, draws, 2, replace=True))


class Pairs(Sampler):
    """Pairs of an identity's images, each followed by pairs with other identities.

    Args:
        train, seed, order: as for `Sampler`.
        negatives_per_positive: pairs with other identities.
    """

    def __init__(self, train: split.Split, seed: int, order: str = "text", negatives_per_positive: int = 3):
        super().__init__(train, seed, order)
        self.per_positive = negatives_per_positive
        others = len(self.rows) - int((self.last - self.first + 1).max())
        if not 1 <= negatives_per_positive <= others:
            raise ValueError(
                f"negatives_per_positive must be from 1 to {others}, the images of other identities; received "
                f"{negatives_per_positive}."
            )

    def __len__(self) -> int:
        return len(self.rows) * (1 + self.per_positive)

    def drawn(self, place, draws, choices):
        """As Sampler."""
        yield tuple(self.positives(place, draws, 1, replace=False))
        for negative in self.negatives(place, draws, self.per_positive):
            yield (negative,)


class VideoTriplets(Sampler):
    """Anchor, positive and negative, some of them with an identity of the anchor's video as the negative.

    Those take a positive outside of +-`skip_frames` places around the anchor; an identity of at most 2 `skip_frames`
    images has a smaller window, a fifth of its places. All others take any positive and any negative.

    Args:
        train, seed, order: as for `Sampler`; without `train.videos` no negative is of the anchor's video.
        skip_frames: places.
        inter_rate: share of the anchors with a negative of their video, in [0, 1], as hundredths.
        neighbours: see `video_neighbours`.

    Raises:
        ValueError: a rate or window out of range, an identity whose window can leave no positive, or one without a
            neighbour in its video.
    """

    def __init__(self, train: split.Split, seed: int, order="text", skip_frames=20, inter_rate=0.7, neighbours="label"):
        super().__init__(train, seed, order)
        if not 0 <= inter_rate <= 1 or skip_frames < 0:
            raise ValueError(
                f"inter_rate must be in [0, 1] and skip_frames at least 0; received {inter_rate} and {skip_frames}."
            )
        of_video = int(100 * inter_rate) if train.videos else 0
        self.in_video = [True] * of_video + [False] * int(100 * (1 - inter_rate))
        self.skip = skip_frames
        self.neighbours = video_neighbours.of_labels(train.classes, train.videos, neighbours) if of_video else []
        if of_video:
            self._check_windows()

    def drawn(self, place, draws, choices):
        """As Sampler."""
        # Without videos the original does not ask.
        if not (self.neighbours and choices.choice(self.in_video)):
            yield *self.positives(place, draws, 1, replace=False), *self.negatives(place, draws, 1)
            return
        first, last = self._range(place)
        before = max(place - self._window(first, last) - first, 0)
        after = max(last - place - self._window(first, last), 0)
        offset = int(draws.choice(before + after, 1, replace=False)[0])
        positive = first + offset if offset < before else last + 1 - after + offset - before
        label = choices.choice(self.neighbours[self.labels[place]])
        count = self.last[label] - self.first[label] + 1
        yield positive, int(self.first[label] + draws.choice(count, 1, replace=False)[0])

    def _window(self, first: int, last: int) -> int:
        return self.skip if last - first >= 2 * self.skip else (last - first) // 5

    def _check_windows(self) -> None:
        for name, first, last in zip(self.train.classes, self.first, self.last, strict=True):
            if last - first == 2 * self.skip:
                raise ValueError(
                    f"identity '{name}' has {last - first + 1} images, which is 2 skip_frames + 1: nothing of it is "
                    f"outside of +-{self.skip} images around the one in the middle. Take another skip_frames, for "
                    f"example {self.skip + 1}."
                )
