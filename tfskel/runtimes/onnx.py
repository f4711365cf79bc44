# SPDX-License-Identifier: MIT
"""ONNX files, by ONNX Runtime: one file for each signature, in one folder."""

import functools
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfskel.runtimes import runtime

_DTYPES = {"tensor(float)": "float32", "tensor(uint8)": "uint8"}


class Onnx(runtime.Runtime):
    """A file that embeds, and beside it others, each a signature called as the file; these are read when first used.

    Raises:
        ImportError: ONNX Runtime is not installed.
        ValueError: it cannot be read.
    """

    def __init__(self, path: Path):
        if not importlib.util.find_spec("onnxruntime"):
            raise ImportError("an .onnx file needs onnxruntime, which is not installed: pip install 'tfskel[export]'.")
        beside = {other.stem: other for other in sorted(path.parent.glob("*.onnx"))}
        self._paths = beside | {runtime.EMBED: path}
        self.signatures = sorted(self._paths)
        self._session = functools.cache(lambda signature: _session(self._paths[signature]))
        self._session(runtime.EMBED)

    def inputs(self, signature: str) -> dict[str, runtime.Input]:
        """As Runtime."""
        return {
            node.name: runtime.Input(
                tuple(length if isinstance(length, int) else None for length in node.shape),
                _DTYPES.get(node.type, node.type),
            )
            for node in self._session(signature).get_inputs()
        }

    def outputs(self, signature: str) -> list[str]:
        """As Runtime."""
        return sorted(node.name for node in self._session(signature).get_outputs())

    def run(self, signature: str, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """As Runtime."""
        names = self.outputs(signature)
        return dict(zip(names, self._session(signature).run(names, dict(given)), strict=True))


def _session(path: Path):
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as error:  # its types are those of a compiled module, without a common base of their own
        raise ValueError(f"{path} is a damaged ONNX file ({error}); export it again.") from error
