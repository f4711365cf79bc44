# SPDX-License-Identifier: MIT
"""How the frame files of a KS20 view become recordings, and under which setting each recording is filed."""

import dataclasses
import itertools
import pathlib
import re
from collections.abc import Sequence

SETTINGS = ("gc1", "gc2", "gc3")
BODIES = (*range(1, 5), *range(7, 10), *range(11, 18), *range(19, 25))
"""Body numbers of the data set; a person's identity is the position in this table."""

_NAME = re.compile(r"(gc[123])_body(\d+)_(\d+)(?:_.*)?", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Frame:
    """A frame's file and what its name says; `body_text` is the body number as written there."""

    path: pathlib.Path
    setting: str
    body_text: str
    time: int

    @property
    def body(self) -> int:
        """Body number."""
        return int(self.body_text)


@dataclasses.dataclass(frozen=True)
class Group:
    """Consecutive frames of one body, in the order of reading; `filed` is the setting, "" when never stored."""

    frames: tuple[Frame, ...]
    filed: str

    @property
    def setting(self) -> str:
        """The setting of the frames themselves, joined by "+" when there are several."""
        return "+".join(dict.fromkeys(frame.setting for frame in self.frames))


def frame(path: pathlib.Path) -> Frame:
    """Takes the name of a file apart; ValueError unless it is of the form gc1_body11_000095_skel.txt."""
    match = _NAME.fullmatch(path.name)
    if not match:
        raise ValueError(
            f"{path}: the name of a frame's file is <gc1|gc2|gc3>_body<number>_<integer time stamp>_<rest>, as in "
            f"gc1_body11_000095_skel.txt; received {path.name!r}."
        )
    return Frame(path, match[1], match[2], int(match[3]))


def groups(frames: Sequence[Frame], rule: str, order: str) -> list[Group]:
    """Recordings of one view.

    Args:
        frames: frames of the view, sorted by file name as text.
        rule: "original": a change of body closes a recording, which is filed under the setting of the frame that
            closed it, and the last recording is never stored; "corrected": a change of body or setting closes it,
            each is filed under its own setting.
        order: "name": frames of a recording stay in the order of their names; "time": they are put in the order
            of their time stamps, which differs where these are not padded with zeros.

    Source: original program, kept for parity ("original", "name").
    """
    key = (lambda f: f.body_text) if rule == "original" else (lambda f: (f.setting, f.body_text))
    runs = [list(run) for _, run in itertools.groupby(frames, key)]
    closers = [run[0].setting for run in runs[1:]] + [""]
    filed = closers if rule == "original" else [run[0].setting for run in runs]
    if order == "time":
        runs = [sorted(run, key=lambda f: (f.setting, f.time)) for run in runs]
    return [Group(tuple(run), setting) for run, setting in zip(runs, filed, strict=True)]


def identity(body: int) -> int:
    """Person of a body number; a number that is not in the table is the person's own (original program)."""
    return BODIES.index(body) if body in BODIES else body
