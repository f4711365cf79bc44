# SPDX-License-Identifier: MIT
"""The model card: what a model is, of what it was made, how well it does and what it must not be used for."""

import pathlib
from collections.abc import Collection, Iterable, Mapping

from components import markdown, splits
from components.export import forms, limits
from datasets_tfds import licence
from tfskel import arrays, inference
from tfskel.training import selection

FILE = "model_card.md"
COLUMNS = ["form", "file", "bytes", "largest difference", "smallest cosine", "ms for one item"]
COMPARED = (
    "Each form ran in its own runtime on a few items of train, beside the Keras model; difference as a share of the "
    "largest value; times are of the machine that wrote it."
)
UNKNOWN = "Not evaluated when this was written; the report of the run, if there is one, has a card with results."
NO_LIMITS = "Nobody has written down what this system cannot do."
_PACKAGE = "MIT, see LICENSE"
_ITEMS = {splits.SKELETONS: "recordings", "images": "tracklets"}
_PURPOSE = (
    "Meant for research and for the people who agreed to be recognised by it. Features of persons are biometric data: "
    "no watching or naming of people without their knowledge, and no decision about anybody by it alone."
)


def write(saved_model: pathlib.Path, recordings: pathlib.Path, recipe: Mapping, model: Mapping, export: Mapping):
    """Writes the card beside an export, without results.

    Args:
        saved_model: output of the export stage.
        recordings: output of ingest.
        recipe: sections by name.
        model: what system.json says.
        export: what export.json says.
    """
    pointer, quality = (arrays.read_json(recordings / name) for name in (splits.POINTER, "quality.json"))
    sections = {
        "Model": _model(recipe, model, export),
        "Data": _data(pointer, quality),
        "Epoch": [*_epochs(model, export["selection"]), "", f"Chosen by {export['selection']}: "
                  f"{selection.DESCRIPTIONS[export['selection']]}."],
        "Results": [UNKNOWN],
        "Forms": [markdown.table(COLUMNS, rows(export["forms"])), "", COMPARED, "",
                  *(f"- {sentence}" for sentence in left_out(export["forms"]))],
        "Limits": [f"- {sentence}" for sentence in limits.LIMITS.get(recipe["system"], [NO_LIMITS])],
        "Use": [_PURPOSE],
        "Licence": [
            f"- Program, and what it adds: {_PACKAGE}.",
            f"- Data of {pointer['name']}, of which the weights were made: {licence.of(pointer['name'])}",
        ],
    }  # fmt: skip
    text = "".join(f"\n## {title}\n" + "\n".join(lines).rstrip() + "\n" for title, lines in sections.items())
    arrays.write_text(saved_model / FILE, f"# {recipe['system']}, trained on {pointer['name']}\n{text}")


def _model(recipe: Mapping, model: Mapping, export: Mapping) -> list[str]:
    shape = ", ".join("any" if length is None else str(length) for length in export["input"])
    unit = {
        "skeletons": f"items, frames, joints, coordinates; metres as captured; layout {export.get('skeleton')}",
        "images": "items, rows, columns, RGB; bytes as read from a file",
    }[export["argument"]]
    settings = recipe["network"].to_dict() if recipe["network"] else {}
    return [
        f"- Input `{export['argument']}`: ({shape}), {unit}.",
        f"- Output `features` of the signature `{inference.EMBED}`: persons are compared by Euclidean distance.",
        f"- Network: {', '.join(f'{name} {value!r}' for name, value in settings.items())}.",
        f"- Trained on {len(model['classes'])} identities, seed {model['seed']}.",
    ]


def _data(pointer: Mapping, quality: Mapping) -> list[str]:
    cells = [[name, f"{of['identities']:,}", f"{of['recordings']:,} {_ITEMS[pointer['kind']]}"]
             for name, of in quality["splits"].items()]  # fmt: skip
    warnings = [f"- {warning}" for warning in quality["warnings"]]
    return [markdown.table(["split", "identities", "items"], cells), "", *warnings, pointer.get("acknowledgement", "")]


def _epochs(model: Mapping, kept: str) -> list[str]:
    of_phases = ((phase, epochs[kept]) for phase, epochs in model["epochs"].items() if kept in epochs)
    return [f"- {phase}: epoch {epoch}, counted from 0" for phase, epoch in of_phases]


def rows(of_forms: Mapping[str, Mapping]) -> list[list[str]]:
    """Cells of COLUMNS for each form of export.json."""
    return [
        [
            name,
            form["path"],
            f"{form['bytes']:,}",
            f"{max(form['difference'].values()):.1e}",
            f"{min(form['cosine'].values()):.6f}",
            f"{form['milliseconds']:.2f}",
        ]
        for name, form in ((name, of_forms[name]) for name in forms.FORMS if name in of_forms)
    ]


def left_out(of_forms: Mapping[str, Mapping]) -> list[str]:
    """A sentence for each signature that a form cannot have."""
    return [f"{name} is without {signature}: {why}." for name, form in of_forms.items()
            for signature, why in form["without"].items()]  # fmt: skip


def completed(text: str, results: Collection[str], families: Iterable) -> str:
    """A card with results.

    Args:
        text: of a card that `write` wrote.
        results: sentences.
        families: tables of them, as `report.tables.families` makes them.
    """
    lines = [f"- {sentence}" for sentence in results]
    for family in families:
        cells = ([line.label, *(cell for cell, _ in line.cells[: len(family.columns)])] for line in family.lines)
        lines += ["", f"{family.title}, percent:", "", markdown.table(["epoch chosen by", *family.columns], cells)]
    return text.replace(UNKNOWN, "\n".join(lines))
