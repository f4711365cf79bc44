# SPDX-License-Identifier: MIT
"""What the report says and draws by the kind of the data: a function for each kind of `splits.KINDS`."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

from components import splits
from components.drawing import stick_figures
from components.report import cards, image_quality, photographs, skeleton_quality
from components.report.tables import Table
from tfskel import skeletons
from tfskel.data import image_pixels


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of data.

    Attributes:
        draw: draws its pictures.
        item: what is embedded, searched and clustered, in the singular.
        recordings: what the data set consists of, in the plural.
        fed: what a model is fed.
        seen: how the pictures are to be read.
        quality: result of the quality report -> tables.
        sheet: pictures of each split that are shown as a contact sheet.
        joints: names of the joints, where there are any.
    """

    draw: cards.Draw
    item: str
    recordings: str
    fed: str
    seen: str
    quality: Callable[[dict], list[Table]]
    sheet: int
    joints: tuple[str, ...] = ()


def _skeletons(dataset, pooling: str) -> Kind:
    skeleton = skeletons.get(dataset.skeleton)
    return Kind(
        draw=functools.partial(stick_figures.draw, parents=skeleton.parents),
        item="sequence",
        recordings="recordings",
        fed=f"sequences of {dataset.length} frames, skeleton {dataset.skeleton}",
        seen="all seen half from the side and in one scale; earlier frames are fainter",
        quality=skeleton_quality.tables,
        sheet=0,
        joints=skeleton.joint_names,
    )


def _images(dataset, pooling: str) -> Kind:
    height, width = image_pixels.target(dataset.image_size)
    return Kind(
        draw=photographs.draw,
        item="tracklet" if pooling else "image",
        recordings="tracklets",
        fed=f"images of {height} x {width} pixels",
        seen="each by a few of its frames in the order of time" if pooling else "as they are",
        quality=image_quality.tables,
        sheet=12,
    )


KINDS: Mapping[str, Callable] = {splits.SKELETONS: _skeletons, "images": _images}


def of(kind: str, dataset, pooling: str) -> Kind:
    """What belongs to a kind.

    Args:
        kind: of the prepared data set.
        dataset: the recipe's section, with the joint layout of the prepared data set.
        pooling: how frames become tracklets, "" where each frame is an item.
    """
    return KINDS[kind](dataset, pooling)
