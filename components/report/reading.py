# SPDX-License-Identifier: MIT
"""What the report reads of a finished run: the one place that knows the files of the other stages."""

import dataclasses
import pathlib

import numpy as np

from components import cluster, evaluate, logs, splits, train, unknown_people
from components.export import forms, model_card
from components.export import stage as export
from tfskel import arrays, features
from tfskel.data import order

METRICS, QUALITY = "metrics.json", "quality.json"
RANKED = ("probe", "probe_identity", "gallery", "identity", "distance")


@dataclasses.dataclass(frozen=True)
class Run:
    """Folders of a finished run; results are of all seeds, pictures of the first.

    Attributes:
        recordings: output of ingest.
        model, saved_model, clusters, results: seed -> output of train, export, cluster and evaluate.
    """

    recordings: pathlib.Path
    model: dict[int | str, pathlib.Path]
    saved_model: dict[int | str, pathlib.Path]
    clusters: dict[int | str, pathlib.Path]
    results: dict[int | str, pathlib.Path]

    @property
    def seeds(self) -> list[int | str]:
        """All seeds, the one of the pictures first."""
        return list(self.results)

    def rows(self) -> dict[str, list]:
        """ "rows" and "baselines" of all seeds, baselines once where they are the same, and "warnings" once."""
        rows, baselines, warnings = [], {}, {}
        for seed, folder in self.results.items():
            stored = arrays.read_json(folder / METRICS)
            warnings |= dict.fromkeys(stored["warnings"])
            for row in stored["rows"]:
                of_seed = row | {"seed": seed}
                if row["selection"].startswith(evaluate.NO_LEARNING):
                    baselines.setdefault((row["family"], row["selection"]), []).append(of_seed)
                else:
                    rows.append(of_seed)
        once = (_once(several) for several in baselines.values())
        return {"rows": rows, "baselines": [row for some in once for row in some], "warnings": list(warnings)}

    def probes(self) -> dict[int | str, dict[str, np.ndarray]]:
        """Seed -> scores of each probe item by selection, and what they belong to, see `evaluate`."""
        return {seed: arrays.read(folder / evaluate.PROBES) for seed, folder in self.results.items()}

    def unknown(self) -> str:
        """How thresholds for unknown people were learnt, or why not."""
        return arrays.read_json(self.results[self.seeds[0]] / unknown_people.FILE)["note"]

    def acknowledgement(self) -> str:
        """Sentence that the data set asks for; "" where it asks for none."""
        return arrays.read_json(self.recordings / splits.POINTER).get("acknowledgement", "")

    def data_quality(self) -> dict:
        """Result of data.quality.report."""
        return arrays.read_json(self.recordings / QUALITY)

    def cluster_quality(self) -> dict[int | str, dict]:
        """Seed -> quality of its clusters, see clustering.quality."""
        return {seed: arrays.read_json(folder / QUALITY) for seed, folder in self.clusters.items()}

    def rank_curves(self, seed: int | str | None = None) -> dict[str, np.ndarray]:
        """Family and selection -> (ranks,) fractions, of one seed; None is the first."""
        return _arrays(self.results[self.seeds[0] if seed is None else seed] / "curves.npz")

    def confusion(self) -> tuple[np.ndarray | None, list[str]]:
        """(C, C) counts of the last selection, rows true, and C names; None without a recognition network."""
        folder = self.results[self.seeds[0]]
        return _arrays(folder / "confusion.npz").get("last"), arrays.read_json(folder / METRICS)["classes"]

    def features(self) -> features.Features:
        """Features of the probe."""
        return features.load(self.results[self.seeds[0]] / "probe.npz")

    def ranked_lists(self) -> dict[str, np.ndarray]:
        """A few probe items and their nearest gallery items, arrays named in RANKED."""
        return arrays.read(self.results[self.seeds[0]] / "ranked.npz", list(RANKED))

    def members(self) -> dict[str, np.ndarray]:
        """Items nearest to prototypes, see `cluster`."""
        return _arrays(self.clusters[self.seeds[0]] / cluster.MEMBERS)

    def matrices(self) -> dict[str, np.ndarray]:
        """Matrices of the system by name, e.g. "attention/x"."""
        return _arrays(self.model[self.seeds[0]] / train.PICTURES)

    def overlays(self) -> dict[str, np.ndarray]:
        """What a network looks at in some images, by name: (n, 1, h, w, 3) uint8; empty for a system that does not."""
        stored = _arrays(self.model[self.seeds[0]] / train.OVERLAYS)
        return {name: images[:, None] for name, images in stored.items()}

    def generated(self) -> list[dict[str, np.ndarray]]:
        """Of each item that a network made images of, these and their sources: name -> (1, 1, h, w, 3) uint8."""
        stored = _arrays(self.model[self.seeds[0]] / train.GENERATED)
        number = min(map(len, stored.values()), default=0)
        return [{name: images[item][None, None] for name, images in stored.items()} for item in range(number)]

    def kind(self) -> str:
        """Kind of the data, a key of `splits.KINDS`."""
        return arrays.read_json(self.recordings / splits.POINTER)["kind"]

    def sample(self, dataset, number: int) -> dict[str, dict[str, np.ndarray]]:
        """Split -> identity -> pictures (n, 1, ...) of some items, evenly spaced, of the first division.

        Args:
            dataset: the recipe's section.
            number: of items of each split; nothing is read for 0.
        """
        parts = splits.read(self.recordings, dataset, next(iter(dataset.divisions), None)) if number else None
        sides = {name: getattr(parts, name) for name in ("train", "probe", "gallery")} if number else {}
        return {name: _sampled(side, number) for name, side in sides.items()}

    def reconstruction(self) -> dict[str, np.ndarray]:
        """A sequence and what the system gives back for it, (1, f, J, 3) each; empty for a system that does not."""
        stored = _arrays(self.model[self.seeds[0]] / train.RECONSTRUCTION).values()
        return dict(zip(("fed", "given back"), (sequence[None] for sequence in stored), strict=False))

    def training(self) -> dict[str, dict[str, list[float]]]:
        """Phase -> series logged in every epoch; the last epoch may have ended before it was trained."""
        lines = logs.read(self.model[self.seeds[0]])
        phases = {}
        for name in dict.fromkeys(line["phase"] for line in lines):
            epochs = [line for line in lines if line["phase"] == name]
            keys = [key for key in epochs[0] if key not in ("phase", "epoch", "seconds")]
            phases[name] = {
                key: [line[key] for line in epochs if key in line]
                for key in keys
                if all(key in line for line in epochs[:-1])
            }
        return phases

    def exported(self) -> dict:
        """What export.json says."""
        return arrays.read_json(self.saved_model[self.seeds[0]] / export.DESCRIPTION)

    def model_card(self) -> str:
        """The card of the export, without results."""
        return arrays.read_text(self.saved_model[self.seeds[0]] / model_card.FILE)

    def files(self) -> dict[str, str]:
        """What it is -> where it is."""
        model, saved_model, results = (of[self.seeds[0]] for of in (self.model, self.saved_model, self.results))
        return {
            "TensorBoard logs": str(model / logs.EVENTS),
            "weights and metrics.jsonl": str(model),
            "SavedModel": str((saved_model / forms.SAVED_MODEL).parent),
            "features, curves, confusion matrix": str(results),
        }


def _sampled(data, number: int) -> dict[str, np.ndarray]:
    rows = order.evenly(len(data), min(len(data), number))
    pictures, identity = data.picture(rows)[:, None], data.identity[rows]
    return {str(name): pictures[identity == name] for name in dict.fromkeys(identity)}


def _once(rows: list[dict]) -> list[dict]:
    """One row for all seeds where their metrics are the same, else all."""
    same = all(row["metrics"] == rows[0]["metrics"] for row in rows)
    return [rows[0] | {"seed": None}] if same else rows


def _arrays(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Arrays of a file; empty when a stage had nothing to write."""
    return arrays.read(path) if path.exists() else {}
