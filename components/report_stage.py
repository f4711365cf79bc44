# SPDX-License-Identifier: MIT
"""Report: gathers the results of all seeds into metrics.json and one HTML page."""

import pathlib

import ml_collections
import numpy as np

from components import cluster, evaluate, logs, splits, train
from components import export as export_stage
from components import report as page
from tfskel import arrays, skeletons
from tfskel import features as feature_files

METRICS = "metrics.json"
PAGE = "report.html"


def _rows(results: dict[int, pathlib.Path]) -> tuple[list[dict], list[dict], list[str]]:
    """Rows of all seeds, the baseline once, and the warnings once."""
    rows, baselines, warnings = [], {}, {}
    for seed, folder in results.items():
        found = arrays.read_json(folder / METRICS)
        warnings |= dict.fromkeys(found["warnings"])
        for row in found["rows"]:
            if row["track"] == evaluate.BASELINE:
                baselines[row["family"], row["track"]] = row
            else:
                rows.append(row | {"seed": seed})
    return rows, list(baselines.values()), list(warnings)


def _published(values: dict[str, float]) -> list[dict]:
    """{"A rank1": 0.9} -> one row per family."""
    families = {"A": evaluate.FAMILY_A, "B": evaluate.FAMILY_B}
    rows = {}
    for name, value in values.items():
        letter, _, metric = name.partition(" ")
        row = rows.setdefault(letter, {"family": families[letter], "track": "published (probe-best)", "metrics": {}})
        row["metrics"][metric] = value
    return list(rows.values())


def _curves(model: pathlib.Path) -> dict[str, dict[str, list[float]]]:
    """Series of each phase that were logged in every epoch; the last may have ended before it was trained."""
    lines = logs.read(model)
    phases = {}
    for name in dict.fromkeys(line["phase"] for line in lines):
        own = [line for line in lines if line["phase"] == name]
        keys = [key for key in own[0] if key not in ("phase", "epoch", "seconds")]
        phases[name] = {
            key: [line[key] for line in own if key in line] for key in keys if all(key in line for line in own[:-1])
        }
    return phases


def _ranked(path: pathlib.Path) -> list[page.RankedList]:
    names = ["probe_joints", "probe_identity", "joints", "identity", "distance"]
    stored = arrays.read(path, names)
    lists = []
    for number, identity in enumerate(stored["probe_identity"]):
        columns = (stored[name][number] for name in ("joints", "identity", "distance"))
        found = [(joints, str(who), float(far)) for joints, who, far in zip(*columns, strict=True) if np.isfinite(far)]
        lists.append((stored["probe_joints"][number], str(identity), found))
    return lists


def _stored(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Arrays of an optional file; empty when a stage had nothing to write."""
    return arrays.read(path) if path.exists() else {}


def _confusion(results: pathlib.Path) -> np.ndarray | None:
    """Of the last track; None for a system without recognition network."""
    found = arrays.read(results / "confusion.npz")
    return found.get("last")


def _summary(system: str, dataset, quality: dict, seeds: list[int]) -> str:
    counts = quality["splits"]
    parts = [
        f"{name}: {item['identities']} identities, {item['recordings']} recordings" for name, item in counts.items()
    ]
    names = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
    return (
        f"{system} on data set {dataset.name}, sequences of {dataset.length} frames, skeleton {dataset.skeleton}, "
        f"{names}. {'; '.join(parts)}."
    )


def _artefacts(model: pathlib.Path, saved_model: pathlib.Path, results: pathlib.Path) -> dict[str, str]:
    return {
        "TensorBoard logs": str(model / logs.EVENTS),
        "weights and metrics.jsonl": str(model),
        "SavedModel": str(saved_model / export_stage.FOLDER),
        "features, curves, confusion matrix": str(results),
    }


def _title(recipe: dict) -> str:
    source = recipe["dataset"].manual_dir
    return f"{recipe['system']} on {recipe['dataset'].name}" + (f" ({pathlib.Path(source).name})" if source else "")


def _content(recipe: dict, evaluation, recordings: pathlib.Path, results: pathlib.Path) -> dict:
    """Parts of the page that need one seed only."""
    features = feature_files.load(results / "probe.npz")
    return {
        "title": _title(recipe),
        "settings": {name: section.to_dict() for name, section in recipe.items() if hasattr(section, "to_dict")},
        "cmc": arrays.read(results / "curves.npz"),
        "confusion": _confusion(results),
        "classes": arrays.read_json(results / METRICS)["classes"],
        "features": features.vectors,
        "identities": features.identities,
        "projection": evaluation.projection,
        "ranked": _ranked(results / "ranked.npz"),
        "parents": skeletons.get(recipe["dataset"].skeleton).parents,
        "quality": arrays.read_json(recordings / "quality.json"),
    }


def report(
    recipe: dict,
    evaluation: ml_collections.ConfigDict,
    published: ml_collections.ConfigDict,
    recordings: pathlib.Path,
    model: dict[int | str, pathlib.Path],
    saved_model: dict[int | str, pathlib.Path],
    clusters: dict[int | str, pathlib.Path],
    results: dict[int | str, pathlib.Path],
    report: pathlib.Path,
):
    """Writes `metrics.json` (all rows of all seeds) and `report.html`; pictures are of the first seed."""
    recipe = splits.resolved(recipe, recordings)
    first = next(iter(results))
    found = {seed: arrays.read_json(folder / "quality.json") for seed, folder in clusters.items()}
    rows, baselines, warnings = _rows(results)
    paper = _published(published.to_dict())
    content = _content(recipe, evaluation, recordings, results[first])
    content["summary"] = _summary(recipe["system"], recipe["dataset"], content["quality"], list(results))
    page.write(
        report / PAGE,
        page.ReportContent(
            rows=rows,
            baselines=baselines,
            published=paper,
            curves=_curves(model[first]),
            clusters=found,
            members=_stored(clusters[first] / cluster.MEMBERS),
            pictures=_stored(model[first] / train.PICTURES),
            reconstruction=tuple(_stored(model[first] / train.RECONSTRUCTION).values()),
            artefacts=_artefacts(model[first], saved_model[first], results[first]),
            warnings=warnings,
            **content,
        ),
    )
    everything = {"rows": rows, "baselines": baselines, "published": paper, "clusters": found, "warnings": warnings}
    arrays.write_json(report / METRICS, everything)
