# SPDX-License-Identifier: MIT
"""Stick figures of skeleton sequences as small inline SVG pictures."""

import dataclasses
import html
from collections.abc import Sequence

import numpy as np

FRAMES_DRAWN = 6
VIEW_DEGREES = 35  # turned about the vertical, so that legs that swing towards the sensor can be seen
MARGIN = 0.08  # metres


@dataclasses.dataclass
class Card:
    """One sequence of a ranked list: its picture (SVG text) and what to say about it."""

    svg: str
    identity: str
    distance: str = ""
    correct: bool | None = None


def ranked_list(
    joints: np.ndarray, identity: str, found: list[tuple[np.ndarray, str, float]], parents: Sequence[int]
) -> list[Card]:
    """Pictures of a probe and the gallery entries nearest to it, all in one scale.

    Args:
        joints: (f, J, 3) probe, metres, y up.
        identity: its person.
        found: (joints, identity, distance), nearest first.
        parents: (J,) parent of each joint, -1 at the root.

    Returns:
        the probe's card, then one per entry.
    """
    flat, box = _in_one_scale([joints, *(item[0] for item in found)])
    cards = [Card(_svg(flat[0], parents, box, f"Probe: person {identity}"), identity)]
    for rank, (points, (_, person, distance)) in enumerate(zip(flat[1:], found, strict=True), start=1):
        correct = person == identity
        text = f"Rank {rank}: person {person}, {'the same' if correct else 'another'} person"
        cards.append(Card(_svg(points, parents, box, text), person, f"{distance:.3f}", correct))
    return cards


@dataclasses.dataclass
class Cluster:
    """One cluster: its number and size, and the sequences nearest to its prototype."""

    number: int
    size: int
    cards: list[Card]


def clusters(members: dict[str, np.ndarray], parents: Sequence[int]) -> list[Cluster]:
    """Pictures of the sequences nearest to the prototypes.

    Args:
        members: joints (n, f, J, 3), cluster, size, identity, distance (n,), as the cluster stage stores them.
        parents: (J,) parent of each joint, -1 at the root.
    """
    found = []
    for number in dict.fromkeys(members["cluster"].tolist()):
        own = np.flatnonzero(members["cluster"] == number)
        flat, box = _in_one_scale(list(members["joints"][own]))
        cards = []
        for points, row in zip(flat, own, strict=True):
            who = str(members["identity"][row])
            text = f"Cluster {number}: a sequence of person {who}"
            cards.append(Card(_svg(points, parents, box, text), who, f"{members['distance'][row]:.3f}"))
        found.append(Cluster(number, int(members["size"][own[0]]), cards))
    return found


def reconstruction(joints: np.ndarray, reconstructed: np.ndarray, parents: Sequence[int]) -> list[Card]:
    """A sequence and what a system gives back for it, (f, J, 3) each, in one scale."""
    flat, box = _in_one_scale([joints, reconstructed])
    names = ("fed", "given back")
    return [Card(_svg(points, parents, box, name), name) for points, name in zip(flat, names, strict=True)]


def _in_one_scale(sequences: list[np.ndarray]) -> tuple[list[np.ndarray], tuple[float, ...]]:
    """Flat views of sequences and the box (left, top, width, height) that holds them all."""
    flat = [_view(sequence) for sequence in sequences]
    low = np.min([points.reshape(-1, 2).min(axis=0) for points in flat], axis=0) - MARGIN
    high = np.max([points.reshape(-1, 2).max(axis=0) for points in flat], axis=0) + MARGIN
    return flat, (*low, *(high - low))


def _view(sequence: np.ndarray) -> np.ndarray:
    """(f, J, 3) -> (frames drawn, J, 2): y down as on a screen; missing joints at the origin."""
    sequence = np.nan_to_num(np.asarray(sequence, np.float64))
    chosen = np.unique(np.linspace(0, len(sequence) - 1, FRAMES_DRAWN).astype(int))
    angle = np.radians(VIEW_DEGREES)
    x, y, z = np.moveaxis(sequence[chosen], -1, 0)
    return np.stack([np.cos(angle) * x + np.sin(angle) * z, -y], axis=-1)


def _svg(frames: np.ndarray, parents: Sequence[int], box: tuple, text: str) -> str:
    """Frames over each other, earlier ones fainter."""
    bones = [(joint, parent) for joint, parent in enumerate(parents) if parent >= 0]
    paths = []
    for place, points in enumerate(frames, start=1):
        lines = "".join(f"M{_point(points[parent])}L{_point(points[joint])}" for joint, parent in bones)
        strength = 1.0 if place == len(frames) else 0.12 + 0.25 * place / len(frames)
        paths.append(f'<path d="{lines}" stroke-opacity="{strength:.2f}"/>')
    view = " ".join(f"{value:.3f}" for value in box)
    dots = "".join(f"M{_point(point)}h0" for point in frames[-1])
    return (
        f'<svg class="skeleton" viewBox="{view}" role="img" aria-label="{html.escape(text, quote=True)}">'
        f'<g class="bones">{"".join(paths)}</g><path class="joints" d="{dots}"/></svg>'
    )


def _point(point: np.ndarray) -> str:
    return f"{point[0]:.3f} {point[1]:.3f}"
