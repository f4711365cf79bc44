# SPDX-License-Identifier: MIT
"""Forms that a model is exported in: how each is written and run, how near it must be, what it leaves out and why."""

import dataclasses
import functools
import importlib.util
import pathlib
from collections.abc import Callable, Collection, Mapping

from components.export import onnx, saved_model, tflite
from tfskel import choices, inference
from tfskel.runtimes import onnx as onnx_runtime
from tfskel.runtimes import runtime
from tfskel.runtimes import tflite as tflite_runtime

SAVED_MODEL = f"{inference.SAVED_MODEL}/1"  # serving programs look for numbered folders
DIFFERENCE, COSINE = "difference", "cosine"
SAME = (DIFFERENCE, 1e-5)  # of the largest value; the same arithmetic, compiled differently
ROUNDED = (COSINE, 0.999)

_POOLED = {inference.EMBED_TRACKLET: f"it is {inference.EMBED}, then {inference.TEMPLATE}"}
_DOUBLE = {inference.RECONSTRUCT: "places of joints are computed in double precision, which TFLite cannot divide"}


@dataclasses.dataclass(frozen=True)
class Form:
    """One form of an exported model.

    Attributes:
        path: in the export's output, what `inference.load` is given.
        meaning: what it is, for people.
        write: called with the system, its signatures by name, the folder of the SavedModel, and the path.
        open: path -> the model in its own runtime.
        near: measure of closeness to the Keras model, and its limit.
        needs: packages of the extra `export`, by the names they are imported by.
        without: signatures that it cannot have -> why.
    """

    path: str
    meaning: str
    write: Callable
    open: Callable[[pathlib.Path], runtime.Runtime]
    near: tuple[str, float] = SAME
    needs: tuple[str, ...] = ()
    without: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def offered(self, signatures: Mapping) -> dict:
        """The signatures of a system that this form can have."""
        return {name: signature for name, signature in signatures.items() if name not in self.without}

    def left_out(self, signatures: Mapping) -> dict[str, str]:
        """Signature of a system that this form cannot have -> why."""
        return {name: why for name, why in self.without.items() if name in signatures}


def _saved_model(system, signatures: Mapping, source: pathlib.Path, path: pathlib.Path) -> None:
    saved_model.write(system, signatures, path)


def _tflite(system, signatures: Mapping, source: pathlib.Path, path: pathlib.Path, int8: bool = False) -> None:
    tflite.write(source, signatures, path, int8)


def _onnx(system, signatures: Mapping, source: pathlib.Path, path: pathlib.Path) -> None:
    onnx.write(signatures, path.parent)


# The SavedModel comes first: others are made of it.
FORMS = {
    inference.SAVED_MODEL: Form(
        SAVED_MODEL, "SavedModel: TensorFlow, TensorFlow Serving", _saved_model, saved_model.Graph
    ),
    "tflite": Form(
        inference.TFLITE, "TFLite: LiteRT, on phones and small machines", _tflite, tflite_runtime.TFLite,
        without=_POOLED | _DOUBLE,
    ),
    "tflite_int8": Form(
        "model_int8.tflite", "TFLite with weights of one byte", functools.partial(_tflite, int8=True),
        tflite_runtime.TFLite, near=ROUNDED, without=_POOLED | _DOUBLE,
    ),
    "onnx": Form(
        "onnx/embed.onnx", "ONNX: ONNX Runtime and many others", _onnx, onnx_runtime.Onnx,
        needs=("tf2onnx", "onnxruntime"), without=_POOLED,
    ),
}  # fmt: skip


def chosen(formats: Collection[str]) -> list[str]:
    """Forms that a recipe's export.formats asks for, in the order of FORMS; a command line may join them by commas.

    Args:
        formats: the recipe's setting.

    Raises:
        ValueError: an unknown form, no SavedModel among them, or packages are missing; the message says what to do.
    """
    names = [name.strip() for entry in formats for name in entry.split(",") if name.strip()]
    choices.check({"export": {"formats": tuple(names)}}, {"export.formats": FORMS})
    if inference.SAVED_MODEL not in names:
        raise ValueError(
            f"export.formats needs {inference.SAVED_MODEL!r}, of which the other forms are made; received "
            f"{tuple(formats)}. Try --config.export.formats={','.join([inference.SAVED_MODEL, *names])}."
        )
    for name in names:
        missing = [package for package in FORMS[name].needs if importlib.util.find_spec(package) is None]
        if missing:
            raise ValueError(
                f"export.formats has {name!r}, which needs {' and '.join(missing)}, not installed: "
                "pip install 'tfskel[export]'."
            )
    return [name for name in FORMS if name in names]
