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


def ranked_lists(stored: dict[str, np.ndarray], parents: Sequence[int]) -> list[list[Card]]:
    """For each probe its card and those of the gallery entries nearest to it, in one scale, nearest first.

    Args:
        stored: probe_joints (n, f, J, 3) in metres, y up, and probe_identity (n,); joints (n, k, f, J, 3), identity and
            distance (n, k) of the nearest entries, a distance that is not finite where there are fewer.
        parents: (J,) parent of each joint, -1 at the root.
    """
    columns = (stored[name] for name in ("probe_joints", "probe_identity", "joints", "identity", "distance"))
    lists = []
    for probe, person, joints, identities, distances in zip(*columns, strict=True):
        near = np.isfinite(distances)
        flat, box = _in_one_scale([probe, *joints[near]])
        cards = [Card(_svg(flat[0], parents, box, f"Probe: person {person}"), str(person))]
        entries = zip(flat[1:], identities[near], distances[near], strict=True)
        for rank, (points, found, distance) in enumerate(entries, start=1):
            text = f"Rank {rank}: person {found}, {'the same' if found == person else 'another'} person"
            cards.append(Card(_svg(points, parents, box, text), str(found), f"{distance:.3f}", bool(found == person)))
        lists.append(cards)
    return lists


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
    shown = []
    for number in dict.fromkeys(members["cluster"].tolist()):
        rows = np.flatnonzero(members["cluster"] == number)
        flat, box = _in_one_scale(list(members["joints"][rows]))
        cards = []
        for points, row in zip(flat, rows, strict=True):
            who = str(members["identity"][row])
            text = f"Cluster {number}: a sequence of person {who}"
            cards.append(Card(_svg(points, parents, box, text), who, f"{members['distance'][row]:.3f}"))
        shown.append(Cluster(number, int(members["size"][rows[0]]), cards))
    return shown


def reconstruction(pair: Sequence[np.ndarray], parents: Sequence[int]) -> list[Card]:
    """A sequence and what a system gives back for it, (f, J, 3) each, in one scale; nothing of an empty pair."""
    if not pair:
        return []
    flat, box = _in_one_scale(list(pair))
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
