# SPDX-License-Identifier: MIT
"""Tables of the report about images and tracklets."""

from components.report.tables import Table, count

COLUMNS = ("identities", "tracklets", "images", "of a tracklet", "height", "width", "grey", "empty", "single frames")
CAMERA = ("identities", "recordings", "frames")


def tables(quality: dict) -> list[Table]:
    """Tables of data.image_quality.report: counts per split and camera, shared images."""
    splits = quality["splits"]
    made = [Table("Images of each split", ["split", *COLUMNS], [_split_row(*item) for item in splits.items()])]
    if quality["duplicates"]:
        rows = [[" and ".join(row["splits"]), count(row["count"])] for row in quality["duplicates"]]
        made.append(Table("Identical images in two splits", ["splits", "images"], rows))
    rows = [
        [f"{name}, camera {camera or '(unknown)'}", *(count(numbers[key]) for key in CAMERA)]
        for name, counts in splits.items()
        for camera, numbers in counts["cameras"].items()
    ]
    return [*made, Table("Images of each camera", ["", "identities", "tracklets", "images"], rows, folded=True)]


def _split_row(name: str, counts: dict) -> list[str]:
    spreads = [_spread(counts[key]) for key in ("frames_per_tracklet", "height", "width")]
    looks = [counts["grey"]["count"], counts["empty"]["count"], len(counts["single_frame_tracklets"])]
    return [name, *(count(counts[key]) for key in CAMERA), *spreads, *map(count, looks)]


def _spread(numbers: dict[str, float]) -> str:
    """One number where all are the same, else least, median and most."""
    least, most = numbers["least"], numbers["most"]
    return count(least) if least == most else f"{least:,} – {numbers['median']:g} – {most:,}"
