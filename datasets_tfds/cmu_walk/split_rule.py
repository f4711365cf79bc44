# SPDX-License-Identifier: MIT
"""Which recording, or which part of it, goes to train, gallery and probe."""

Segment = tuple[str, int, int]

# Identities with several recordings: whole recordings go to one split.
WHOLE = {
    "train": (
        *("07_01", "07_04", "07_05", "07_06", "07_07", "08_01", "08_04", "08_05", "08_07", "16_15", "16_16"),
        *("35_01", "35_03", "35_04", "35_06", "35_07", "35_08", "35_09", "35_10", "35_11", "35_13", "35_14"),
        *("35_16", "35_28"),
    ),
    "gallery": ("07_02", "07_08", "08_02", "08_06", "16_22", "16_31", "35_05", "35_12"),
    "probe": ("02_02", "07_03", "07_11", "08_03", "08_10", "16_21", "16_32", "32_02", "35_02", "35_15"),
}
# Identities with two: the first gives train and gallery, the second is the probe.
TRAIN_AND_GALLERY = ("02_01", "32_01")
_CUTS_OF_TWO = {"train": 60, "gallery": 100}
# All others, known or not: 45 % train, 25 % gallery, 30 % probe.
_CUTS_OF_THREE = {"train": 45, "gallery": 70, "probe": 100}
# Cuts lie on multiples of this, and as many frames are left out after each, so that no window spans two splits.
GAP = 6


def segments(lengths: dict[str, int]) -> dict[str, list[Segment]]:
    """Split -> [(recording, first frame, end frame)] for the recordings at hand, with their frames at 30 per second.

    Raises:
        ValueError: a recording is too short to be cut, or a split stays empty.
    """
    whole = {name: split for split, names in WHOLE.items() for name in names}
    result: dict[str, list[Segment]] = {split: [] for split in ("train", "gallery", "probe")}
    for name, length in sorted(lengths.items()):
        if name in whole:
            result[whole[name]].append((name, 0, length))
            continue
        cuts = _CUTS_OF_TWO if name in TRAIN_AND_GALLERY else _CUTS_OF_THREE
        for split, first, end in _cut(length, cuts):
            if end <= first:
                raise ValueError(
                    f"Recording {name} has {length} frames, too few to be cut into {', '.join(cuts)}; "
                    "remove it or give a splits.json."
                )
            result[split].append((name, first, end))
    empty = [split for split, segments_of_split in result.items() if not segments_of_split]
    if empty:
        raise ValueError(
            f"No recording for {', '.join(empty)}; found only {', '.join(sorted(lengths)) or 'none'}. "
            "Add recordings or give a splits.json."
        )
    return result


def _cut(length: int, cuts: dict[str, int]) -> list[Segment]:
    pieces, first = [], 0
    for split, percent in cuts.items():
        end = length if percent == 100 else length * percent // 100 // GAP * GAP
        pieces.append((split, first, end))
        first = end + GAP
    return pieces
