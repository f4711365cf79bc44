# SPDX-License-Identifier: MIT
"""ONNX files, one for each signature, made of the functions themselves."""

import pathlib
from collections.abc import Mapping

from components.export import signatures
from tfskel import arrays

OPSET = 17
ITEMS = "N"  # what the axis of items is called, which may have any length


def write(made: Mapping[str, signatures.Signature], folder: pathlib.Path) -> None:
    """Writes `<signature>.onnx` for each signature into a folder that is made."""
    import tensorflow as tf
    import tf2onnx

    folder.mkdir()
    for name, signature in made.items():
        specs = list(signature.arguments.values())
        model, _ = tf2onnx.convert.from_function(tf.function(signature.named()), specs, opset=OPSET)
        for values in (*model.graph.input, *model.graph.output):
            _name_axes(values)
        with arrays.complete(folder / f"{name}.onnx") as unfinished:
            unfinished.write_bytes(model.SerializeToString())


def _name_axes(values) -> None:
    """Axes of any length by their place, in place of the converter's running numbers."""
    for axis, length in enumerate(values.type.tensor_type.shape.dim):
        if length.dim_param:
            length.dim_param = f"{values.name}_{axis}" if axis else ITEMS
