# SPDX-License-Identifier: MIT
"""Who is learnt from, searched in and searched for, where the user gives no splits."""

from collections.abc import Callable, Mapping

from datasets_tfds.readers import segments

RULES = ("by_recording", "by_time")
_ALONE = (0.45, 0.70)  # ends of train and gallery in a recording that is cut in three
_FIRST_OF_TWO = 0.6  # end of train in the first of two recordings


def divide(
    identities: Mapping[str, str], lengths: Mapping[str, int], rule: str, gap: int, say: Callable[[str], None]
) -> dict[str, list[segments.Segment]]:
    """Splits train, gallery and probe.

    By recording: of three or more recordings of an identity (in the order of their names) the last is its probe, the
    one before its gallery, the others train; of two the second is the probe, and the first is cut in time into train
    and gallery; one is cut into all three. By time: every recording is cut into all three.

    Args:
        identities, lengths: recording -> identity, and frames.
        rule: one of RULES; "" for by_recording where most identities have two recordings or more.
        gap: frames left out at a cut, so that no sequence is in two splits.
        say: is told in a sentence how they are made.

    Raises:
        ValueError: fewer than two identities, or a recording is too short to be cut.
    """
    owned: dict[str, list[str]] = {}
    for name in sorted(identities):
        owned.setdefault(identities[name], []).append(name)
    if len(owned) < 2:
        raise ValueError(
            f"own_recordings: all {len(identities)} recordings are of {', '.join(owned)}; expected two identities or "
            "more. The path of a file says whose it is (option pattern)."
        )
    chosen_rule = rule or (
        "by_recording" if 2 * sum(len(names) > 1 for names in owned.values()) >= len(owned) else "by_time"
    )
    splits: dict[str, list[segments.Segment]] = {"train": [], "gallery": [], "probe": []}
    for names in owned.values():
        for split, segment in _of_identity(names if chosen_rule == "by_recording" else [], names, lengths, gap):
            splits[split].append(segment)
    counts = ", ".join(f"{len(rows)} {split}" for split, rows in splits.items())
    say(
        f"no splits are given: they are made {chosen_rule} ({counts} segments, {gap} frames left out at cuts); write a "
        "splits.json, or set the option split, for others"
    )
    return splits


def _of_identity(whole: list[str], names: list[str], lengths: Mapping[str, int], gap: int):
    """Split and segment of each piece of an identity's recordings."""
    if len(whole) > 2:
        parts = [*["train"] * (len(whole) - 2), "gallery", "probe"]
        return [(split, (name, 0, lengths[name])) for split, name in zip(parts, whole, strict=True)]
    if len(whole) == 2:
        first, second = whole
        pieces = _cut(first, lengths[first], (_FIRST_OF_TWO,), gap)
        return [*zip(("train", "gallery"), pieces, strict=True), ("probe", (second, 0, lengths[second]))]
    cut = [_cut(name, lengths[name], _ALONE, gap) for name in names]
    return [piece for pieces in cut for piece in zip(("train", "gallery", "probe"), pieces, strict=True)]


def _cut(name: str, length: int, ends: tuple[float, ...], gap: int) -> list[segments.Segment]:
    places = [0, *(round(end * (length - gap * len(ends))) for end in ends), length - gap * len(ends)]
    starts = [place + gap * number for number, place in enumerate(places[:-1])]
    stops = [place + gap * number for number, place in enumerate(places[1:])]
    if any(stop - start < 2 for start, stop in zip(starts, stops, strict=True)):
        raise ValueError(
            f"own_recordings: recording {name!r} has {length} frames, too few to be cut into {len(ends) + 1} parts "
            f"with {gap} frames between them; leave it out, or give the person another recording."
        )
    return [(name, start, stop) for start, stop in zip(starts, stops, strict=True)]
