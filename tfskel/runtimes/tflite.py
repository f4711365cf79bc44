# SPDX-License-Identifier: MIT
"""TFLite files, by LiteRT without TensorFlow, or else by TensorFlow's own interpreter."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfskel.runtimes import runtime


class TFLite(runtime.Runtime):
    """A file whose signatures are named.

    Raises:
        ImportError: neither LiteRT nor TensorFlow is installed.
        ValueError: it cannot be read.
    """

    def __init__(self, path: Path):
        interpreter = _interpreter()
        try:
            self._interpreter = interpreter(model_path=str(path))
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"{path} is a damaged TFLite file ({error}); export it again.") from error
        self.signatures = sorted(self._interpreter.get_signature_list())
        self._runners = {}

    def inputs(self, signature: str) -> dict[str, runtime.Input]:
        """As Runtime."""
        return {
            name: runtime.Input(
                tuple(None if length < 0 else int(length) for length in detail["shape_signature"]),
                np.dtype(detail["dtype"]).name,
            )
            for name, detail in self._runner(signature).get_input_details().items()
        }

    def outputs(self, signature: str) -> list[str]:
        """As Runtime."""
        return sorted(self._interpreter.get_signature_list()[signature]["outputs"])

    def run(self, signature: str, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """As Runtime."""
        return self._runner(signature)(**given)

    def _runner(self, signature: str):
        if signature not in self._runners:
            self._runners[signature] = self._interpreter.get_signature_runner(signature)
        return self._runners[signature]


def _interpreter():
    if importlib.util.find_spec("ai_edge_litert"):
        from ai_edge_litert import interpreter

        return interpreter.Interpreter
    if importlib.util.find_spec("tensorflow"):
        import tensorflow as tf

        return tf.lite.Interpreter
    raise ImportError(
        "a .tflite file needs ai-edge-litert or tensorflow, which are not installed: pip install 'tfskel[export]'."
    )
