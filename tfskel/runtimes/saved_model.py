# SPDX-License-Identifier: MIT
"""SavedModels, by TensorFlow."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfskel import literal_path
from tfskel.runtimes import runtime


class SavedModel(runtime.Runtime):
    """A folder with saved_model.pb.

    Raises:
        ValueError: it cannot be read.
    """

    def __init__(self, folder: Path):
        import tensorflow as tf

        literal = literal_path.Alias(folder)
        try:
            self._model = tf.saved_model.load(str(literal.path))  # its variables live as long as this object
        except Exception as error:  # TensorFlow raises many types for damaged files
            raise ValueError(f"{folder} is a damaged SavedModel ({error}); export it again.") from error
        self.signatures = sorted(self._model.signatures)

    def inputs(self, signature: str) -> dict[str, runtime.Input]:
        """As Runtime."""
        specs = self._model.signatures[signature].structured_input_signature[1]
        return {
            name: runtime.Input(tuple(spec.shape.as_list() if spec.shape.rank is not None else ()), spec.dtype.name)
            for name, spec in specs.items()
        }

    def outputs(self, signature: str) -> list[str]:
        """As Runtime."""
        return sorted(self._model.signatures[signature].structured_outputs)

    def run(self, signature: str, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """As Runtime."""
        import tensorflow as tf

        made = self._model.signatures[signature](**{name: tf.constant(values) for name, values in given.items()})
        return {name: values.numpy() for name, values in made.items()}


def newest(folder: Path) -> Path | None:
    """The folder with saved_model.pb: this one, or else the one in it with the highest number; None without any."""
    versions = [path for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []
    places = (folder, *sorted(versions, key=lambda path: int(path.name), reverse=True))
    return next((place for place in places if (place / "saved_model.pb").is_file()), None)
