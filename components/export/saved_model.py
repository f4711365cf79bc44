# SPDX-License-Identifier: MIT
"""The SavedModel: written by Keras, and run as programs without Python do it."""

import pathlib
from collections.abc import Mapping

import numpy as np

from components.export import signatures
from tfskel.runtimes import runtime


def write(system, made: Mapping[str, signatures.Signature], folder: pathlib.Path) -> None:
    """Writes a SavedModel.

    Args:
        system: whose variables the signatures use.
        made: signatures by name; the first is `serving_default` too.
        folder: of saved_model.pb.
    """
    import keras

    archive = keras.export.ExportArchive()
    for models in system.models.values():
        for model in models.values():
            archive.track(model)
    for name, signature in made.items():
        archive.add_endpoint(name, signature.named(), list(signature.arguments.values()))
    archive.write_out(folder, verbose=False)


class Graph(runtime.Runtime):
    """A SavedModel run from its graph alone."""

    def __init__(self, folder: pathlib.Path):
        import tensorflow as tf

        self._session = tf.compat.v1.Session(graph=tf.Graph())
        with self._session.graph.as_default():
            loaded = tf.compat.v1.saved_model.load(self._session, [tf.saved_model.SERVING], str(folder))
        self._definitions = loaded.signature_def
        self.signatures = sorted(self._definitions)

    def inputs(self, signature: str) -> dict[str, runtime.Input]:
        """As Runtime."""
        import tensorflow as tf

        return {
            name: runtime.Input(tuple(tf.TensorShape(tensor.tensor_shape).as_list()), tf.as_dtype(tensor.dtype).name)
            for name, tensor in self._definitions[signature].inputs.items()
        }

    def outputs(self, signature: str) -> list[str]:
        """As Runtime."""
        return sorted(self._definitions[signature].outputs)

    def run(self, signature: str, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """As Runtime."""
        definition = self._definitions[signature]
        return self._session.run(
            {name: tensor.name for name, tensor in definition.outputs.items()},
            {tensor.name: given[name] for name, tensor in definition.inputs.items()},
        )
