# SPDX-License-Identifier: MIT
"""Embed: features of a prepared split by the exported model of a run, in shards, through Apache Beam."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import pathlib
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import ml_collections
import numpy as np

from components import beam_shards
from tfskel import arrays, feature_shards, features, inference

if TYPE_CHECKING:
    from tfskel.data import split
    from tfskel.evaluation import protocols

JOB = "embedding.json"
SIDES = ("train", "probe", "gallery")
USAGE = """Features of a split by the exported model of a run, every representation in one pass, as Parquet shards.

tfskel-embed --model runs/joint_distances_gait_sim/seed_1 --side gallery --out features/gallery
tfskel-embed --model ... --side gallery --out features/gallery --shards 64 -- --runner=FlinkRunner --parallelism=16

What stands after -- are Beam's flags; without them this process does the work. Shards that are there stay: the same
command goes on where another one stopped. Workers on other machines see all folders under the same names.
"""


@dataclasses.dataclass(frozen=True)
class Embedding:
    """One split, and the model that embeds it; small, so that every worker gets it.

    Attributes:
        model: folder of a repeat of a finished run, with its export; the run's folder is above it.
        side: of SIDES.
        shards: number of shards.
        on, on_probe: another run's folder whose data set is embedded, and which probe of it; "" for the run's own.
        division: of a data set that stores several.
        batch_size: items computed at a time.
    """

    model: str
    side: str
    shards: int
    on: str = ""
    on_probe: str = "probe"
    division: int | None = None
    batch_size: int = 256

    @property
    def exported(self) -> pathlib.Path:
        """What the export stage wrote."""
        return pathlib.Path(self.model) / inference.SAVED_MODEL

    def read(self) -> tuple[split.Split, protocols.Protocol]:
        """The split as the run's recipe cuts it, and the protocol, which says how frames of a tracklet are pooled.

        Raises:
            FileNotFoundError: there is no such run, or no other set.
            ValueError: see `splits.read` and `tested_set.read`.
        """
        from components import splits, tested_set

        run = pathlib.Path(self.model).parent
        recipe = ml_collections.ConfigDict(arrays.read_json(run / "config.json", "run the recipe again"))
        recipe.evaluation.update(on=self.on, on_probe=self.on_probe, on_division=self.division or 0, most_probes=0)
        parts = splits.read(run / "recordings", recipe.dataset, None if self.on else self.division)
        parts = tested_set.read(parts, recipe.evaluation, run / "recordings")
        return getattr(parts, self.side), parts.protocol

    def open(self) -> Opened:
        """What a worker keeps."""
        return Opened(*self.read(), inference.load(self.exported), self.shards, self.batch_size)


@dataclasses.dataclass(frozen=True)
class Opened:
    """A split and a model, read.

    Attributes:
        model: as `inference.Embedder`.
    """

    data: split.Split
    protocol: protocols.Protocol
    model: Any
    shards: int
    batch_size: int

    @functools.cached_property
    def number(self) -> np.ndarray:
        """As `items`."""
        return items(self.data, self.protocol)

    def features(self, shard: int) -> dict[str, features.Features]:
        """Representation -> features of the items of a shard; equal ones are embedded once, as in an evaluation."""
        ends = [(self.number.max() + 1) * place // self.shards for place in (shard, shard + 1)]
        few = self.data.subset(np.flatnonzero((self.number >= ends[0]) & (self.number < ends[1])))

        def of_rows(rows: np.ndarray) -> dict[str, np.ndarray]:
            return self.model.represent(few.raw(rows), self.batch_size)

        return features.extract(of_rows, few, self.batch_size, pool=self.protocol.pool)


def items(data: split.Split, protocol: protocols.Protocol) -> np.ndarray:
    """(N,) int, the item that each row belongs to: a tracklet where frames are pooled, in the order of their begins."""
    pool = protocol.pool(data.recording)
    return pool.number if pool else np.arange(len(data))


def transform(embedding: Embedding, folder: str):
    """Shard numbers -> written shards, by Beam's RunInference."""
    import apache_beam as beam
    from apache_beam.ml.inference import base

    class Model(base.ModelHandler[int, base.PredictionResult, Opened]):
        def load_model(self) -> Opened:
            return embedding.open()

        def run_inference(self, batch: Sequence[int], model: Opened, inference_args=None) -> Iterable:
            return [base.PredictionResult(shard, model.features(shard)) for shard in batch]

        def batch_elements_kwargs(self) -> dict:
            return {"min_batch_size": 1, "max_batch_size": 1}

    def write(result: base.PredictionResult) -> int:
        feature_shards.write(pathlib.Path(folder), result.example, embedding.shards, result.inference)
        return result.example

    return base.RunInference(Model()) | beam.Map(write)


def embed(embedding: Embedding, folder: pathlib.Path, flags: Sequence[str] = ()) -> None:
    """Writes the shards that `folder` lacks.

    Raises:
        FileNotFoundError: no such run, or it has no export.
        ValueError: `folder` holds features of other settings, or fewer items than shards.
    """
    if not embedding.exported.is_dir():
        raise FileNotFoundError(f"{embedding.exported} is missing: give a folder such as runs/RECIPE/seed_1, exported.")
    count = int(items(*embedding.read()).max()) + 1
    if not 1 <= embedding.shards <= count:
        raise ValueError(f"shards must be 1 to {count}, the items of {embedding.side}; received {embedding.shards}.")
    beam_shards.claim(folder / JOB, dataclasses.asdict(embedding) | {"items": count})
    names = [feature_shards.NAME.format(number, embedding.shards) for number in range(embedding.shards)]
    missing = [number for number, name in enumerate(names) if not (folder / name).is_file()]
    beam_shards.run(missing, transform(embedding, str(folder)), flags)


def main(arguments: Sequence[str]) -> None:
    """Runs the command."""
    own, flags = beam_shards.divided(arguments)
    parser = argparse.ArgumentParser("tfskel-embed", description=USAGE, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", required=True, metavar="FOLDER", help="folder of a seed of a finished run")
    parser.add_argument("--side", choices=SIDES, default="gallery")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="FOLDER", help="of the shards")
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--on", default="", metavar="FOLDER", help="of a run on another data set, which is embedded")
    parser.add_argument("--on_probe", default="probe", help="which probe of it")
    parser.add_argument("--division", type=int, help="which random division, where the data set has several")
    parser.add_argument("--batch_size", type=int, default=256)
    options = vars(parser.parse_args(own))
    folder = options.pop("out")
    try:
        model = str(pathlib.Path(options.pop("model")).resolve())
        embed(Embedding(model, **options), folder.resolve(), flags)
    except (OSError, ValueError) as error:
        raise SystemExit(f"stopped: {error}") from None
    sys.stdout.write(
        f"{sum(feature_shards.sizes(folder))} items in {len(feature_shards.paths(folder))} shards, {folder}\n"
    )


def console() -> None:
    """Entry point of `tfskel-embed`."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    main(sys.argv[1:])
