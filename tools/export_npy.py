# SPDX-License-Identifier: MIT
"""Writes a data set as the `.npy` tree that the authors' original programs read, so that they can be run on it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import sys
import tempfile

import numpy as np

from components import terminal
from datasets_tfds.own_recordings import interchange
from datasets_tfds.released import published_arrays, published_layouts, published_sets
from tfskel import skeletons
from tfskel.data import recordings as recording_sets
from tfskel.data import windows

_RULES = {"training": windows.training, "testing": windows.testing}
_EXAMPLE = "export_npy.py --data data/released/ias_f6/1.0.0 --config ias_f6 --layout hi_mpc --out export"


@dataclasses.dataclass(frozen=True)
class Source:
    """A data set to export: recordings of each split, and the order of its persons where the data set states one."""

    splits: dict[str, recording_sets.Recordings]
    identities: dict[str, list[str]]


def read(folder: pathlib.Path) -> Source:
    """Reads an interchange folder or a prepared TFDS version folder.

    Raises:
        FileNotFoundError: the folder is neither.
        ValueError: its content is damaged.
    """
    if (folder / "recordings.npz").is_file():
        splits = interchange.read(folder)
        return Source({split: recording_sets.Recordings.from_list(rows) for split, rows in splits.items()}, {})
    names, identities = [], {}
    if (folder / "dataset_info.json").is_file():
        import tensorflow_datasets as tfds

        info = tfds.builder_from_directory(folder).info
        names = list(info.splits)
        stated = (info.metadata or {}).get("identities", {})
        identities = {split: [str(identity) for identity in rows] for split, rows in stated.items()}
    splits = {split: recording_sets.load(folder, split) for split in names or ["train"]}
    return Source(splits, identities)


def export(
    source: Source,
    config: str,
    project: str,
    out: pathlib.Path,
    splits: dict[str, str] | None = None,
    train_rule: str = "",
) -> pathlib.Path:
    """Writes one data set in one project's layout below `out`/Datasets.

    Args:
        source: the data.
        config: config name of the data set `released` that the tree is to be read as, for example "ias_f6".
        project: row of published_layouts.PROJECTS.
        out: folder; the data set's own folder in it must be new.
        splits: split of that config -> split of the data, where the names differ.
        train_rule: "training" (overlapping windows) or "testing"; "" takes what the authors did for that data set.

    Returns:
        The data set's own folder, for example `out`/Datasets/IAS/6.

    Raises:
        FileExistsError: that folder exists.
        ValueError: the layout, a split, the number of joints or the sequence length does not fit the data.
    """
    request = published_sets.parse(config)
    layout = _layout(request, project)
    chosen = _chosen(source, request, layout, splits or {})
    _check(source, chosen, request)
    base = out / "Datasets" / request.base(layout)
    if base.exists():
        raise FileExistsError(f"{base} exists; remove it or write to another folder.")
    rule = train_rule or request.set.train_rule
    identities = {split: _identities(source, name) for split, name in chosen.items()}
    numbers = _numbers(identities)
    parts = {}
    for split, name in chosen.items():
        cut = _RULES[rule if split == "train" else "testing"](source.splits[name], request.length)
        parts[split] = published_arrays.Sequences(
            joints=windows.gather(source.splits[name].joints, cut.start, request.length).astype(np.float64),
            identity=np.array([numbers[one] for one in source.splits[name].identity[cut.recording]], np.int64),
            identities=[numbers[one] for one in identities[split]],
        )
    base.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".incomplete-", dir=base.parent) as temporary:
        new = pathlib.Path(temporary) / base.name
        _write(new, request, layout, project, parts)
        if any(one != str(number) for one, number in numbers.items()):
            (new / "identities.json").write_text(json.dumps(numbers, indent=1), encoding="utf-8")
        os.replace(new, base)
    return base


def _layout(request: published_sets.Request, project: str) -> str:
    fitting = [name for name in published_layouts.PROJECTS[project].layouts if name in request.tests()]
    if not fitting:
        raise ValueError(f"{project} has no layout for {request.config}; its layouts for other data sets: "
                         f"{', '.join(published_layouts.PROJECTS[project].layouts)}.")  # fmt: skip
    return fitting[0]


def _chosen(source: Source, request: published_sets.Request, layout: str, splits: dict[str, str]) -> dict[str, str]:
    """Split of the tree -> split of the data."""
    wanted = ["train", *request.tests()[layout]]
    unknown = sorted(set(splits) - set(wanted))
    chosen = {split: splits.get(split, split) for split in wanted}
    missing = [split for split, name in chosen.items() if name not in source.splits]
    if published_layouts.LAYOUTS[layout].partial and "train" not in missing and len(missing) < len(wanted) - 1:
        missing = [split for split in missing if split in splits]
    if unknown or missing:
        raise ValueError(
            f"{request.config} in this layout has the splits {', '.join(wanted)}; the data have "
            f"{', '.join(source.splits)}. Say which is which with --splits, for example probe=walking."
        )
    return {split: name for split, name in chosen.items() if name in source.splits}


def _check(source: Source, chosen: dict[str, str], request: published_sets.Request) -> None:
    for name in chosen.values():
        data = source.splits[name]
        recording_sets.check_skeleton(data, skeletons.get(request.set.skeleton))
        if source.identities and set(data.length) != {request.length}:
            raise ValueError(f"Split {name!r} holds ready-cut sequences of {sorted(set(data.length.tolist()))} frames; "
                             f"{request.config} cannot be cut from them.")  # fmt: skip


def _identities(source: Source, name: str) -> list[str]:
    """Persons of a split in the order of the data, those of whom no sequence could be cut included."""
    present = list(dict.fromkeys(source.splits[name].identity.tolist()))
    stated = source.identities.get(name, [])
    return stated + [one for one in present if one not in stated]


def _numbers(identities: dict[str, list[str]]) -> dict[str, int]:
    """Identity -> the whole number that stands for it: its own value, or its place among all."""
    names = recording_sets.sorted_identities(one for rows in identities.values() for one in rows)
    own = {one: int(one) for one in names if one.isascii() and one.isdigit()}
    return own if len(set(own.values())) == len(names) else {one: place for place, one in enumerate(names)}


def _write(base: pathlib.Path, request: published_sets.Request, layout: str, project: str, parts: dict) -> None:
    wants, name = published_layouts.PROJECTS[project], request.set.name
    files = request.files(layout, base)
    for split, part in parts.items():
        published_arrays.write(files[split], part, frame_id=wants.frame_id, target=wants.target)
    if layout in wants.pooled:
        folder = base / wants.pooled[layout].format(set=name)
        tests = np.concatenate([part.joints for split, part in parts.items() if split != "train"])
        pooled = published_layouts.Files(folder, name, request.length, "t_")
        published_arrays.write_coordinates(pooled, tests, target=wants.target)


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, epilog=f"Example: {_EXAMPLE}")
    parser.add_argument(
        "--data", type=pathlib.Path, required=True, help="prepared version folder or interchange folder"
    )
    parser.add_argument("--config", required=True, help="data set and length of the tree: ias_f6, ks20_f8, ...")
    parser.add_argument("--layout", required=True, choices=published_layouts.PROJECTS, help="project to write for")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder that gets Datasets/...")
    parser.add_argument("--splits", nargs="*", default=[], metavar="TREE=DATA", help="split of the tree = of the data")
    parser.add_argument("--train_rule", default="", choices=["", *_RULES], help="how train is cut")
    flags = parser.parse_args(arguments)
    try:
        splits = dict(pair.split("=", 1) for pair in flags.splits)
        base = export(read(flags.data), flags.config, flags.layout, flags.out, splits, flags.train_rule)
    except (ValueError, OSError) as error:
        print(f"export_npy: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {base}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
