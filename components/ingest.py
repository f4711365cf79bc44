# SPDX-License-Identifier: MIT
"""Ingest: prepares the recipe's data set and writes its statistics and quality report."""

import contextlib
import io
import os
import pathlib
from collections.abc import Iterable

import ml_collections
from absl import logging

from components import artefacts, splits
from tfskel import arrays, literal_path

SEARCHED = "data"


def candidates(dataset: ml_collections.ConfigDict) -> list[pathlib.Path]:
    """Folders that may hold the raw files: manual_dir itself, then it (or the data set's name) below SEARCHED."""
    wanted = pathlib.Path(os.path.expanduser(dataset.manual_dir or dataset.name))
    below = pathlib.Path(SEARCHED) / wanted
    return [wanted, below] if dataset.manual_dir else [below]


def raw_folder(dataset: ml_collections.ConfigDict) -> pathlib.Path | None:
    """The first of `candidates` that exists, or None."""
    return next((folder for folder in candidates(dataset) if folder.is_dir()), None)


def source(config: ml_collections.ConfigDict) -> dict:
    """State of the files outside the run that ingest reads: names, sizes and times of change."""
    folders = [raw_folder(config.dataset)]
    if config.dataset.data_dir:
        folders.append(pathlib.Path(config.dataset.data_dir) / config.dataset.name)
    return state(folders)


def state(folders: Iterable[pathlib.Path | None]) -> dict:
    """Names, sizes and times of change of all files in some folders, as a fingerprint."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder is not None and folder.is_dir() else ():
            if path.is_file():
                status = path.stat()
                found[str(path)] = [status.st_size, status.st_mtime_ns]
    return {"files": artefacts.fingerprint_of(found), "count": len(found)}


def _builder(dataset: ml_collections.ConfigDict, data_dir: pathlib.Path):
    from datasets_tfds import catalogue

    return catalogue.load(dataset.name, data_dir, dataset.options.to_dict())


def _embedded(builder, dataset: ml_collections.ConfigDict) -> bool:
    """Whether the examples that are part of the package are used."""
    return builder.EMBEDDED and not dataset.manual_dir


def check_available(config: ml_collections.ConfigDict) -> None:
    """Stops before any work when the data set is neither prepared nor can be built.

    Raises:
        FileNotFoundError: the raw files are missing; the message says what to download, where to put it and how to
            get access.
        ValueError: there is no such data set, or an option is unknown.
    """
    dataset = config.dataset
    builder = _builder(dataset, pathlib.Path(dataset.data_dir or "unprepared"))
    if builder.is_prepared() or not builder.MANUAL_DOWNLOAD_INSTRUCTIONS or _embedded(builder, dataset):
        return
    if raw_folder(dataset) is None:
        places = candidates(dataset)
        raise FileNotFoundError(
            f"the raw files of data set {dataset.name!r} are missing: there is no folder "
            f"{' or '.join(map(str, places))}.\n\n"
            f"{builder.MANUAL_DOWNLOAD_INSTRUCTIONS.strip()}\n\n"
            f"Then run again, with --config.dataset.manual_dir=FOLDER if the files are elsewhere."
        )


def ingest(dataset: ml_collections.ConfigDict, recordings: pathlib.Path):
    """Prepares the data set with TFDS and reports on its quality.

    Output `recordings`: `dataset.json` (where the prepared data set is, the kind of its items, and what that kind must
    know: joint layout or random divisions), `quality.json`, and the data set itself under `tfds` when the recipe names
    no `data_dir`. Images have an index of each split beside it.
    """
    own = not dataset.data_dir
    data_dir = recordings / "tfds" if own else pathlib.Path(os.path.expanduser(dataset.data_dir))
    data_dir.mkdir(parents=True, exist_ok=True)
    literal = literal_path.Alias(data_dir)
    builder = _builder(dataset, literal.path)
    if not builder.is_prepared():
        build(builder, None if _embedded(builder, dataset) else raw_folder(dataset))
    folder = data_dir / pathlib.Path(builder.data_path).relative_to(literal.path)
    kind = builder.info.metadata.get("kind", splits.SKELETONS)
    report, facts = splits.KINDS[kind].describe(recordings, folder, builder.info, dataset)
    for warning in report["warnings"]:
        logging.warning("%s: %s", dataset.name, warning)
    arrays.write_json(recordings / "quality.json", report)
    pointer = os.path.relpath(folder, recordings) if own else str(folder.resolve())
    described = {"name": dataset.name, "folder": pointer, "kind": kind} | facts
    described["acknowledgement"] = builder.info.metadata.get("acknowledgement", "")
    arrays.write_json(recordings / splits.POINTER, described)


def build(builder, manual_dir: pathlib.Path | None) -> None:
    """Writes the prepared data set; TFDS publishes it only when it is complete."""
    import tensorflow_datasets as tfds

    tfds.disable_progress_bar()
    options = {} if manual_dir is None else {"manual_dir": str(manual_dir)}
    with contextlib.redirect_stdout(io.StringIO()) as said:
        builder.download_and_prepare(download_config=tfds.download.DownloadConfig(**options))
    logging.debug("%s", said.getvalue())
