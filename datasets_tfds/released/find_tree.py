# SPDX-License-Identifier: MIT
"""Finds a published data set below the user's folder, whichever project's tree it is."""

import dataclasses
import itertools
import pathlib
import re

from datasets_tfds.readers import folder_tree
from datasets_tfds.released import published_arrays, published_layouts, published_sets

_ROOTS = ("", "Datasets", "*", "*/Datasets")  # where `<set>/<f>` may stand below manual_dir


@dataclasses.dataclass(frozen=True)
class Tree:
    """One data set on disk: its layout, folder, and the files of each split in the order train, tests."""

    layout: str
    base: pathlib.Path
    splits: dict[str, published_layouts.Files]


def find(manual_dir: pathlib.Path, request: published_sets.Request) -> Tree:
    """The tree of one request, complete.

    Raises:
        FileNotFoundError: the data set, its training folder, a test set or a file is missing; the message shows what
            was found and what is expected.
        ValueError: it stands there more than once.
    """
    trees = _candidates(manual_dir, request)
    if len(trees) > 1:
        places = "\n".join(f"  {tree.base} (layout {tree.layout})" for tree in trees)
        raise ValueError(
            f"{request.config} is below {manual_dir} more than once:\n{places}\n"
            "Give a manual_dir that holds one of them, or move the others away."
        )
    if not trees:
        there = ", ".join(available(manual_dir)) or "no published data set at all"
        raise FileNotFoundError(
            f"{request.config} is not below {manual_dir}, which holds {there}. "
            f"Found:\n{folder_tree.draw(manual_dir, depth=4)}\n{_expected(request)}"
        )
    for files in trees[0].splits.values():
        published_arrays.check_present(files)
    return trees[0]


def available(manual_dir: pathlib.Path) -> list[str]:
    """Config names of everything below the folder, in the order of the table of sets, then by length and view."""
    configs: dict[tuple[int, ...], str] = {}
    roots = _roots(manual_dir)
    for row, (key, published) in enumerate(published_sets.SETS.items()):
        for layout, name, root in itertools.product(published.tests, published.folders(), roots):
            base = published_layouts.LAYOUTS[layout].base
            numbered = re.compile(base.format(set=name, f="([1-9][0-9]*)", view="(0|[1-9][0-9]*)"))
            for path in root.glob(base.format(set=name, f="*", view="*")):
                if match := numbered.fullmatch(path.relative_to(root).as_posix()):
                    length, *view = match.groups()
                    config = "_".join([key, *(f"view{number}" for number in view), f"f{length}"])
                    configs[row, *map(int, match.groups())] = config
    ordered = [configs[numbers] for numbers in sorted(configs)]
    return [config for config in ordered if _candidates(manual_dir, published_sets.parse(config))]


def _expected(request: published_sets.Request) -> str:
    """Text for messages: the trees in which the request is looked for."""
    trees = []
    for layout in request.tests():
        rows = [
            f"  {files.folder}/: {files.coordinate('{x,y,z}').name}, {files.ids.name}, [{files.frame_id.name}]"
            for files in request.files(layout, pathlib.Path(request.base(layout))).values()
        ]
        trees.append("\n".join(rows))
    choice = "\n  or\n".join(trees)
    return f"Expected for {request.config}, below manual_dir or a folder Datasets in it, one of:\n{choice}"


def _candidates(manual_dir: pathlib.Path, request: published_sets.Request) -> list[Tree]:
    trees: dict[tuple, Tree] = {}
    for layout, name, root in itertools.product(request.tests(), request.set.folders(), _roots(manual_dir)):
        base = root / request.base(layout, name)
        splits = request.files(layout, base)
        if splits["train"].folder.is_dir():
            if published_layouts.LAYOUTS[layout].partial:
                splits = _present(splits)
            trees.setdefault((layout, base.resolve()), Tree(layout, base, splits))
    return list(trees.values())


def _present(splits: dict[str, published_layouts.Files]) -> dict[str, published_layouts.Files]:
    """The training split and the test sets of which at least one file is there; all when none is."""
    some = {
        split: files
        for split, files in splits.items()
        if split == "train" or any(path.exists() for path in files.required())
    }
    return some if len(some) > 1 else splits


def _roots(manual_dir: pathlib.Path) -> list[pathlib.Path]:
    """Folders that may hold `<set>/<f>`: below manual_dir, or beside it where manual_dir is the set's own folder."""
    own = {name for row in published_sets.SETS.values() for name in (*row.folders(), f"{row.name}_match")}
    roots = [manual_dir.parent] if manual_dir.name in own else []
    for pattern in _ROOTS:
        roots += [path for path in sorted(manual_dir.glob(pattern)) if path.is_dir()] if pattern else [manual_dir]
    return roots
