# SPDX-License-Identifier: MIT
"""One self-contained HTML page that says what was trained, how well it works and what to doubt."""

import pathlib

from components import tested_set
from components.export import model_card
from components.report import (
    cards,
    cluster_tables,
    figures,
    kinds,
    level_table,
    projection,
    reading,
    stress_table,
    tables,
    unknown_table,
)
from tfskel import arrays

TEMPLATE = "page.html.j2"


def write(path: pathlib.Path, recipe: dict, evaluation, run: reading.Run, results: dict) -> None:
    """Writes the page; an existing page stays until the new one is complete.

    Args:
        path: the page.
        recipe: the recipe's sections, see `stages.RECIPE`.
        evaluation: the recipe's section.
        run: where everything else is read.
        results: "rows", "baselines", "published", "verdicts", "clusters", "unknown", "warnings", as the stage stores
            them.
    """
    arrays.write_text(path, environment().get_template(TEMPLATE).render(_content(recipe, evaluation, run, results)))


def environment(*folders: pathlib.Path):
    """Jinja for the templates of this folder and of others, which come first."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, pathlib.Path(__file__).parent]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _content(recipe: dict, evaluation, run: reading.Run, results: dict) -> dict:
    """What the template shows; a section without content is left out."""
    dataset = recipe["dataset"]
    kind = kinds.of(run.kind(), dataset, tested_set.protocol(dataset, evaluation).pooling)
    quality, (counts, classes), features = run.data_quality(), run.confusion(), run.features()
    training = run.training()
    return {
        "title": _title(recipe, evaluation),
        "summary": _summary(recipe, kind, quality["splits"], run.seeds),
        "kind": kind,
        "warnings": results["warnings"],
        "protocol": results["protocol"],
        "families": tables.families(results["rows"], results["baselines"], results["published"], results["verdicts"]),
        "meanings": tables.selection_meanings(results["rows"]) | tables.metric_meanings(results["rows"]),
        "levels": level_table.table(results["rows"], results["baselines"]),
        "unknown": unknown_table.table(results["rows"], results["baselines"], results["unknown"]),
        "unknown_note": results["unknown"],
        "stress": stress_table.table(results["rows"], results["baselines"]),
        "rank_curves": figures.rank_curves(run.rank_curves(), kind.item),
        "ranked": cards.ranked_lists(run.ranked_lists(), kind.draw),
        "confusion": None if counts is None else figures.confusion(counts, classes),
        "projection": projection.figure(features.vectors, features.identities, evaluation.projection)
        if len(features) > 2
        else None,
        "cluster_table": cluster_tables.table(results["clusters"], f"{kind.item}s"),
        "cluster_warnings": cluster_tables.warnings(results["clusters"], f"{kind.item}s"),
        "clusters": cards.clusters(run.members(), kind.draw),
        "overlays": cards.named(run.overlays(), kind.draw),
        "generated": [cards.named(item, kind.draw) for item in run.generated()],
        "sheet": {name: cards.named(some, kind.draw) for name, some in run.sample(dataset, kind.sheet).items()},
        "maps": figures.maps(run.matrices(), kind.joints),
        "reconstruction": cards.named(run.reconstruction(), kind.draw),
        "curves": {phase: figures.curves(phase, values) for phase, values in training.items() if not _once(values)},
        "fitted": [tables.once(phase, values) for phase, values in training.items() if _once(values)],
        "quality": kind.quality(quality),
        "quality_warnings": quality["warnings"],
        "acknowledgement": run.acknowledgement(),
        "exported": _exported(run.exported()["forms"]),
        "settings": tables.flat({name: s.to_dict() for name, s in recipe.items() if hasattr(s, "to_dict")}),
        "files": run.files(),
    }


def _exported(of_forms: dict) -> tables.Table:
    caption = " ".join([model_card.COMPARED, *model_card.left_out(of_forms)])
    return tables.Table(caption, model_card.COLUMNS, model_card.rows(of_forms))


def _once(values: dict[str, list]) -> bool:
    """Whether a phase has one epoch, which is no curve."""
    return all(len(series) < 2 for series in values.values())


def _title(recipe: dict, evaluation) -> str:
    dataset, source = recipe["dataset"], recipe["dataset"].manual_dir
    title = f"{recipe['system']} on {dataset.name}" + (f" ({pathlib.Path(source).name})" if source else "")
    return title + (f", tested on {tested_set.name(dataset, evaluation)}" if evaluation.on else "")


def _summary(recipe: dict, kind: kinds.Kind, splits: dict, seeds: list) -> str:
    """What was trained on what, in plain words."""
    name = recipe["dataset"].name
    counts = [
        f"{split}: {of['identities']} identities, {of['recordings']} {kind.recordings}" for split, of in splits.items()
    ]
    return (
        f"{recipe['system']} on data set {name}, {kind.fed}, seed{'s' if len(seeds) > 1 else ''} "
        f"{', '.join(map(str, seeds))}. {'; '.join(counts)}."
    )
