# SPDX-License-Identifier: MIT
"""Which training identities share a video."""

from collections.abc import Mapping, Sequence

NEIGHBOURS = ("label", "identity")


def of_labels(
    classes: Sequence[str], videos: Mapping[str, Sequence[str]], neighbours: str = "label"
) -> list[list[int]]:
    """Labels of the other training identities in the video of each label.

    Args:
        classes: identities in the order of the labels.
        videos: video -> identities in it, of all splits.
        neighbours: "label" looks for the label among the numbers of the identities, and takes the numbers found as
            labels (original program, kept for parity: where identities are not numbered 0, 1, 2, ... those are
            others, often of another video); "identity" looks for the identity itself.

    Raises:
        ValueError: an unknown rule, a label without a video or alone in it, or an identity of its video that is no
            training label.
    """
    if neighbours not in NEIGHBOURS:
        raise ValueError(f"neighbours must be one of {', '.join(NEIGHBOURS)}; received {neighbours!r}.")
    if neighbours == "label":
        return _by_number(classes, videos)
    label = {name: number for number, name in enumerate(classes)}
    together = [[label[name] for name in names if name in label] for names in videos.values()]
    return [_others(number, f"identity '{name}'", together) for number, name in enumerate(classes)]


def _by_number(classes, videos) -> list[list[int]]:
    advice = 'Set neighbours="identity" to look for the identities themselves.'
    try:
        together = [[int(name) for name in names] for names in videos.values()]
    except ValueError as error:
        raise ValueError(
            f"identities of the videos must be numbers to be looked for by label: {error}. {advice}"
        ) from error
    found = []
    for number, name in enumerate(classes):
        label = f"label {number} (identity '{name}')"
        found.append(_others(number, f"{label}, looked for as person number {number},", together, advice))
        beyond = [other for other in found[-1] if other >= len(classes)]
        if beyond:
            raise ValueError(
                f"{label} has person number {beyond[0]} as neighbour in its video, which is none of the labels 0 to "
                f"{len(classes) - 1}. {advice}"
            )
    return found


def _others(number: int, name: str, together: Sequence[Sequence[int]], advice: str = "") -> list[int]:
    own = next((members for members in together if number in members), [])
    others = [member for member in own if member != number]
    if not others:
        problem = "is alone in its video" if own else "is in no video"
        cure = f"set inter_rate=0, or leave it out. {advice}".strip()
        raise ValueError(f"{name} {problem}, so that no neighbour can be its negative; {cure}")
    return others
