# SPDX-License-Identifier: MIT
"""The published data sets as a table, and the names under which one can be asked for."""

import dataclasses
import pathlib
import re

from datasets_tfds import catalogue
from datasets_tfds.released import published_layouts

CONDITIONS = {"nm": "nm", "cl": "cl", "bg": "bg"}
_SINGLE = {"probe": ""}
_FLAT = {"flat": _SINGLE, "view": _SINGLE}
_GALLERY_PROBE = {"gallery": "gallery", "probe": "probe"}
_A_B = {"a": "A", "b": "B"}


@dataclasses.dataclass(frozen=True)
class PublishedSet:
    """One data set as its authors publish it.

    Attributes:
        name: name in folders and files.
        skeleton: name in tfskel.skeletons, for the number of joints; the joint order is that of the files.
        tests: row of published_layouts.LAYOUTS -> our split -> word for the test set in that layout.
        aliases: other names of the folder, from the projects' texts.
        train_rule: how the authors cut the training sequences: "training" (overlapping) or "testing".
        lengths: sequence lengths that the authors name, for messages; any length is accepted.
    """

    name: str
    skeleton: str
    tests: dict[str, dict[str, str]]
    aliases: tuple[str, ...] = ()
    train_rule: str = "training"
    lengths: tuple[int, ...] = (4, 6, 8, 10)

    def folders(self) -> tuple[str, ...]:
        """Names that its folder may have."""
        return (self.name, *self.aliases)


SETS = {
    "ias": PublishedSet("IAS", "kinect_v1", dict.fromkeys(("split_folders", "flat_named", "view_named"), _A_B)),
    "biwi": PublishedSet("BIWI", "kinect_v1", {"split_folders": {"walking": "Walking", "still": "Still"}, **_FLAT}),
    "kgbd": PublishedSet("KGBD", "kinect_v1", {"split_folders": _GALLERY_PROBE, **_FLAT}, train_rule="testing"),
    "ks20": PublishedSet("KS20", "kinect_v2", {"split_folders": _GALLERY_PROBE, **_FLAT}),
    "casia_b": PublishedSet(
        *("CASIA_B", "openpose", {"view": _SINGLE, "conditions": CONDITIONS}),
        aliases=("CASIA",),
        lengths=(20, 30, 40, 50, 60, 70),
    ),
}

_NAME = re.compile(
    rf"({'|'.join(SETS)})(?:_view(?P<view>\d+)|_(?P<condition>{'|'.join(CONDITIONS)}))?_f(?P<length>\d+)"
)


@dataclasses.dataclass(frozen=True)
class Request:
    """What a config name asks for.

    Attributes:
        config, key: the name itself, and the row of SETS.
        length: f, frames in a sequence.
        view: number of the view folder, "" for none.
        condition: the one condition wanted as test set, "" for all of them.
    """

    config: str
    key: str
    length: int
    view: str = ""
    condition: str = ""

    @property
    def set(self) -> PublishedSet:
        """The row of SETS."""
        return SETS[self.key]

    def tests(self) -> dict[str, dict[str, str]]:
        """Layout -> our split -> word of the test set, for the layouts in which this can be published."""
        rows = {layout: row for layout, row in self.set.tests.items() if layout.startswith("view") == bool(self.view)}
        if self.condition:
            rows = {layout: {self.condition: row[self.condition]} for layout, row in rows.items()}
        return rows

    def base(self, layout: str, name: str = "") -> str:
        """Folder below `Datasets`, for the set's name or one of its aliases."""
        template = published_layouts.LAYOUTS[layout].base
        return template.format(set=name or self.set.name, f=self.length, view=self.view)

    def files(self, layout: str, base: pathlib.Path) -> dict[str, published_layouts.Files]:
        """Files of each split below the folder `base`, in the order train, tests."""
        row, words = published_layouts.LAYOUTS[layout], {"train": None, **self.tests()[layout]}
        return {split: row.files(base, self.set.name, self.length, word) for split, word in words.items()}


def parse(config: str) -> Request:
    """What a config name asks for: `<set>_f<length>`, `<set>_view<v>_f<length>` or `casia_b_<condition>_f<length>`.

    Raises:
        ValueError: no such data set, view or condition, or a length below 1.
    """
    match = _NAME.fullmatch(config)
    request = match and Request(config, match[1], int(match["length"]), match["view"] or "", match["condition"] or "")
    has_condition = request and ("conditions" in request.set.tests or not request.condition)
    if not request or not has_condition or request.length < 1:
        raise ValueError(f"The published arrays have no config {config!r}.{_hint(config)} {names()}")
    return request


def names() -> str:
    """One line for messages: which names can be asked for."""
    return (
        "Names: ias_f6, biwi_f6, kgbd_f6, ks20_f6, with a view ks20_view0_f6, casia_b_view0_f20; by condition "
        "casia_b_f40 (nm, cl and bg), casia_b_nm_f40, casia_b_cl_f40, casia_b_bg_f40; any length after _f."
    )


def _hint(config: str) -> str:
    examples = [
        f"{key}{part}_f{length}"
        for key, row in SETS.items()
        for length in row.lengths
        for part in ("", "_view0", *(f"_{name}" for name in CONDITIONS if "conditions" in row.tests))
    ]
    return catalogue.suggestion(config, examples)
