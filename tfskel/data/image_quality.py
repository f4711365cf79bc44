# SPDX-License-Identifier: MIT
"""What should be known about images before anything is trained on them."""

import collections
import io
import itertools
from collections.abc import Iterator

import numpy as np

from tfskel.data import frames, image_pixels, pose_quality, recordings

_SHOWN = 5
_LOOKED_AT = (32, 16)
_BLOCK = 256
_EMPTY_DEVIATION = 2.0  # of 255 levels
_GREY_DIFFERENCE = 2  # of 255 levels, between the channels of a pixel
_SMALLEST = (16, 8)  # pixels, height and width
_LEARNT = "train"
AS_THEY_ARE = ("RGB", "P")


def report(splits: dict[str, frames.Frames]) -> dict[str, object]:
    """Counts, sizes, suspicious frames, and what the splits share or miss. Every image is looked at.

    Args:
        splits: stored frames by split name.

    Returns:
        JSON-able dictionary: "kind"; "splits" (per split: identities, recordings (tracklets), frames, frames per
        tracklet, all this per camera, sizes, small, grey and empty frames, colours that are converted, poses (see
        `pose_quality.Count`), identities with one image, tracklets with one frame);
        "duplicates" (pairs of splits that share equal bytes in different tracklets); "conflicts" (equal bytes under
        several identities); "shared_identities" (of train and another split); "unfound" (identities of the probe that
        the gallery lacks); "one_camera" (identities that one camera only has seen); "warnings" (sentences; empty when
        all looks right).
    """
    result = {
        "kind": "images",
        "splits": {name: _counts(part) | _looks(part) for name, part in splits.items()},
        "duplicates": _duplicates(splits),
        "conflicts": _conflicts(splits),
        "shared_identities": _shared_identities(splits),
        "unfound": _unfound(splits),
        "one_camera": _one_camera(splits),
    }
    return {**result, "warnings": list(_warnings(result))}


def _counts(part: frames.Frames) -> dict:
    names, lengths = np.unique(part.tracklet, return_counts=True)
    single = names[lengths == 1].tolist()
    small = (part.height < _SMALLEST[0]) | (part.width < _SMALLEST[1])
    cameras = [] if _moments(part) else recordings.sorted_identities(part.camera)
    return {
        **_numbers(part.identity, part.tracklet),
        "cameras": {
            name: _numbers(part.identity[seen], part.tracklet[seen])
            for name in cameras
            for seen in [part.camera == name]
        },
        "height": _spread(part.height),
        "width": _spread(part.width),
        "small": _marked(part, small),
        # A set of still images has no tracklets; nothing is missing there.
        "single_images": [name for name, count in collections.Counter(part.identity.tolist()).items() if count == 1],
        "single_frame_tracklets": single if len(single) < len(names) else [],
    }


def _moments(part: frames.Frames) -> bool:
    """Whether the number of the frame stands for the camera: a search leaves out the same moment, not one camera."""
    return bool((part.camera == part.frame.astype(str)).all())


def _numbers(identity: np.ndarray, tracklet: np.ndarray) -> dict:
    lengths = np.unique(tracklet, return_counts=True)[1]
    counts = {"identities": len(set(identity)), "recordings": len(lengths), "frames": len(identity)}
    return counts | {"frames_per_tracklet": _spread(lengths)}


def _spread(values: np.ndarray) -> dict[str, float]:
    return {"least": int(values.min()), "median": float(np.median(values)), "most": int(values.max())}


def _looks(part: frames.Frames) -> dict:
    """Grey and empty frames, colours that reading converts, and poses."""
    from PIL import Image

    modes: collections.Counter = collections.Counter()
    poses = pose_quality.Count()

    def blocks():
        for begin in range(0, len(part), _BLOCK):
            rows = range(begin, min(begin + _BLOCK, len(part)))
            examples = part.examples(list(rows))
            for row, example in zip(rows, examples, strict=True):
                poses.add(np.asarray(example["pose"]), part.height[row], part.width[row])
            encoded = [example["image"] for example in examples]
            modes.update(Image.open(io.BytesIO(image)).mode for image in encoded)
            yield encoded

    grey, empty = [], []
    for images in image_pixels.stream(blocks(), image_pixels.resized, _LOOKED_AT):
        pixels = images.numpy().reshape(len(images), -1, 3).astype(np.int16)
        grey.append(np.ptp(pixels, axis=2).max(axis=1) <= _GREY_DIFFERENCE)
        empty.append(pixels.std(axis=1).max(axis=1) <= _EMPTY_DEVIATION)
    is_empty = np.concatenate(empty)
    converted = {mode: count for mode, count in sorted(modes.items()) if mode not in AS_THEY_ARE}
    grey_only = _marked(part, np.concatenate(grey) & ~is_empty)
    return {"empty": _marked(part, is_empty), "grey": grey_only, "converted": converted, "poses": poses.result}


