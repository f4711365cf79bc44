# SPDX-License-Identifier: MIT
"""Tables of the report about images and tracklets."""

from components.report.tables import Table, count

NUMBERS = ("identities", "tracklets", "images", "of a tracklet")
LOOKS = ("height", "width", "small", "grey", "empty", "single frames")
CAMERA = ("identities", "recordings", "frames")
POSES = ("poses", "missing", "outside", "unseen")


def tables(quality: dict) -> list[Table]:
    """Tables of data.image_quality.report: counts per split and camera, shared images, poses."""
    splits = quality["splits"]
    made = [Table("Images of each split", ["split", *NUMBERS, *LOOKS], [_split_row(*item) for item in splits.items()])]
    if quality["duplicates"]:
        rows = [[" and ".join(row["splits"]), count(row["count"])] for row in quality["duplicates"]]
        made.append(Table("Identical images in two splits", ["splits", "images"], rows))
    rows = [
        [f"{name}, camera {camera or '(unknown)'}", *_numbers(counted)]
        for name, counts in splits.items()
        for camera, counted in counts["cameras"].items()
    ]
    made += [Table("Images of each camera", ["", *NUMBERS], rows, folded=True)] if rows else []
    return [*made, *_poses(splits)]


def _split_row(name: str, counts: dict) -> list[str]:
    looks = [*(counts[key]["count"] for key in ("small", "grey", "empty")), len(counts["single_frame_tracklets"])]
    return [name, *_numbers(counts), *(_spread(counts[key]) for key in ("height", "width")), *map(count, looks)]


def _poses(splits: dict) -> list[Table]:
    rows = [
        [name, *(count(poses[key]) for key in POSES), ", ".join(map(str, poses["joints"]))]
        for name, poses in ((name, counts["poses"]) for name, counts in splits.items())
        if poses["poses"]
    ]
    header = ["split", "images with a pose", "missing joints", "joints outside", "poses outside", "joints"]
    return [Table("Poses of each split", header, rows, folded=True)] if rows else []


def _numbers(counts: dict) -> list[str]:
    return [*(count(counts[key]) for key in CAMERA), _spread(counts["frames_per_tracklet"])]


def _spread(numbers: dict[str, float]) -> str:
    """One number where all are the same, else least, median and most."""
    least, most = numbers["least"], numbers["most"]
    return count(least) if least == most else f"{least:,} – {numbers['median']:g} – {most:,}"
