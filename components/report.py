# SPDX-License-Identifier: MIT
"""One self-contained HTML page that says what was trained, how well it works and what to doubt."""

import dataclasses
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from components import figures, heat_maps, report_tables, skeleton_pictures
from tfskel import arrays
from tfskel.evaluation import selection

TEMPLATE = "report.html.j2"

RankedList = tuple[np.ndarray, str, list[tuple[np.ndarray, str, float]]]
"""Probe joints (f, J, 3), its identity, and the nearest gallery entries: joints, identity, distance."""


@dataclasses.dataclass
class ReportContent:
    """What the page shows; a section without content is left out.

    Attributes:
        title: for example "SM-SGE on cmu_walk".
        summary: sentences in plain words: what was trained on what, and tested how.
        command: the command that made the run.
        settings: nested dictionary, the resolved recipe.
        rows: results, one per family, track and seed: "family" (text that begins with A or B), "track",
            "seed", "epoch", "scored" (sequences), "metrics" {name: fraction}. Mean and deviation are computed
            here.
        baselines: rows without seed, shown beside the results of their family; "track" names the baseline.
        published: rows without seed; "track" names the source.
        cmc: {label: (ranks,) fractions}; the first word of the label is the family letter.
        confusion: (C, C) counts, rows true; None to leave it out.
        classes: C names.
        features, identities: (N, D) and (N,) for the picture of the feature space.
        projection: "pca" or "tsne".
        ranked: a few ranked lists, drawn as skeletons.
        parents: (J,) parent of each joint, -1 at the root.
        clusters: {seed: quality of its clusters}, see clustering.quality.
        members: sequences nearest to prototypes, see skeleton_pictures.clusters; empty to leave them out.
        pictures: {name: (R, C) matrix}, e.g. "attention/x".
        reconstruction: a sequence and what the system gives back, (f, J, 3) each; empty to leave it out.
        curves: {phase: {name: value per epoch}}; names with accuracy, nAUC, rank or mAP are scores.
        quality: result of data.quality.report.
        artefacts: {what it is: path}.
        warnings: sentences; shown first.
    """

    title: str
    summary: str = ""
    command: str = ""
    settings: dict = dataclasses.field(default_factory=dict)
    rows: list[dict] = dataclasses.field(default_factory=list)
    baselines: list[dict] = dataclasses.field(default_factory=list)
    published: list[dict] = dataclasses.field(default_factory=list)
    cmc: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    confusion: np.ndarray | None = None
    classes: Sequence[str] = ()
    features: np.ndarray | None = None
    identities: Sequence[str] = ()
    projection: str = "pca"
    ranked: list[RankedList] = dataclasses.field(default_factory=list)
    parents: Sequence[int] = ()
    clusters: dict[int, dict[str, float]] = dataclasses.field(default_factory=dict)
    members: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    pictures: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    reconstruction: Sequence[np.ndarray] = ()
    curves: dict[str, dict[str, Sequence[float]]] = dataclasses.field(default_factory=dict)
    quality: dict = dataclasses.field(default_factory=dict)
    artefacts: dict[str, str] = dataclasses.field(default_factory=dict)
    warnings: list[str] = dataclasses.field(default_factory=list)


def write(path: str | os.PathLike, content: ReportContent) -> None:
    """Writes the page; an existing page stays until the new one is complete.

    Raises:
        ValueError: sizes within the content disagree.
    """
    arrays.write_text(path, render(content))


def render(content: ReportContent) -> str:
    """The page as text."""
    import jinja2

    _check(content)
    folder = pathlib.Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        content=content,
        families=report_tables.families(content.rows, content.baselines, content.published),
        track_meanings=_tracks(content.rows),
        settings=report_tables.flat(content.settings),
        quality=report_tables.quality_tables(content.quality),
        quality_warnings=content.quality.get("warnings", []),
        cmc=figures.cmc(content.cmc),
        curves={phase: figures.curves(phase, values) for phase, values in content.curves.items()},
        confusion=None if content.confusion is None else figures.confusion(content.confusion, content.classes),
        projection=_projection(content),
        cluster_table=report_tables.cluster_table(content.clusters),
        cluster_warnings=report_tables.cluster_warnings(content.clusters),
        clusters=skeleton_pictures.clusters(content.members, content.parents) if content.members else [],
        maps=heat_maps.groups(content.pictures),
        reconstruction=_reconstruction(content),
        ranked=[skeleton_pictures.ranked_list(*item, parents=content.parents) for item in content.ranked],
    )


def _tracks(rows: list[dict]) -> dict[str, str]:
    present = {row["track"] for row in rows}
    return {name: text for name, text in selection.DESCRIPTIONS.items() if name in present}


def _projection(content: ReportContent) -> figures.Figure | None:
    if content.features is None or len(content.features) < 3:
        return None
    return figures.projection(np.asarray(content.features), np.asarray(content.identities), content.projection)


def _reconstruction(content: ReportContent) -> list[skeleton_pictures.Card]:
    if not len(content.reconstruction):
        return []
    return skeleton_pictures.reconstruction(*content.reconstruction, parents=content.parents)


def _check(content: ReportContent) -> None:
    classes, joints = len(content.classes), len(content.parents)
    if content.confusion is not None and np.shape(content.confusion) != (classes, classes):
        raise ValueError(f"confusion must be (C, C) for C = {classes} classes; received {np.shape(content.confusion)}.")
    if content.features is not None and len(content.features) != len(content.identities):
        raise ValueError(
            f"every feature needs its identity; received {len(content.features)} features and "
            f"{len(content.identities)} identities."
        )
    for probe, _, found in content.ranked:
        for sequence in (probe, *(item[0] for item in found)):
            if np.ndim(sequence) != 3 or np.shape(sequence)[1:] != (joints, 3):
                raise ValueError(
                    f"sequences in ranked lists must be (f, J, 3) for the J = {joints} parents; "
                    f"received {np.shape(sequence)}."
                )
    for row in (*content.rows, *content.baselines, *content.published):
        if row["family"][:1] not in report_tables.FAMILIES:
            raise ValueError(
                f"a result must name its family, {' or '.join(report_tables.FAMILIES)}; received {row['family']!r}."
            )
