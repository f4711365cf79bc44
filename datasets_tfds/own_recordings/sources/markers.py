# SPDX-License-Identifier: MIT
"""Marker files: .trc as OpenSim reads it, and .c3d through ezc3d."""

import importlib.util
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import numpy as np

from datasets_tfds.own_recordings.layouts import match
from datasets_tfds.own_recordings.sources import captured
from datasets_tfds.readers import motion_lines, text_rows
from tfskel import arrays

UNITS = ("m", "cm", "mm", "inch")
_HEADER = 5  # lines
# In a process of its own, which some damaged files end.
_READ_C3D = """
import sys, ezc3d, numpy
content = ezc3d.c3d(sys.argv[1])
point, points = content["parameters"]["POINT"], content["data"]["points"]
unit = point.get("UNITS", {"value": [""]})["value"][0]
labels = numpy.array(point["LABELS"]["value"], numpy.str_)
numpy.savez(sys.argv[2], points=points, labels=labels, rate=float(point["RATE"]["value"][0]), unit=unit)
"""


def trc(path: pathlib.Path, layout: str = "") -> Iterator[captured.Captured]:
    """The recording of a .trc file.

    Raises:
        ValueError: names the file and the line.
    """
    rows = [row.rstrip() for row in text_rows.lines(path)]
    if len(rows) <= _HEADER or not rows[0].lower().startswith("pathfiletype"):
        raise ValueError(f"{path}, line 1: expected 'PathFileType' and a header of {_HEADER} lines, as OpenSim has it.")
    stated = dict(zip(rows[1].split(), rows[2].split(), strict=False))
    names = [name.strip() for name in rows[3].split("\t")[2:] if name.strip()]
    lines = [motion_lines.Line(path.name, number, row.split("\t")) for number, row in enumerate(rows, 1)
             if number > _HEADER and row.strip()]  # fmt: skip
    if not names or not lines:
        raise ValueError(f"{path}, line 4: expected marker names after Frame# and Time, and frames below.")
    values = np.array([_values(line, 2 + 3 * len(names)) for line in lines])
    joints = captured.unseen_to_nan(values[:, 2:].reshape(len(lines), len(names), 3))
    yield captured.Captured(
        str(path), match.by_name(names, str(path), layout), tuple(names), joints, None, values[:, 0].astype(np.int64),
        _rate(stated.get("DataRate")), _unit(stated.get("Units", "")),
    )  # fmt: skip


def c3d(path: pathlib.Path, layout: str = "") -> Iterator[captured.Captured]:
    """The recording of a .c3d file.

    Raises:
        ImportError: ezc3d is not installed; the message says how to get it.
        ValueError: names the file.
    """
    if importlib.util.find_spec("ezc3d") is None:
        raise ImportError(f"{path}: C3D files need ezc3d: pip install 'tfskel[c3d]'.")
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "points.npz"
        words = [sys.executable, "-c", _READ_C3D, str(path), str(out)]
        result = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
        if result.returncode:
            reason = (result.stderr.strip().splitlines() or [f"the library ended with {result.returncode}"])[-1]
            raise ValueError(f"{path}: not a readable C3D file ({reason[:300]}).")
        stored = arrays.read(out)
    points, (rate, unit) = stored["points"], (stored["rate"].item(), stored["unit"].item())
    names = [name.split(":")[-1] for name in stored["labels"].tolist()][: points.shape[1]]
    joints = captured.unseen_to_nan(np.moveaxis(points[:3], 0, -1).swapaxes(0, 1))  # (T, J, 3)
    yield captured.Captured(
        str(path),
        match.by_name(names, str(path), layout),
        tuple(names),
        joints,
        None,
        None,
        float(rate) or None,
        _unit(unit),
    )


def _values(line: motion_lines.Line, count: int) -> np.ndarray:
    cells = [cell.strip() for cell in line.words]
    cells += [""] * (count - len(cells))
    if len(cells) > count:
        raise line.error(f"{len(cells)} cells; expected {count}: frame, time and three for each marker.")
    seen = [place for place, cell in enumerate(cells) if cell and cell.lower() != "nan"]
    values = np.full(count, np.nan)
    values[seen] = line.reals([cells[place] for place in seen])
    if np.isnan(values[0]):
        raise line.error("expected a frame number in the first cell.")
    return values


def _rate(text: str | None) -> float | None:
    try:
        return float(text) or None
    except (TypeError, ValueError):
        return None


def _unit(text: str) -> str:
    plain = text.strip().lower()
    return plain if plain in UNITS else {"meters": "m", "metres": "m", "millimeters": "mm", "in": "inch"}.get(plain, "")
