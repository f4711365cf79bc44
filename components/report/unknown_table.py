# SPDX-License-Identifier: MIT
"""The table of unknown people: how well a distance tells that somebody is not in the gallery."""

from collections.abc import Sequence

from components import unknown_people
from components.report import tables
from tfskel.evaluation import unknown

COLUMNS = {
    "auroc": "AUROC",
    "right_at_false_accepts": f"known found, {100 * unknown.FALSE_ACCEPTS:.0f} % false accepts",
    "known_right": "known found, threshold",
    "strangers_rejected": "strangers rejected, threshold",
}
CAPTION = (
    f"In percent, means of {unknown_people.TEST_DRAWS} draws that keep a third of the persons out of the gallery. "
    "AUROC: how often somebody of the gallery is nearer to it than a stranger, 50 is chance. Found: accepted, and the "
    "nearest gallery item is of the same person."
)


def table(rows: Sequence[dict], baselines: Sequence[dict], note: str) -> tables.Table | None:
    """A row for each selection and each row without learning, means over seeds; None where nothing was judged."""
    by_selection = _by_selection((*rows, *baselines))
    if not by_selection:
        return None
    body = [
        [kept, *(tables.mean([of_seed[name] for of_seed in values]) for name in COLUMNS)]
        for kept, values in by_selection.items()
    ]
    return tables.Table(f"{CAPTION} {note}", ["epoch chosen by (selection)", *COLUMNS.values()], body)


def sentence(rows: Sequence[dict], note: str) -> str:
    """What the screen says of the selection that is trusted most; the note where nothing was judged."""
    by_selection = _by_selection(rows)
    kept = tables.trusted(by_selection)
    if not kept:
        return note
    auroc, at_rate, right, rejected = (
        tables.mean([of_seed[name] for of_seed in by_selection[kept]]) for name in COLUMNS
    )
    return (
        f"Unknown people, {kept}: AUROC {auroc}; {at_rate} % of the known are found at "
        f"{100 * unknown.FALSE_ACCEPTS:.0f} % false accepts; at the threshold learnt from train {right} % of the known "
        f"are found and {rejected} % of the strangers rejected."
    )


def _by_selection(rows: Sequence[dict]) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in rows:
        if "unknown" in row:
            found.setdefault(row["selection"], []).append(row["unknown"])
    return found
