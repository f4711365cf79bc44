# SPDX-License-Identifier: MIT
"""Which epochs a training keeps: the selections that every result names."""

import dataclasses
import math

PROBE_BEST = "probe-best"
LAST = "last"
HELD_OUT = "held-out identities"

DESCRIPTIONS = {
    PROBE_BEST: "the original's rule: the epoch with the best score on the probe itself, hence optimistic",
    LAST: "the last epoch trained",
    HELD_OUT: "the epoch at which a second training did best on identities kept out of it; never sees the probe",
}

_OF = " of "


def selection_of(name: str, representation: str) -> str:
    """Name of a selection for one of several features of a system, e.g. "probe-best of joints"; "" is the main one."""
    return f"{name}{_OF}{representation}" if representation else name


def split_selection(selection: str) -> tuple[str, str]:
    """Inverse of `selection_of`: (name, representation)."""
    name, _, representation = selection.partition(_OF)
    return name, representation


@dataclasses.dataclass
class Best:
    """Keeps an epoch whose score is higher than every earlier one.

    Args:
        score: name of the score.
        first_epoch: an earlier epoch raises the bar but is not kept (the original's rule for IAS, with 10).
        unseen: epochs at the beginning that are not looked at at all.
        ties: keep an epoch as good as the best before, too.
    """

    score: str
    first_epoch: int = 0
    best: float = 0.0
    epoch: int = -1
    unseen: int = 0
    ties: bool = False

    def observe(self, epoch: int, scores: dict[str, float]) -> bool:
        """Whether this epoch is to be kept; an epoch without the score is not."""
        value = scores.get(self.score)
        if value is None or epoch < self.unseen or not (value > self.best or self.ties and value == self.best):
            return False
        self.best = value
        if epoch < self.first_epoch:
            return False
        self.epoch = epoch
        return True


@dataclasses.dataclass
class Last:
    """Keeps every epoch; the last one remains."""

    epoch: int = -1

    def observe(self, epoch: int, scores: dict[str, float]) -> bool:
        """Always true."""
        self.epoch = epoch
        return True


@dataclasses.dataclass
class At:
    """Keeps the one epoch that was chosen elsewhere; a training goes on until it has passed."""

    wanted: int
    epoch: int = -1

    def observe(self, epoch: int, scores: dict[str, float]) -> bool:
        """Whether this is the chosen epoch."""
        if epoch == self.wanted:
            self.epoch = epoch
        return epoch == self.wanted


@dataclasses.dataclass
class Patience:
    """Stops after `patience` epochs in a row with neither a score as high nor a loss as low as ever.

    Args:
        patience: epochs.
        score: name of the score.
        loss: name of the loss; "" to look at the score alone.

    Source: original program of SM-SGE: an epoch as good as the best in either of the two resets the count.
    """

    patience: int
    score: str
    loss: str = ""
    best_score: float = 0.0
    best_loss: float = math.inf
    waited: int = 0

    def stops(self, scores: dict[str, float]) -> bool:
        """Whether training ends after the epoch with these scores."""
        score, loss = scores[self.score], scores.get(self.loss, math.inf)
        improved = score >= self.best_score or (self.loss and loss <= self.best_loss)
        if improved:
            self.best_score = max(self.best_score, score)
            self.best_loss = min(self.best_loss, loss)
            self.waited = 0
        else:
            self.waited += 1
        return self.waited >= self.patience


@dataclasses.dataclass
class StrictPatience:
    """Stops after `patience` epochs in a row without a score strictly higher than ever.

    Args:
        patience: epochs.
        score: name of the score.
        unseen: epochs at the beginning whose score is not looked at; they count as waited.

    Source: original program of Hi-MPC, with 1 unseen epoch.
    """

    patience: int
    score: str
    unseen: int = 0
    best_score: float = 0.0
    waited: int = 0
    seen: int = 0

    def stops(self, scores: dict[str, float]) -> bool:
        """Whether training ends after the epoch with these scores."""
        self.seen += 1
        self.waited += 1
        if self.seen > self.unseen and scores[self.score] > self.best_score:
            self.best_score, self.waited = scores[self.score], 0
        return self.waited >= self.patience


@dataclasses.dataclass
class Selections:
    """The selections of one training, observed after every epoch.

    Args:
        rules: selection -> Best, Last or At.
        patience: stopping rule, or None to train all epochs.

    Attributes:
        stopped: epoch at which the stopping rule ended the selections, or None. A chosen later epoch is still trained.
    """

    rules: dict[str, Best | Last | At]
    patience: Patience | StrictPatience | None = None
    stopped: int | None = None

    def observe(self, epoch: int, scores: dict[str, float]) -> list[str]:
        """Names of the selections that keep this epoch."""
        active = {name: rule for name, rule in self.rules.items() if self.stopped is None or isinstance(rule, At)}
        kept = [name for name, rule in active.items() if rule.observe(epoch, scores)]
        if self.stopped is None and self.patience is not None and self.patience.stops(scores):
            self.stopped = epoch
        return kept

    @property
    def finished(self) -> bool:
        """Whether no later epoch can change a selection."""
        waiting = any(isinstance(rule, At) and rule.epoch < 0 for rule in self.rules.values())
        return self.stopped is not None and not waiting

    def epochs(self) -> dict[str, int]:
        """Selection -> epoch kept; one that kept none is absent."""
        return {name: rule.epoch for name, rule in self.rules.items() if rule.epoch >= 0}

    def state(self) -> dict:
        """JSON-able state for resuming."""
        return {
            "rules": {name: dataclasses.asdict(rule) for name, rule in self.rules.items()},
            "patience": dataclasses.asdict(self.patience) if self.patience else None,
            "stopped": self.stopped,
        }

    def restore(self, state: dict) -> None:
        """Takes over what `state` returned in the interrupted training."""
        for name, fields in state["rules"].items():
            self.rules[name] = type(self.rules[name])(**fields)
        if self.patience is not None:
            self.patience = type(self.patience)(**state["patience"])
        self.stopped = state["stopped"]
