# SPDX-License-Identifier: MIT
"""The log of a training: metrics.jsonl and TensorBoard events, both safe to continue after an interruption."""

import json
import pathlib
from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from tfskel import arrays

METRICS = "metrics.jsonl"
EVENTS = "tensorboard"
HEADLINE = ("rank1", "nAUC", "mAP")  # metrics shown beside the settings


def read(folder: pathlib.Path) -> list[dict]:
    """Lines of metrics.jsonl; a line cut off by an interruption is left out."""
    path = folder / METRICS
    lines = []
    for text in arrays.read_text(path).splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            break
    return lines


class RunLog:
    """Writes scalars, pictures and embeddings of one training.

    Args:
        folder: receives metrics.jsonl and the folder `tensorboard`.
    """

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.lines = read(folder)
        self._write_all()
        self.writer = tf.summary.create_file_writer(str(folder / EVENTS))

    def scalars(self, phase: str, epoch: int, values: dict[str, float]) -> None:
        """Logs the scalars of an epoch; an epoch that is trained again after an interruption replaces its line."""
        line = {"phase": phase, "epoch": epoch} | values
        kept = [old for old in self.lines if not (old["phase"] == phase and old["epoch"] >= epoch)]
        replaced = len(kept) < len(self.lines)
        self.lines = [*kept, line]
        if replaced:
            self._write_all()
        else:
            with (self.folder / METRICS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        with self.writer.as_default(step=epoch):
            for name, value in values.items():
                tf.summary.scalar(f"{phase}/{name}", value)
        self.writer.flush()

    def steps(self, phase: str, steps: np.ndarray, values: dict[str, np.ndarray]) -> None:
        """Logs series of some steps of an epoch, (n,) each, into TensorBoard only.

        They come when the epoch is complete, so that one that is trained again after an interruption has them once.
        """
        with self.writer.as_default():
            for name, series in values.items():
                for step, value in zip(steps, series, strict=True):
                    tf.summary.scalar(f"{phase} by step/{name}", value, step=int(step))
        self.writer.flush()

    def settings(self, recipe: dict, seed: int) -> None:
        """Logs the recipe, sections by name, as a table of text."""
        rows = [f"| {name} | {value} |" for name, value in (_flat(recipe) | {"seed": seed}).items()]
        with self.writer.as_default(step=0):
            tf.summary.text("recipe", "\n".join(["| setting | value |", "|---|---|", *rows]))
        self.writer.flush()

    def hyperparameters(self, recipe: dict, seed: int, rows: Iterable[dict]) -> None:
        """Logs a recipe with what came of it, for TensorBoard's table of runs, whose columns are those of all runs.

        Args:
            recipe: sections by name. seed: of the run.
            rows: of metrics.json.
        """
        from tensorboard.plugins.hparams import api

        metrics = {f"{row['family']}/{row['selection']}/{name}": value
                   for row in rows for name, value in row["metrics"].items() if name in HEADLINE}  # fmt: skip
        with self.writer.as_default(step=0):
            api.hparams(_flat(recipe) | {"seed": seed})
            for name, value in metrics.items():
                tf.summary.scalar(name, value)
        self.writer.flush()

    def _write_all(self) -> None:
        if self.lines or (self.folder / METRICS).exists():  # which may hold a part of its first line
            arrays.write_text(self.folder / METRICS, "".join(json.dumps(item) + "\n" for item in self.lines))

    def image(self, name: str, picture: np.ndarray, step: int = 0) -> None:
        """Logs one picture, (height, width, 3 or 4) uint8."""
        with self.writer.as_default(step=step):
            tf.summary.image(name, picture[None])
        self.writer.flush()

    def embedding(self, name: str, vectors: np.ndarray, labels: list[str], header: str) -> None:
        """Writes features for TensorBoard's projector.

        Args:
            name: shown in the projector; letters, digits and "_".
            vectors: (N, D) float.
            labels: N lines, columns separated by tabs.
            header: column names separated by tabs; shown only for two or more columns.
        """
        from tensorboard.plugins import projector

        folder = self.folder / EVENTS
        arrays.write_text(folder / f"{name}.tsv", "\n".join([header, *labels]) + "\n")
        variable = tf.Variable(vectors, name=name)
        tf.train.Checkpoint(embedding=variable).save(str(folder / f"{name}.ckpt"))
        config = projector.ProjectorConfig()
        existing = folder / "projector_config.pbtxt"
        if existing.exists():
            existing.unlink()
        config.embeddings.add(tensor_name="embedding/.ATTRIBUTES/VARIABLE_VALUE", metadata_path=f"{name}.tsv")
        projector.visualize_embeddings(str(folder), config)


def _flat(recipe: dict, prefix: str = "") -> dict[str, bool | int | float | str]:
    """Dotted name and value of every leaf; what is neither number nor text becomes text."""
    values = {}
    for name, value in recipe.items():
        if hasattr(value, "items") and len(value):
            values |= _flat(dict(value.items()), f"{prefix}{name}.")
        else:
            values[prefix + str(name)] = value if isinstance(value, bool | int | float | str) else str(value)
    return values