def _marked(part: frames.Frames, mask: np.ndarray) -> dict[str, object]:
    """How many frames, and the names of the first."""
    return {"count": int(mask.sum()), "first": [_name(part, row) for row in np.flatnonzero(mask)[:_SHOWN]]}


def _name(part: frames.Frames, row: int) -> str:
    return f"{part.tracklet[row]} frame {part.frame[row]}"


def _duplicates(splits: dict) -> list[dict]:
    rows = []
    for a, b in itertools.combinations(splits, 2):
        both, in_a, in_b = np.intersect1d(splits[a].content, splits[b].content, return_indices=True)
        pairs = [(i, j) for i, j in zip(in_a, in_b, strict=True) if splits[a].tracklet[i] != splits[b].tracklet[j]]
        if pairs:
            listed = [{a: _name(splits[a], i), b: _name(splits[b], j)} for i, j in pairs[:_SHOWN]]
            rows.append({"splits": [a, b], "count": len(pairs), "frames": listed})
    return rows


def _conflicts(splits: dict) -> list[dict]:
    content = np.concatenate([part.content for part in splits.values()])
    identity = np.concatenate([part.identity for part in splits.values()])
    names = [(part, row) for part in splits.values() for row in range(len(part))]
    order = np.argsort(content, kind="stable")
    same = (content[order][1:] == content[order][:-1]) & (identity[order][1:] != identity[order][:-1])
    pairs = [(names[order[i]], names[order[i + 1]]) for i in np.flatnonzero(same)]
    return [{"frames": [_name(*a), _name(*b)], "identities": [str(p.identity[r]) for p, r in (a, b)]} for a, b in pairs]


def _shared_identities(splits: dict) -> dict[str, list[str]]:
    learnt = set(splits[_LEARNT].identity) if _LEARNT in splits else set()
    others = ((name, part) for name, part in splits.items() if name != _LEARNT)
    shared = {name: recordings.sorted_identities(learnt & set(part.identity)) for name, part in others}
    return {name: identities for name, identities in shared.items() if identities}


def _unfound(splits: dict) -> list[str]:
    if not {"probe", "gallery"} <= set(splits):
        return []
    return recordings.sorted_identities(set(splits["probe"].identity) - set(splits["gallery"].identity))


def _one_camera(splits: dict) -> list[str]:
    known = [part for part in splits.values() if not _moments(part)]
    seen = {pair for part in known for pair in zip(part.identity.tolist(), part.camera.tolist(), strict=True)}
    number = collections.Counter(identity for identity, _ in seen)
    return recordings.sorted_identities(identity for identity, cameras in number.items() if cameras == 1)


def _warnings(result: dict) -> Iterator[str]:
    for name, counts in result["splits"].items():
        yield from _split_warnings(name, counts)
    for row in result["duplicates"]:
        a, b = row["splits"]
        where = _some([f"{pair[a]} / {pair[b]}" for pair in row["frames"]])
        yield f"{a} and {b} share {row['count']} identical images in different tracklets ({where})."
    if result["conflicts"]:
        where = _some(
            [f"{' = '.join(row['frames'])} as {' and '.join(row['identities'])}" for row in result["conflicts"]]
        )
        yield f"identical images under different identities: {where}."
    for name, identities in result["shared_identities"].items():
        yield f"{len(identities)} identities of {name} are in train too: {_some(identities)}."
    if result["unfound"]:
        yield f"identities of the probe that the gallery lacks can never be found: {_some(result['unfound'])}."
    if result["one_camera"]:
        some = _some(result["one_camera"])
        yield f"{len(result['one_camera'])} identities are seen by one camera only: {some}."


def _split_warnings(name: str, counts: dict) -> Iterator[str]:
    smallest = f"below {_SMALLEST[0]} x {_SMALLEST[1]} pixels, too small to show the parts of a person"
    for what, reason in (("small", smallest), ("empty", "one colour all over"), ("grey", "without colour")):
        if counts[what]["count"]:
            where = _some(counts[what]["first"])
            yield f"{name}: {counts[what]['count']} {what} frames ({reason}): {where}."
    if name == _LEARNT and counts["single_images"]:
        single = counts["single_images"]
        yield f"{name}: {len(single)} identities with one image, which no triplet can begin with: {_some(single)}."
    yield from pose_quality.warnings(name, counts["poses"], counts["frames"])
    for mode, count in counts["converted"].items():
        how = "their alpha channel is dropped" if "A" in mode else "converted to RGB when read"
        yield f"{name}: {count} images with colours of mode {mode}; {how}."
    if counts["single_frame_tracklets"]:
        some = _some(counts["single_frame_tracklets"])
        yield f"{name}: {len(counts['single_frame_tracklets'])} tracklets with one frame: {some}."
    # The searched splits of two cameras have one each.
    if name in (_LEARNT, frames.ALL) and len(counts["cameras"]) == 1:
        yield f"{name}: one camera only ({next(iter(counts['cameras'])) or 'unnamed'})."


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
