# SPDX-License-Identifier: MIT
"""Tables of the report about recordings of skeletons."""

import math

from components.report.tables import MISSING, Table, count

COUNTS = (
    *("identities", "recordings", "frames", "frames dropped", "of them not at the ends"),
    *("training sequences", "test sequences", "too short", "jumps"),
)
BONES = {
    "mean_mm": "mean",
    "within_recording_mm": "sd within a recording",
    "between_recordings_mm": "sd between recordings",
    "between_identities_mm": "sd between identities",
}


def tables(quality: dict) -> list[Table]:
    """Tables of data.quality.report: counts per split, bones, sequences per identity, shared sequences, and
    recordings with left and right exchanged."""
    splits = quality.get("splits", {})
    if not splits:
        return []
    counts = [_split_row(*item) for item in splits.items()]
    made = [Table("Recordings of each split", ["split", *COUNTS], counts)]
    if quality.get("duplicates"):
        rows = [[" and ".join(row["splits"]), count(row["count"])] for row in quality["duplicates"]]
        made.append(Table("Identical sequences in two splits", ["splits", "sequences"], rows))
    if rows := quality.get("swaps", {}).get("exchanged"):
        rows = [[row["split"], row["recording"], row["limbs"], count(row["frames"]), f"{100 * row['share']:.1f}"]
                for row in rows]  # fmt: skip
        header = ["split", "recording", "limbs", "frames", "% of the recording"]
        made.append(Table("Left and right exchanged", header, rows, True))
    if quality.get("bones"):
        rows = [[bone, *(_number(row[key]) for key in BONES)] for bone, row in quality["bones"].items()]
        made.append(Table("Bone lengths, mm (sd = standard deviation)", ["bone", *BONES.values()], rows, True))
    return [*made, _per_identity(splits)]


def _split_row(name: str, counts: dict) -> list[str]:
    cut = counts["sequences_per_identity"]
    numbers = [counts[key] for key in ("identities", "recordings", "frames", "dropped_frames", "dropped_inside")]
    numbers += [sum(cut[rule].values()) for rule in ("training", "testing")]
    return [name, *map(count, [*numbers, len(counts["shorter_than_f"]), counts["jumps"]["count"]])]


def _per_identity(splits: dict) -> Table:
    names = dict.fromkeys(name for counts in splits.values() for name in counts["sequences_per_identity"]["testing"])
    rows = []
    for name in names:
        cells = [counts["sequences_per_identity"]["testing"].get(name) for counts in splits.values()]
        rows.append([name, *(MISSING if cell is None else count(cell) for cell in cells)])
    return Table("Sequences per identity (cut without overlap)", ["identity", *splits], rows, True)


def _number(value: float | None) -> str:
    return MISSING if value is None or not math.isfinite(value) else f"{value:.1f}"
