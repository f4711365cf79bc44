# SPDX-License-Identifier: MIT
"""Finished folders: written under a temporary name, described by a fingerprint, renamed when complete."""

import hashlib
import json
import os
import pathlib
import shutil

from tfskel import arrays

FINGERPRINT = "fingerprint.json"
STARTED = "started.json"
HASHED_BYTES = 256 << 20  # larger files are compared by size only


def _digest(path: pathlib.Path) -> str:
    if path.stat().st_size > HASHED_BYTES:
        return "size only"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _manifest(folder: pathlib.Path) -> dict[str, list]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FINGERPRINT)
    return {str(path.relative_to(folder)): [path.stat().st_size, _digest(path)] for path in files}


def partial(folder: pathlib.Path) -> pathlib.Path:
    """Where a folder is written until it is complete."""
    return folder.with_name(folder.name + ".partial")


def begin(folder: pathlib.Path, key: dict, resume: bool) -> pathlib.Path:
    """Makes the partial folder of an output ready.

    Args:
        folder: final name of the output.
        key: what decides the content; see `finished`.
        resume: keep what an interrupted run with the same key left.

    Returns:
        the folder to write into.
    """
    work = partial(folder)
    started = work / STARTED
    if work.exists() and not (resume and _stored(started) == key):
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    for path in work.rglob(f"{arrays.UNFINISHED}*"):
        path.unlink()
    arrays.write_json(started, key)
    return work


def publish(folder: pathlib.Path, key: dict) -> None:
    """Gives a complete partial folder its final name; the fingerprint is the last file written in it."""
    work = partial(folder)
    (work / STARTED).unlink(missing_ok=True)
    arrays.write_json(work / FINGERPRINT, {"key": key, "files": _manifest(work)})
    replaced = folder.with_name(folder.name + ".replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if folder.exists():
        os.replace(folder, replaced)
    try:
        os.replace(work, folder)
    except OSError:
        if replaced.exists():
            os.replace(replaced, folder)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def finished(folder: pathlib.Path, key: dict) -> str:
    """Why a folder cannot be reused as the output described by `key`; empty when it can.

    The reason is one of: not there, fingerprint missing or damaged, other settings or code, a file missing or changed.
    """
    if not folder.exists():
        return "not there yet"
    if not (folder / FINGERPRINT).exists():
        return "it has no fingerprint"
    stored = _stored(folder / FINGERPRINT)
    if not _well_formed(stored):
        return f"{folder / FINGERPRINT} is damaged"
    old, files = stored["key"], stored["files"]
    if old != key:
        return "changed: " + ", ".join(_differences(old, key))
    for name, (size, digest) in files.items():
        path = folder / name
        if not os.path.exists(path):  # also where a damaged name is longer than a name can be
            return f"{path} is missing"
        if path.stat().st_size != size or _digest(path) != digest:
            return f"{path} is damaged"
    return ""


def _well_formed(stored) -> bool:
    """Whether a fingerprint has the form in which it was written."""
    parts = [stored.get(part) for part in ("key", "files")] if isinstance(stored, dict) else [None]
    return all(isinstance(part, dict) for part in parts) and all(
        isinstance(facts, list) and len(facts) == 2 for facts in parts[1].values()
    )


def _stored(path: pathlib.Path):
    """What a JSON file holds; None when it is missing or damaged."""
    try:
        return arrays.read_json(path)
    except (FileNotFoundError, ValueError):
        return None


def _differences(old: dict, new: dict, prefix: str = "") -> list[str]:
    names = []
    for name in sorted(set(old) | set(new)):
        a, b = old.get(name), new.get(name)
        if isinstance(a, dict) and isinstance(b, dict):
            names += _differences(a, b, f"{prefix}{name}.")
        elif a != b:
            names.append(f"{prefix}{name}")
    return names


def fingerprint_of(key: dict) -> str:
    """Short text that stands for a key in the keys of later stages."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
