# SPDX-License-Identifier: MIT
"""Use of an exported model: features of items as captured, search of a person in a gallery."""

import importlib.util
import os
from pathlib import Path

import numpy as np

from tfskel import arrays, features, model_inputs, shipped
from tfskel.runtimes import onnx, runtime, saved_model, tflite

EMBED, CLASSIFY, EMBED_TRACKLET, TEMPLATE = runtime.EMBED, "classify", "embed_tracklet", "template"
RECONSTRUCT, RECONSTRUCTION = "reconstruct", "reconstruction"
FEATURES, VECTORS, POSE = "features", "vectors", "pose"
SAVED_MODEL = "saved_model"  # the export stage's folder of versions, inside its output
TFLITE = "model.tflite"  # beside that folder, where the recipe asks for it
FILES = {".tflite": tflite.TFLite, ".onnx": onnx.Onnx}
"""Ending of a model's file -> its runtime; a folder is a SavedModel."""


class Embedder:
    """An exported model that turns items as captured into features: sequences of skeletons, or images.

    Args:
        model: a loaded model with signature `embed`, whose input is `skeletons` (N, f, J, 3) or `images`
            (N, H, W, 3) uint8 and whose outputs are `features` (N, D) and maybe others; and optionally `classify` with
            output `scores` (N, C), `template`, `vectors` (N, D) -> `features` (D,), and `reconstruct`, `images` and
            `pose` (N, J, 2) -> `reconstruction`.

    Raises:
        ValueError: there is no such signature `embed`.

    Attributes:
        argument: "skeletons" or "images".
        inputs: `model_inputs.Skeletons` with the frames and joints of a sequence, or `model_inputs.Images`.
        classifies: whether `scores` works.
        pools: whether `embed_tracklet` works.
        poses: `model_inputs.Poses` with the joints that `reconstruct` takes; None where it does not work.
        outputs: what `embed` can return: "features" and, for some systems, parts of them by name.
    """

    def __init__(self, model: runtime.Runtime):
        self._model = model
        taken = EMBED in model.signatures and model_inputs.of_signature(model.inputs(EMBED))
        if not taken:
            raise ValueError(
                f"there is no signature {EMBED!r} with an input `skeletons` (N, f, J, 3) or `images` (N, H, W, 3) of "
                f"uint8; the signatures are {sorted(model.signatures)}. Export it with this package."
            )
        self.argument, self.inputs = taken
        self.classifies, self.pools = CLASSIFY in model.signatures, TEMPLATE in model.signatures
        self.outputs = model.outputs(EMBED)
        makes = RECONSTRUCT in model.signatures
        self.poses = model_inputs.Poses(model.inputs(RECONSTRUCT)[POSE].shape[1]) if makes else None

    def embed(self, items: np.ndarray, batch_size: int = 1024, output: str = FEATURES) -> np.ndarray:
        """Features of items.

        Args:
            items: skeletons (N, f, J, 3) in metres, as captured, not centred; or images (N, H, W, 3) uint8, RGB, of any
                size, also a sequence of (H, W, 3) of different sizes.
            batch_size: items computed at a time.
            output: one of `outputs`.

        Returns:
            (N, D) float32.

        Raises:
            ValueError: what the model does not take, see `model_inputs`; no such output.
        """
        if output not in self.outputs:
            raise ValueError(f"This model embeds as {', '.join(self.outputs)}; received output={output!r}.")
        return self.represent(items, batch_size)[output]

    def represent(self, items: np.ndarray, batch_size: int = 1024, signature: str = EMBED) -> dict[str, np.ndarray]:
        """All outputs of a signature of items in one pass: name -> (N, ...); arguments and errors as `embed`."""
        batches = self.inputs.batches(items, batch_size)
        made = [self._model.run(signature, {self.argument: part}) for part in batches]
        return {name: np.concatenate([part[name] for part in made]) for name in made[0]}

    def scores(self, items: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Scores (N, C) float32 of the train identities, from the recognition network; arguments as `embed`.

        Raises:
            ValueError: as `embed`, or the model was exported without a recognition network.
        """
        if not self.classifies:
            raise ValueError(
                f"This model was exported without signature {CLASSIFY!r}: it has no recognition network. "
                "Use embed and a Gallery."
            )
        return self.represent(items, batch_size, CLASSIFY)["scores"]

    def embed_tracklet(self, images: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """One vector (D,) float32 for all frames of one tracklet; arguments as `embed`.

        Raises:
            ValueError: as `embed`, or the model was exported without pooling of frames.
        """
        return self.pool(self.embed(images, batch_size))

    def pool(self, vectors: np.ndarray) -> np.ndarray:
        """One vector (D,) float32 for a tracklet whose frames have these features (N, D) float32, as `embed_tracklet`.

        Raises:
            ValueError: the model was exported without pooling of frames.
        """
        if not self.pools:
            raise ValueError(f"This model was exported without signature {TEMPLATE!r}: its items are not pooled.")
        return self._model.run(TEMPLATE, {VECTORS: vectors})[FEATURES]

    def reconstruct(self, images: np.ndarray, poses: np.ndarray, batch_size: int = 64) -> np.ndarray:
        """Persons in poses: what the model makes of the person in each image and the pose given with it.

        Args:
            images: as for `embed`.
            poses: (N, J, 2) float, x and y of the joints in pixels of the image; negative where missing. The person's
                own, or another one's.
            batch_size: images computed at a time.

        Returns:
            (N, h, w, 3) uint8.

        Raises:
            ValueError: as `embed`, poses that do not fit, or the model was exported without a generator.
        """
        if not self.poses:
            raise ValueError(f"This model was exported without signature {RECONSTRUCT!r}: it has no generator.")
        poses, made, begin = self.poses.checked(poses, len(images)), [], 0
        for part in self.inputs.batches(images, batch_size):
            given = {self.argument: part, POSE: poses[begin : begin + len(part)]}
            made.append(self._model.run(RECONSTRUCT, given)[RECONSTRUCTION])
            begin += len(part)
        return np.concatenate(made)


def load(model: str | os.PathLike) -> Embedder:
    """Loads an exported model.

    Args:
        model: name of a model of the package, one of `shipped.NAMES`; or folder with saved_model.pb, the folder of its
            versions (then the highest number), the export stage's output, or <workdir>/seed_<seed>; or a .tflite file;
            or the .onnx file of `embed`, beside which those of other signatures are found. TensorFlow is imported for
            SavedModels alone, where LiteRT and ONNX Runtime are installed.

    Raises:
        FileNotFoundError: there is no such model.
        ImportError: the runtime of a file is not installed; the message says how to get it.
        ValueError: it cannot be read, or has no signature `embed` as an Embedder needs it.
    """
    path = find(shipped.folder(model))
    opened = FILES[path.suffix](path) if path.is_file() else saved_model.SavedModel(path)
    try:
        return Embedder(opened)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def find(given: Path) -> Path:
    """The folder with saved_model.pb, or the file, of the model that is meant by a path, see `load`.

    Raises:
        FileNotFoundError: there is no such model.
    """
    if given.suffix in FILES and not given.is_dir():
        if not given.is_file():
            raise FileNotFoundError(f"{given} is no file. Write it with the recipe's setting export.formats.")
        return given
    bases = given, given / SAVED_MODEL, given / SAVED_MODEL / SAVED_MODEL
    places = (*map(saved_model.newest, bases), *(base / TFLITE for base in bases if (base / TFLITE).is_file()))
    if place := next(filter(None, places), None):
        return place
    state = "holds no saved_model.pb, nor does a version folder in it" if given.is_dir() else "is no folder"
    raise FileNotFoundError(
        f"{given} {state}. Give the folder that the export stage wrote: <workdir>/seed_<seed>/{SAVED_MODEL}; a file of "
        f"a model: {', '.join(FILES)}; or the name of a model of the package: {', '.join(shipped.NAMES)}."
    )


class Gallery:
    """Features of known persons, searched by exact Euclidean distance.

    Args:
        vectors: (G, D) float, finite.
        identities: (G,) text.

    Raises:
        ValueError: sizes disagree, no rows, values not finite.
        ImportError: faiss is not installed; the message says how to get it.
    """

    def __init__(self, vectors: np.ndarray, identities: np.ndarray):
        blank = np.full(len(vectors), "")
        known = features.Features(vectors, identities, blank, blank)
        if not len(known):
            raise ValueError("A gallery needs at least one row.")
        self.vectors, self.identities = known.vectors, known.identities
        if importlib.util.find_spec("faiss") is None:
            raise ImportError("Gallery search needs faiss: pip install 'tfskel[cpu]', or 'tfskel[gpu]'.")
        from tfskel.clustering import exact_search, neighbours  # SciPy takes longer to import than a model to load

        self._search = exact_search.ExactSearch(np.ascontiguousarray(self.vectors), neighbours.flat)

    def __len__(self) -> int:
        return len(self.vectors)

    def rank(self, vectors: np.ndarray, k: int = 5) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest gallery rows of each vector.

        Args:
            vectors: (N, D) float. Many at once are about ten times cheaper each than one by one.
            k: 1 to G.

        Returns:
            identities (N, k) text and Euclidean distances (N, k) float64, nearest first; equally near rows in the
            order of the gallery. They are the same one by one and many at once.

        Raises:
            ValueError: wrong width, values not finite, or k outside 1..G.
        """
        vectors = np.ascontiguousarray(vectors, np.float32)
        width = self.vectors.shape[1]
        if vectors.ndim != 2 or vectors.shape[1] != width:
            raise ValueError(f"vectors must be (N, {width}) like the gallery; received {vectors.shape}.")
        if not np.isfinite(vectors).all():
            raise ValueError("vectors hold NaN or infinite values.")
        if not 1 <= k <= len(self):
            raise ValueError(f"k must be 1 to {len(self)}, the rows of the gallery; received {k}.")
        rows, squares = self._search(vectors, k)
        return self.identities[rows], np.sqrt(squares)

    def save(self, path: str | os.PathLike) -> None:
        """Writes vectors and identities to an .npz file, complete or not at all."""
        arrays.write(path, vectors=self.vectors, identities=self.identities)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Gallery":
        """Reads a gallery, or the gallery's features file of a run.

        Raises:
            FileNotFoundError: no such file. ValueError: damaged file.
        """
        return cls(**arrays.read(path, ["vectors", "identities"]))
