# SPDX-License-Identifier: MIT
"""Which layout joints have: by their names, or by their number."""

from collections.abc import Iterable, Sequence

import numpy as np

from datasets_tfds.own_recordings import joint_order
from datasets_tfds.own_recordings.layouts import layout as layouts
from datasets_tfds.own_recordings.layouts.tables import LAYOUTS
from tfskel import skeletons

_STOREYS = (("AnkleLeft", "AnkleRight"), ("KneeLeft", "KneeRight"), ("HipLeft", "HipRight"),
            ("ShoulderLeft", "ShoulderRight"), ("Head",))  # fmt: skip
_CLEARLY = 1.2  # times as long bones are those of another layout


def by_name(names: Sequence[str], where: str, stated: str = "") -> layouts.Layout:
    """The layout with the joints of these names.

    Args:
        names: of the joints or markers of a file, in any order; others may be among them.
        where: file, for messages.
        stated: name of the layout that the user says it is.

    Raises:
        ValueError: no layout fits (says what the nearest one lacks), or the stated one does not.
    """
    candidates = [get(stated)] if stated else list(LAYOUTS.values())
    known = {layouts.plain(name) for name in names}
    # Some joints can be made in several ways, so of all that fit, the one that knows most of the names is meant.
    fitting = [layout for layout in candidates if not layouts.lacking(layouts.ways(layout, names), "kinect_v1")]
    if fitting:
        return max(fitting, key=lambda layout: _explained(layout, known))
    nearest = max(candidates, key=lambda layout: len(layouts.ways(layout, names)))
    missing = layouts.lacking(layouts.ways(nearest, names), "kinect_v1")
    raise ValueError(
        f"{where}: the joints fit no layout; nearest is {nearest.name}, in which nothing makes up "
        f"{', '.join(missing[:6])}. Names in the file: {', '.join(list(names)[:12])}. Known layouts: "
        f"{', '.join(LAYOUTS)}; rename the joints as one of them has them."
    )


def by_number(count: int, where: str, stated: str = "", among: Iterable[str] = LAYOUTS) -> layouts.Layout:
    """The layout with that many joints.

    Args:
        count: J. where, stated: as `by_name`.
        among: layouts that the program knows which wrote the file.

    Raises:
        ValueError: none has, the stated one has not, or several have.
    """
    if stated and len(get(stated).joints) != count:
        raise ValueError(f"{where}: {count} joints; layout {stated!r} has {len(get(stated).joints)}.")
    fitting = with_number(count, [stated] if stated else among)
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(
        f"{layout.name} ({len(layout.joints)})" for layout in fitting or LAYOUTS.values() if layout.joints
    )
    problem = "several layouts have" if fitting else "no layout has"
    raise ValueError(
        f"{where}: {problem} {count} joints: {listed}. Say which it is with the option layout "
        "(--config.dataset.options.layout=NAME)."
    )


def by_bones(joints: np.ndarray, where: str, stated: str = "") -> layouts.Layout:
    """The layout with that many joints and, where several have, the one as whose joints they make a body.

    Args:
        joints: (T, J, 3), NaN where not seen.

    Raises:
        ValueError: as `by_number`.
    """
    fitting = with_number(joints.shape[1], LAYOUTS)
    if not stated and len(fitting) > 1:
        excess = {layout.name: _excess(np.nan_to_num(joints), layout) for layout in fitting}
        least = min(excess.values())
        fitting = [layout for layout in fitting if excess[layout.name] < _CLEARLY * least]
    return by_number(joints.shape[1], where, stated or (fitting[0].name if len(fitting) == 1 else ""))


def with_number(count: int, among: Iterable[str]) -> list[layouts.Layout]:
    """Those of some layouts that have `count` joints."""
    return [layout for layout in map(get, among) if len(layout.joints) == count]


def _excess(joints: np.ndarray, layout: layouts.Layout) -> float:
    """How much longer than needed the bones are; without limit where ankles, knees, hips, shoulders and head do not
    stand one above the other, in whatever direction."""
    kinect = layouts.to_kinect(joints, layouts.ways(layout, layout.joints), "kinect_v1")
    names = skeletons.KINECT_V1.joint_names
    storeys = [np.median(kinect[:, [names.index(name) for name in storey]].mean(axis=1), axis=0) for storey in _STOREYS]
    heights = np.array(storeys) @ (storeys[-1] - storeys[0])
    return joint_order.excess([kinect], skeletons.KINECT_V1) if (np.diff(heights) > 0).all() else np.inf


def get(name: str) -> layouts.Layout:
    """The layout called `name`; ValueError lists those that there are."""
    if name not in LAYOUTS:
        raise ValueError(f"there is no layout {name!r}; known: {', '.join(LAYOUTS)} (option layout).")
    return LAYOUTS[name]


def _explained(layout: layouts.Layout, known: set[str]) -> tuple[int, int]:
    mentioned = {layouts.plain(name) for ways in layout.kinect.values() for way in ways for name in way}
    mentioned |= {layouts.plain(name) for name in layout.joints}
    return len(known & mentioned), -len(mentioned)
