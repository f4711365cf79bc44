# SPDX-License-Identifier: MIT
"""Where the authors' three programs keep their ready-cut `.npy` sequences, as tables; no data set is named here."""

import dataclasses
import pathlib

AXES = ("x", "y", "z")


@dataclasses.dataclass(frozen=True)
class Files:
    """The files of one split: their `folder`, and what their names say.

    Attributes:
        name, length: data set's name, and f, frames in a sequence.
        prefix: "" for the training split, "t_" before the coordinate files of a test split.
    """

    folder: pathlib.Path
    name: str
    length: int
    prefix: str

    def coordinate(self, axis: str, kind: str = "source") -> pathlib.Path:
        """File of one axis; `kind` is "source", or "target" for the reversed sequences."""
        return self.folder / f"{self.prefix}{kind}_{axis}_{self.name}_{self.length}.npy"

    @property
    def ids(self) -> pathlib.Path:
        """Pickled dictionary person -> sequence indices."""
        return self.folder / f"ids_{self.name}_{self.length}.npy"

    @property
    def frame_id(self) -> pathlib.Path:
        """Person of every sequence (the name is historic)."""
        return self.folder / f"frame_id_{self.name}_{self.length}.npy"

    def required(self) -> list[pathlib.Path]:
        """The files that every layout has."""
        return [*(self.coordinate(axis) for axis in AXES), self.ids]


@dataclasses.dataclass(frozen=True)
class Layout:
    """Paths below the folder `Datasets`; {set}, {f}, {view} and {test} are filled in.

    Attributes:
        base: folder of a data set and sequence length.
        train, test: folder of the training files and of one test set, below `base`.
        test_name: data set's name in the file names of a test set.
        partial: a tree with some of the test sets is complete, because a program is run on one of them.
    """

    base: str
    train: str
    test: str
    test_name: str
    partial: bool = False

    def files(self, base: pathlib.Path, name: str, length: int, test: str | None) -> Files:
        """Files of the test set `test` ("" where there is a single one), or of the training split, for None."""
        if test is None:
            return Files(base / self.train.format(set=name), name, length, "")
        folder = base / self.test.format(set=name, test=test)
        return Files(folder, self.test_name.format(set=name, test=test), length, "t_")


_FLAT, _VIEW, _TRAIN, _TEST = "{set}/{f}", "{set}/{f}/view_{view}", "{set}_train_npy_data", "{set}_test_npy_data"
LAYOUTS = {
    "split_folders": Layout(_FLAT, "train_npy_data", "test_npy_data/{test}", "{set}"),
    "flat": Layout(_FLAT, _TRAIN, _TEST, "{set}"),
    "flat_named": Layout(_FLAT, _TRAIN, _TEST, "{set}-{test}", partial=True),
    "view": Layout(_VIEW, _TRAIN, _TEST, "{set}"),
    "view_named": Layout(_VIEW, _TRAIN, _TEST, "{set}-{test}", partial=True),
    "conditions": Layout("{set}_match/{f}", _TRAIN, f"{_TEST}/{{test}}", "{set}", partial=True),
}


@dataclasses.dataclass(frozen=True)
class Project:
    """What one of the programs reads.

    Attributes:
        layouts: rows of LAYOUTS.
        frame_id: it reads the `frame_id` files.
        target: it reads reversed sequences beside the sequences.
        pooled: layout -> folder in which it also wants the coordinates of all test sets together, without `ids`.
    """

    layouts: tuple[str, ...]
    frame_id: bool
    target: bool
    pooled: dict[str, str] = dataclasses.field(default_factory=dict)


_VIEWS = ("flat", "flat_named", "view")
PROJECTS = {
    "hi_mpc": Project(("split_folders", "conditions"), frame_id=True, target=False),
    "cage": Project((*_VIEWS, "conditions"), frame_id=False, target=True, pooled={"conditions": _TEST}),
    "sm_sge": Project((*_VIEWS, "view_named", "conditions"), frame_id=True, target=False),
}
