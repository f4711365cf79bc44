# SPDX-License-Identifier: MIT
"""TFLite files, made of the SavedModel with built-in operations alone."""

import pathlib
from collections.abc import Collection

from tfskel import arrays


def write(saved_model: pathlib.Path, names: Collection[str], path: pathlib.Path, int8: bool = False) -> None:
    """Writes one file with several signatures.

    Args:
        saved_model: folder of saved_model.pb.
        names: of its signatures.
        path: of the file.
        int8: store weights as bytes; products of them are computed in bytes, too.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved_model), signature_keys=list(names))
    if int8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    with arrays.complete(path) as unfinished:
        unfinished.write_bytes(converter.convert())
