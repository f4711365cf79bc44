# SPDX-License-Identifier: MIT
"""What the report says and draws by the kind of the data: a row for sequences of skeletons, one for images."""

import dataclasses
import functools
from collections.abc import Callable

from components.report import cards, skeleton_quality, stick_figures
from components.report.tables import Table
from tfskel import skeletons


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of data.

    Attributes:
        draw: draws its pictures.
        items: what it consists of, in the plural.
        scored: what is searched, in the singular.
        recordings: what its items belong to, in the plural.
        fed: what a model is fed.
        seen: how the pictures are to be read.
        quality: result of the quality report -> tables.
    """

    draw: cards.Draw
    items: str
    scored: str
    recordings: str
    fed: str
    seen: str
    quality: Callable[[dict], list[Table]]


def of(dataset) -> Kind:
    """The kind of a recipe's data set.

    Args:
        dataset: the recipe's section, with the joint layout of the prepared data set.
    """
    parents = skeletons.get(dataset.skeleton).parents
    return Kind(
        draw=functools.partial(stick_figures.draw, parents=parents),
        items="sequences",
        scored="sequence",
        recordings="recordings",
        fed=f"sequences of {dataset.length} frames, skeleton {dataset.skeleton}",
        seen="all seen half from the side and in one scale; earlier frames are fainter",
        quality=skeleton_quality.tables,
    )
