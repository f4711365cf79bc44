# SPDX-License-Identifier: MIT
"""The one training loop: epochs, selection, early stop, checkpoint and exact resume, progress."""

import pathlib
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from absl import logging

from tfskel import arrays, literal_path
from tfskel.checkpoints import keras_file
from tfskel.training import phase as phases

PROGRESS_SECONDS = 10.0
LOGGED_STEPS = 10  # of so many steps one is logged by itself
LogSteps = Callable[[str, np.ndarray, dict[str, np.ndarray]], None]
LARGEST_WEIGHT = 1e12  # products of larger ones leave the range of float32


class Progress:
    """Logs a line from time to time while an epoch runs.

    Args:
        phase: name shown.
        epochs: upper bound of epochs.
        steps: steps in an epoch.
        first_epoch: where this process started, for the estimate of the time left.
    """

    def __init__(self, phase: str, epochs: int, steps: int, first_epoch: int):
        self.phase, self.epochs, self.steps, self.first_epoch = phase, epochs, steps, first_epoch
        self.began = self.shown = time.monotonic()

    def left(self, epoch: int, step: int) -> float:
        """Seconds until the last epoch ends at the present pace."""
        done = (epoch - self.first_epoch) * self.steps + step
        total = (self.epochs - self.first_epoch) * self.steps
        return (time.monotonic() - self.began) / max(done, 1) * (total - done)

    def step(self, epoch: int, step: int, losses: dict) -> None:
        """Shows the running losses when the last line is old enough."""
        if time.monotonic() - self.shown >= PROGRESS_SECONDS:
            self.shown = time.monotonic()
            values = {name: float(value) for name, value in losses.items()}
            logging.info("%s epoch %d/%d step %d/%d %s, at most %s left", self.phase, epoch + 1, self.epochs, step,
                         self.steps, describe(values), clock(self.left(epoch, step)),
                         extra=self._share(epoch, step))  # fmt: skip

    def epoch(self, epoch: int, seconds: float, values: dict[str, float], kept: list[str]) -> None:
        """Shows the result of an epoch."""
        self.shown = time.monotonic()
        mark = f" [{', '.join(kept)}]" if kept else ""
        logging.info("%s epoch %d/%d: %s, %.1f s, at most %s left%s", self.phase, epoch + 1, self.epochs,
                     describe(values), seconds, clock(self.left(epoch + 1, 0)), mark,
                     extra=self._share(epoch + 1, 0))  # fmt: skip

    def _share(self, epoch: int, step: int) -> dict[str, float]:
        """How much of the phase is done, at least, for who shows it as a bar."""
        return {"share": (epoch + step / max(self.steps, 1)) / self.epochs}


def describe(values: dict[str, float]) -> str:
    """Scalars in one line, four significant digits."""
    return " ".join(f"{name} {value:.4g}" for name, value in values.items())


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _rates(phase: phases.Phase) -> dict[str, float]:
    """Present learning rate of each optimiser."""
    optimizers = {name: kept for name, kept in phase.trackables.items() if isinstance(kept, keras.optimizers.Optimizer)}
    rates = {name: tf.convert_to_tensor(optimizer.learning_rate) for name, optimizer in optimizers.items()}
    return {f"learning_rate/{name}": float(rate) for name, rate in rates.items()}


def _train_epoch(phase: phases.Phase, epoch: int, progress: Progress, log_steps: LogSteps | None) -> dict[str, float]:
    history, rates = [], []
    for number, batch in enumerate(phase.batches(epoch)):
        if log_steps and number % LOGGED_STEPS == 0:
            rates.append(_rates(phase))
        history.append(phase.step(*batch))
        progress.step(epoch, number + 1, history[-1])
    if not history:
        raise ValueError(f"phase {phase.name} has no batch in epoch {epoch}; the batch size is larger than the data.")
    values = {name: np.array([float(step[name]) for step in history]) for name in history[0]}
    for name, series in values.items():
        if not np.isfinite(series).all():
            bad = int(np.flatnonzero(~np.isfinite(series))[0])
            raise ValueError(
                f"{phase.name}: {name} is {series[bad]} at epoch {epoch}, step {bad}. Lower the learning rate, or look "
                "for extreme values in the data with the quality report of ingest."
            )
    _check_weights(phase, epoch)
    if log_steps:
        steps = np.arange(0, len(history), LOGGED_STEPS)
        series = {name: of_step[steps] for name, of_step in values.items()}
        series |= {name: np.array([of_step[name] for of_step in rates]) for name in rates[0]}
        log_steps(phase.name, epoch * phase.steps + steps, series)
    return {name: float(series.mean()) for name, series in values.items()}


def _check_weights(phase: phases.Phase, epoch: int) -> None:
    """Stops before features of diverged weights look like a fault of the recordings."""
    for name, model in phase.models.items():
        for weight in model.weights:
            largest = float(tf.reduce_max(tf.abs(tf.cast(weight, tf.float32))))
            if not largest <= LARGEST_WEIGHT:
                raise ValueError(
                    f"{phase.name}: the training diverged; weight {weight.path} of {name} reached {largest:g} in epoch "
                    f"{epoch}. Lower the learning rate."
                )


