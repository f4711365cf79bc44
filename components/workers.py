# SPDX-License-Identifier: MIT
"""A run on several machines: the chief runs all stages, the other workers train with it and keep nothing."""

import contextlib
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import ml_collections

from components import artefacts, stages
from tfskel.training import execution

DONE = 0


def several(config: ml_collections.ConfigDict) -> bool:
    """Whether the recipe trains on several machines."""
    return config.training.strategy == execution.MULTI_WORKER


def folder(config: ml_collections.ConfigDict) -> str:
    """Folder of this process's log, inside the run's; "" is that itself."""
    return f"worker_{execution.task()}" if several(config) and execution.task() else ""


def chief(config: ml_collections.ConfigDict) -> bool:
    """Whether this process writes the run's folder. With other workers it waits until all have been started.

    Raises:
        ValueError: see `strategy.start`.
    """
    if not several(config):
        return True
    from tfskel.training import strategy

    strategy.start(execution.MULTI_WORKER)
    return execution.task() == 0


def call(config: ml_collections.ConfigDict, number: int = DONE) -> None:
    """The chief calls the others to a training, counted from 1, and waits until they have read its folder; or ends."""
    if several(config):
        from tfskel.training import strategy

        strategy.told(number)
        if number != DONE:
            strategy.told(number)


def follow(stage: stages.Stage, plan) -> None:
    """What another worker does: it trains whenever the chief calls, from what an interrupted training has left.

    Args:
        stage: the training.
        plan: of the run, see `runner.Plan`; the chief's folder must be seen from here.
    """
    from tfskel.training import strategy

    while (number := strategy.told(DONE)) != DONE:
        repeat = plan.repeats[number - 1]
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(artefacts.partial(plan.folder(stage, repeat)), folder, dirs_exist_ok=True)
            strategy.told(DONE)
            stage(**plan.arguments(stage, repeat, pathlib.Path(folder)))


@contextlib.contextmanager
def together(config: ml_collections.ConfigDict) -> Iterator[None]:
    """Says what to do when another worker is gone.

    Raises:
        RuntimeError: it is.
    """
    if not several(config):
        yield
        return
    import tensorflow as tf

    try:
        yield
    except tf.errors.OpError as error:
        raise RuntimeError(
            f"a worker of the training is gone ({type(error).__name__}). Start the same command on every worker "
            "again: the training goes on after its last complete epoch."
        ) from error
