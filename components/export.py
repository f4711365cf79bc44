# SPDX-License-Identifier: MIT
"""Export: a SavedModel that takes raw skeletons, compared with the Keras model before it is published."""

import pathlib
from collections.abc import Callable

import ml_collections
import numpy as np

from components import train as training_stage
from tfskel import arrays, inference, literal_path

TOLERANCE = 1e-5  # of the largest value; the same arithmetic, compiled differently
FOLDER, VERSION = inference.SAVED_MODEL, "1"  # inside the output; serving programs look for numbered folders
INPUT = "skeletons"
COMPARED = 7  # sequences compared, fewer than any batch size that was traced


def _write(system, folder: pathlib.Path) -> None:
    """Writes the system's signatures; the first, `embed`, is `serving_default` too."""
    import keras
    import tensorflow as tf

    archive = keras.export.ExportArchive()
    for models in system.models.values():
        for model in models.values():
            archive.track(model)
    spec = tf.TensorSpec(system.raw_spec.shape, system.raw_spec.dtype, name=INPUT)
    for name, function in _signatures(system).items():
        archive.add_endpoint(name, _of_skeletons(function), [spec])
    archive.write_out(folder, verbose=False)


def _signatures(system) -> dict[str, Callable]:
    """Name -> function of items as captured that returns named outputs."""

    def embed(raw) -> dict:
        vectors = system.represent(system.prepare(raw), portable=True)
        return {name.replace(" ", "_"): values for name, values in vectors.items()}

    signatures = {"embed": embed}
    if system.CLASSIFIER:
        signatures["classify"] = lambda raw: {"scores": system.scores(system.prepare(raw), portable=True)}
    return signatures


def _of_skeletons(function: Callable) -> Callable:
    """The function under the name of its argument that users of the signature give."""
    return lambda skeletons: function(skeletons)


def _run(folder: pathlib.Path, raw: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Signature -> output -> values, computed as programs without Python do it: from the graph and tensor names."""
    import tensorflow as tf

    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        signatures = tf.compat.v1.saved_model.load(session, [tf.saved_model.SERVING], str(folder)).signature_def
        tensors = {
            name: {output: tensor.name for output, tensor in signature.outputs.items()}
            for name, signature in signatures.items()
            if INPUT in signature.inputs
        }
        return {
            name: session.run(outputs, {signatures[name].inputs[INPUT].name: raw}) for name, outputs in tensors.items()
        }


def _check_equal(folder: pathlib.Path, system, raw: np.ndarray) -> dict[str, float]:
    """Largest difference of each signature's outputs, relative to the largest value.

    Raises:
        ValueError: a signature differs from the Keras model by more than rounding.
    """
    import tensorflow as tf

    exported, differences = _run(folder, raw), {}
    for name, function in _signatures(system).items():
        computed = function(tf.constant(raw))
        pairs = [(np.asarray(computed[output]), exported[name][output]) for output in computed]
        differences[name] = max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-12)) for a, b in pairs)
        if not differences[name] <= TOLERANCE:
            raise ValueError(
                f"signature {name!r} of the export differs from the model by {differences[name]:.2g} of its largest "
                f"value (allowed {TOLERANCE}); nothing is published."
            )
    return differences


def export(
    recipe: dict,
    export: ml_collections.ConfigDict,
    recordings: pathlib.Path,
    model: pathlib.Path,
    seed: int,
    saved_model: pathlib.Path,
):
    """Writes a SavedModel with signatures `embed`, `serving_default` (the same) and, where the system has a recognition
    network, `classify`.

    Output `saved_model`: the SavedModel in `saved_model/1`, and `export.json` (selection, signatures, input shape,
    classes, largest difference from the Keras model).
    """
    system, described, parts = training_stage.restore(recipe, recordings, model)
    for phase in system.PHASES:
        if not system.load(model, phase, export.selection):
            raise ValueError(
                f"selection {export.selection!r} kept no epoch of phase {phase} with seed {seed}; the selections are "
                f"{described['epochs'][phase]}. Choose another with --config.export.selection."
            )
    literal = literal_path.Alias(saved_model)
    folder = literal.path / FOLDER / VERSION
    _write(system, folder)
    raw = parts.train.raw(np.arange(min(COMPARED, len(parts.train)))).astype(np.float32)  # stored sets may be float64
    differences = _check_equal(folder, system, raw)
    arrays.write_json(
        saved_model / "export.json",
        {
            "selection": export.selection,
            "skeleton": system.skeleton.name,
            "input": system.input_spec.shape.as_list(),
            "classes": described["classes"],
            "difference": differences,
        },
    )
