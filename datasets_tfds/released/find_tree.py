# SPDX-License-Identifier: MIT
"""Finds a published data set below the user's folder, whichever project's tree it is."""

import dataclasses
import pathlib

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
            f"Found:\n{folder_tree.draw(manual_dir, depth=4)}\n{expected(request)}"
        )
    for files in trees[0].splits.values():
        published_arrays.check_present(files)
    return trees[0]


def available(manual_dir: pathlib.Path) -> list[str]:
    """Config names of everything below the folder, in the order of the table of sets, then by length and view."""
    requests = []
    for key, row in published_sets.SETS.items():
        for layout in row.tests:
            for numbers in _numbers(manual_dir, key, layout):
                view = f"_view{numbers[1]}" if len(numbers) > 1 else ""
                requests.append(published_sets.parse(f"{key}{view}_f{numbers[0]}"))
    order = list(published_sets.SETS)
    unique = {request.config: request for request in requests if _candidates(manual_dir, request)}
    return sorted(unique, key=lambda c: (order.index(unique[c].key), unique[c].length, int(unique[c].view or -1)))


def expected(request: published_sets.Request) -> str:
    """Text for messages: the trees in which the request is looked for."""
    lines = [f"Expected for {request.config}, below manual_dir or a folder Datasets in it, one of:"]
    for layout, tests in request.tests().items():
        base = pathlib.Path(request.base(layout))
        splits = _splits(base, layout, request, tests)
        for files in splits.values():
            names = [files.coordinate("{x,y,z}").name, files.ids.name, f"[{files.frame_id.name}]"]
            lines.append(f"  {files.folder}/: {', '.join(names)}")
        lines.append("  or" if layout != list(request.tests())[-1] else "")
    return "\n".join(lines).rstrip()


def _candidates(manual_dir: pathlib.Path, request: published_sets.Request) -> list[Tree]:
    trees: dict[tuple, Tree] = {}
    for layout, tests in request.tests().items():
        for name in (request.set.name, *request.set.aliases):
            for root in _roots(manual_dir):
                base = root / request.base(layout, name)
                splits = _splits(base, layout, request, tests)
                if not splits["train"].folder.is_dir():
                    continue
                if published_layouts.LAYOUTS[layout].partial:
                    splits = _present(splits)
                if len(splits) > 1:
                    trees.setdefault((layout, base.resolve()), Tree(layout, base, splits))
    return list(trees.values())


def _splits(base, layout, request, tests) -> dict[str, published_layouts.Files]:
    row, name, length = published_layouts.LAYOUTS[layout], request.set.name, request.length
    files = {"train": row.train_files(base, name, length)}
    return files | {split: row.test_files(base, name, length, word) for split, word in tests.items()}


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
    set_names = {name for row in published_sets.SETS.values() for name in (row.name, f"{row.name}_match", *row.aliases)}
    roots = [manual_dir.parent] if manual_dir.name in set_names else []
    for pattern in _ROOTS:
        roots += [path for path in sorted(manual_dir.glob(pattern)) if path.is_dir()] if pattern else [manual_dir]
    return roots


def _numbers(manual_dir: pathlib.Path, key: str, layout: str) -> set[tuple[str, ...]]:
    """Lengths, or (length, view) pairs, for which there are folders."""
    row = published_sets.SETS[key]
    pairs = set()
    for name in (row.name, *row.aliases):
        pattern = published_layouts.LAYOUTS[layout].base.format(set=name, f="*", view="*")
        for root in _roots(manual_dir):
            for path in root.glob(pattern):
                parts = path.parts[-pattern.count("/") :] if "view" in pattern else path.parts[-1:]
                numbers = tuple(part.removeprefix("view_") for part in parts)
                if all(number.isascii() and number.isdigit() for number in numbers):
                    pairs.add(tuple(str(int(number)) for number in numbers))
    return pairs
