# SPDX-License-Identifier: MIT
"""Use of an exported model: features of raw skeletons, search of a person in a gallery."""

import importlib.util
import os
from pathlib import Path

import numpy as np

from tfskel import arrays, features, literal_path
from tfskel.clustering import exact_search, neighbours

EMBED, CLASSIFY = "embed", "classify"
SAVED_MODEL = "saved_model"  # the export stage's folder of versions, inside its output


class Embedder:
    """An exported model that turns raw skeletons into features.

    Args:
        signatures: name -> callable, of a loaded SavedModel: `embed` with input `skeletons` (N, f, J, 3) and
            output `features` (N, D) and maybe others, and optionally `classify` with output `scores` (N, C).

    Attributes:
        length: frames per sequence f. num_joints: joints per frame J. classifies: whether `scores` works.
        outputs: what `embed` can return: "features" and, for some systems, its levels by name.
    """

    def __init__(self, signatures):
        self._signatures = signatures
        shape = signatures[EMBED].structured_input_signature[1]["skeletons"].shape
        self.length, self.num_joints = int(shape[1]), int(shape[2])
        self.classifies = CLASSIFY in signatures
        self.outputs = sorted(signatures[EMBED].structured_outputs)

    def embed(self, skeletons: np.ndarray, batch_size: int = 1024, output: str = "features") -> np.ndarray:
        """Features of sequences.

        Args:
            skeletons: (N, f, J, 3) raw joints in metres, as captured; not centred.
            batch_size: sequences computed at a time.
            output: one of `outputs`.

        Returns:
            (N, D) float32.

        Raises:
            ValueError: wrong number of axes, frames, joints or coordinates; nothing to embed; not finite; no such
                output.
        """
        if output not in self.outputs:
            raise ValueError(f"This model embeds as {', '.join(self.outputs)}; received output={output!r}.")
        return self._run(EMBED, output, skeletons, batch_size)

    def scores(self, skeletons: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Scores (N, C) float32 of the train identities, from the recognition network; arguments as `embed`.

        Raises:
            ValueError: as `embed`, or the model was exported without a recognition network.
        """
        if not self.classifies:
            raise ValueError(
                f"This model was exported without signature {CLASSIFY!r}: it has no recognition network. "
                "Use embed and a Gallery."
            )
        return self._run(CLASSIFY, "scores", skeletons, batch_size)

    def _run(self, signature: str, output: str, skeletons: np.ndarray, batch_size: int) -> np.ndarray:
        import tensorflow as tf

        skeletons = self._checked(skeletons)
        function = self._signatures[signature]
        parts = [skeletons[i : i + batch_size] for i in range(0, len(skeletons), batch_size)]
        return np.concatenate([function(skeletons=tf.constant(part))[output].numpy() for part in parts])

    def _checked(self, skeletons: np.ndarray) -> np.ndarray:
        skeletons = np.asarray(skeletons)
        expected = (self.length, self.num_joints, 3)
        text = f"(N, {', '.join(map(str, expected))})"
        if skeletons.shape == expected:
            raise ValueError(f"skeletons must be {text}; received one sequence {expected}: pass skeletons[None].")
        if skeletons.ndim != 4 or skeletons.shape[1:] != expected:
            raise ValueError(
                f"skeletons must be {text}: sequences, frames, joints, coordinates in metres; received shape "
                f"{skeletons.shape}. Trained on {self.length} frames of {self.num_joints} joints."
            )
        if not len(skeletons) or skeletons.dtype.kind not in "fiu":
            raise ValueError(f"skeletons must be numbers, N >= 1; received {len(skeletons)} of {skeletons.dtype}.")
        skeletons = skeletons.astype(np.float32)
        good = np.isfinite(skeletons).all(axis=(1, 2, 3))
        if not good.all():
            raise ValueError(
                f"skeletons hold NaN or infinite values in {np.sum(~good)} of {len(good)} sequences, the "
                f"first is {np.argmin(good)}; drop frames without a skeleton before cutting sequences."
            )
        return skeletons


def load(saved_model_dir: str | os.PathLike) -> Embedder:
    """Loads an exported model.

    Args:
        saved_model_dir: folder with saved_model.pb, the folder of its versions (then the highest number), or the
            export stage's output.

    Raises:
        FileNotFoundError: there is no SavedModel.
        ValueError: it cannot be read, or has no signature `embed` with input `skeletons` (N, f, J, 3).
    """
    folder = _find(Path(saved_model_dir))
    import tensorflow as tf

    literal = literal_path.Alias(folder)
    try:
        model = tf.saved_model.load(str(literal.path))
    except Exception as error:  # TensorFlow raises many types for damaged files
        raise ValueError(f"{folder} is a damaged SavedModel ({error}); export it again.") from error
    signature = model.signatures.get(EMBED)
    spec = signature.structured_input_signature[1].get("skeletons") if signature is not None else None
    if spec is None or spec.shape.rank != 4 or None in spec.shape[1:] or spec.shape[3] != 3:
        raise ValueError(
            f"{folder} has no signature {EMBED!r} with an input `skeletons` (N, f, J, 3); its signatures are "
            f"{sorted(model.signatures)}. Export it with this package."
        )
    embedder = Embedder(model.signatures)
    embedder.model = model  # the variables live as long as the model object
    return embedder


def _find(folder: Path) -> Path:
    """The folder with saved_model.pb that the user means."""
    for base in (folder, folder / SAVED_MODEL):
        versions = [path for path in base.iterdir() if path.name.isdecimal()] if base.is_dir() else []
        for place in (base, *sorted(versions, key=lambda path: int(path.name), reverse=True)):
            if (place / "saved_model.pb").is_file():
                return place
    state = "holds no saved_model.pb, nor does a version folder in it" if folder.is_dir() else "is no folder"
    raise FileNotFoundError(
        f"{folder} {state}. Give the folder that the export stage wrote: <workdir>/seed_<seed>/{SAVED_MODEL}."
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
        _check_faiss()
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


def _check_faiss() -> None:
    if importlib.util.find_spec("faiss") is None:
        raise ImportError(
            "Gallery search needs faiss, which is not installed: pip install 'tfskel[cpu]' or 'tfskel[gpu]'."
        )