class Keeper:
    """Writes and restores what a phase needs to go on exactly where it stopped.

    Args:
        phase: the training.
        folder: where weights of selections and the resumable checkpoint are written.
    """

    def __init__(self, phase: phases.Phase, folder: pathlib.Path):
        self.phase, self.folder = phase, folder
        self.state_path = folder / f"{phase.name}.state.json"
        checkpoint = tf.train.Checkpoint(**phase.trackables)
        self.literal = literal_path.Alias(folder)
        resume = self.literal.path / f"{phase.name}.resume"
        self.manager = tf.train.CheckpointManager(checkpoint, str(resume), max_to_keep=2)

    def keep(self, selection: str) -> None:
        """Writes the weights of a selection under a temporary name and renames them."""
        for name, model in self.phase.models.items():
            keras_file.write(self.folder / phases.weights_name(self.phase.name, name, selection), model)

    def save(self, epoch: int, ended: bool) -> None:
        """Makes the end of an epoch the point to resume from."""
        prefix = self.manager.save(checkpoint_number=epoch + 1)
        state = {"epoch": epoch, "ended": ended, "checkpoint": pathlib.Path(prefix).name,
                 "selections": self.phase.selections.state()}  # fmt: skip
        arrays.write_json(self.state_path, state)

    def restore(self) -> tuple[int, bool]:
        """The next epoch to train, and whether the training had already ended.

        Raises:
            ValueError: the resumable checkpoint is damaged.
        """
        if not self.state_path.exists():
            return 0, False
        try:
            state = arrays.read_json(self.state_path)
            prefix = pathlib.Path(self.manager.directory) / state["checkpoint"]
            self.manager.checkpoint.restore(str(prefix)).assert_consumed()
            self.phase.selections.restore(state["selections"])
        except (ValueError, KeyError, AssertionError, tf.errors.OpError) as error:
            raise ValueError(
                f"the interrupted training in {self.folder} cannot be resumed: {self.state_path.name} or its "
                f"checkpoint is damaged ({error}). Start it again with --force train."
            ) from error
        return state["epoch"] + 1, state["ended"]


def _judge(phase: phases.Phase, epoch: int, values: dict[str, float], keeper: Keeper) -> tuple[dict, list[str]]:
    """Scores an epoch and keeps the weights of the selections that want it; returns all scalars and those names."""
    values = values | phase.score(epoch)
    kept = phase.selections.observe(epoch, values)
    for selection in kept:
        keeper.keep(selection)
    return values, kept


def _fit_at_once(phase: phases.Phase, keeper: Keeper, log: Callable) -> dict[str, int]:
    """A phase without epochs: its models are scored and kept as its fit leaves them, as epoch 0."""
    values = phase.fit()
    _check_weights(phase, 0)
    values, _ = _judge(phase, 0, values, keeper)
    log(phase.name, 0, values)
    keeper.save(0, ended=True)
    return phase.selections.epochs()


def fit(
    phase: phases.Phase,
    folder: pathlib.Path,
    log: Callable[[str, int, dict[str, float]], None],
    log_steps: LogSteps | None = None,
) -> dict[str, int]:
    """Trains a phase to its end, resuming from the last complete epoch found in `folder`.

    Args:
        phase: the training; one of no epochs keeps its models as its `fit` leaves them.
        folder: receives the weights of each selection and the resumable checkpoint.
        log: called with (phase name, epoch, scalars) once per epoch.
        log_steps: called with (phase name, (n,) numbers of every LOGGED_STEPS-th step, name -> (n,) losses and learning
            rates) when the steps of an epoch are done.

    Returns:
        selection name -> epoch it kept.

    Raises:
        ValueError: a loss is not finite (the message names epoch and step), there is no batch, or what is to be
            resumed is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keeper = Keeper(phase, folder)
    first, ended = keeper.restore()
    if first:
        logging.info("%s: resuming after epoch %d", phase.name, first)
    if not phase.epochs and not ended:
        return _fit_at_once(phase, keeper, log)
    progress = Progress(phase.name, phase.epochs, phase.steps, first)
    for epoch in range(first, 0 if ended else phase.epochs):
        began = time.monotonic()
        values, kept = _judge(phase, epoch, {}, keeper) if phase.scores_first else ({}, [])
        if not (phase.scores_first and phase.selections.finished):
            values |= phase.start_epoch(epoch)
            values |= _train_epoch(phase, epoch, progress, log_steps)
        if not phase.scores_first:
            values, kept = _judge(phase, epoch, values, keeper)
        seconds = time.monotonic() - began
        shown = {name: values[name] for name in phase.headline or values if name in values}
        progress.epoch(epoch, seconds, shown, [selection for selection in kept if selection != "last"])
        log(phase.name, epoch, values | {"seconds": seconds})
        ended = phase.selections.finished or epoch + 1 == phase.epochs
        keeper.save(epoch, ended)
        if phase.selections.finished:
            break
    return phase.selections.epochs()
