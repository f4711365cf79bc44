# SPDX-License-Identifier: MIT
"""Export: a SavedModel that takes items as captured, compared with the Keras model before it is published."""

import dataclasses
import functools
import inspect
import pathlib
from collections.abc import Callable

import ml_collections
import numpy as np

from components import train as training_stage
from tfskel import arrays, inference, literal_path

TOLERANCE = 1e-5  # of the largest value; the same arithmetic, compiled differently
ONE_LEVEL = 1 / 255  # of bytes, whose rounding such a difference may turn
FOLDER, VERSION = inference.SAVED_MODEL, "1"  # inside the output; serving programs look for numbered folders
COMPARED = 7  # items compared, fewer than any batch size that was traced


@dataclasses.dataclass(frozen=True)
class Signature:
    """One signature of an exported model: a function of tensors with named outputs, and the specs of its arguments."""

    arguments: dict[str, "tf.TensorSpec"]  # noqa: F821
    function: Callable

    def named(self) -> Callable:
        """The function under the names of its arguments that users of the signature give."""
        function = functools.partial(self.function)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        function.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in self.arguments])
        return function


def signatures(system, pooling: str) -> dict[str, Signature]:
    """Name -> signature; the first, `embed`, is `serving_default` too.

    Args:
        system: with the weights to export.
        pooling: "max" or "mean" adds what makes one item of the frames of a tracklet; "" does not.
    """
    import tensorflow as tf

    def embed(raw) -> dict:
        vectors = system.represent(system.prepare(raw), portable=True)
        return {name.replace(" ", "_"): values for name, values in vectors.items()}

    def template(vectors) -> dict:
        pooled = {"max": tf.reduce_max, "mean": tf.reduce_mean}[pooling](vectors, axis=0)
        return {inference.FEATURES: tf.math.divide_no_nan(pooled, tf.norm(pooled))}

    made = {inference.EMBED: embed}
    if system.CLASSIFIER:
        made[inference.CLASSIFY] = lambda raw: {"scores": system.scores(system.prepare(raw), portable=True)}
    if pooling:
        made[inference.EMBED_TRACKLET] = lambda raw: template(embed(raw)[inference.FEATURES])
    raw = _named(system.INPUT, system.raw_spec.shape, system.raw_spec.dtype)
    found = {name: Signature(raw, function) for name, function in made.items()}
    if pooling:
        found[inference.TEMPLATE] = Signature(_named(inference.VECTORS, (None, None), tf.float32), template)
    if system.joints:
        pose = _named(inference.POSE, (None, system.joints, 2), tf.float32)
        found[inference.RECONSTRUCT] = Signature(
            raw | pose, lambda images, pose: {inference.RECONSTRUCTION: system.reconstruct(images, pose)}
        )
    return found


def _named(name: str, shape, dtype) -> dict[str, "tf.TensorSpec"]:  # noqa: F821
    import tensorflow as tf

    return {name: tf.TensorSpec(shape, dtype, name=name)}


def _write(system, signatures: dict[str, Signature], folder: pathlib.Path) -> None:
    import keras

    archive = keras.export.ExportArchive()
    for models in system.models.values():
        for model in models.values():
            archive.track(model)
    for name, signature in signatures.items():
        archive.add_endpoint(name, signature.named(), list(signature.arguments.values()))
    archive.write_out(folder, verbose=False)


def _run(folder: pathlib.Path, given: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Signature of these arguments -> output -> values, computed as programs without Python do it: from the graph."""
    import tensorflow as tf

    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        signatures = tf.compat.v1.saved_model.load(session, [tf.saved_model.SERVING], str(folder)).signature_def
        return {
            name: session.run(
                {output: tensor.name for output, tensor in signature.outputs.items()},
                {tensor.name: given[argument] for argument, tensor in signature.inputs.items()},
            )
            for name, signature in signatures.items()
            if signature.inputs and set(signature.inputs) <= set(given)
        }


def _check_equal(
    folder: pathlib.Path, signatures: dict[str, Signature], given: dict[str, np.ndarray]
) -> dict[str, float]:
    """Largest difference of the outputs of each signature of items, relative to the largest value.

    Raises:
        ValueError: a signature differs from the Keras model by more than rounding.
    """
    import tensorflow as tf

    exported, differences = _run(folder, given), {}
    for name, signature in signatures.items():
        if set(signature.arguments) <= set(given):
            computed = signature.function(*(tf.constant(given[argument]) for argument in signature.arguments))
            pairs = [(np.asarray(computed[output]), exported[name][output]) for output in computed]
            differences[name] = max(map(_difference, pairs))
            allowed = ONE_LEVEL if any(a.dtype == np.uint8 for a, _ in pairs) else TOLERANCE
            if not differences[name] <= allowed:
                raise ValueError(
                    f"signature {name!r} of the export differs from the model by {differences[name]:.2g} of its "
                    f"largest value (allowed {allowed:.2g}); nothing is published."
                )
    return differences


def _difference(pair: tuple[np.ndarray, np.ndarray]) -> float:
    """Largest difference over the largest value, of bytes over the largest possible one."""
    largest = 255 if pair[0].dtype == np.uint8 else np.abs(pair[0]).max()
    ours, exported = (values.astype(np.float64) for values in pair)
    return float(np.abs(ours - exported).max() / max(largest, 1e-12))


def export(
    recipe: dict,
    export: ml_collections.ConfigDict,
    evaluation: ml_collections.ConfigDict,
    recordings: pathlib.Path,
    model: pathlib.Path,
    seed: int,
    saved_model: pathlib.Path,
):
    """Writes a SavedModel with signatures `embed`, `serving_default` (the same), where the system has a recognition
    network `classify`, where frames are pooled `embed_tracklet` (frames of one tracklet) and `template` (their
    features, when the frames differ in size or are too many at once), and where it makes images `reconstruct`.

    Output `saved_model`: the SavedModel in `saved_model/1`, and `export.json` (selection, name and shape of the input,
    joint layout, classes, largest difference from the Keras model).
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
    made = signatures(system, evaluation.pooling or parts.protocol.pooling)
    _write(system, made, folder)
    # Stored recordings may be float64.
    rows = np.arange(min(COMPARED, len(parts.train)))
    given = {system.INPUT: parts.train.raw(rows).astype(system.raw_spec.dtype.as_numpy_dtype)}
    if system.joints:
        given[inference.POSE] = np.stack(parts.train.poses(rows))
    differences = _check_equal(folder, made, given)
    arrays.write_json(
        saved_model / "export.json",
        {
            "selection": export.selection,
            "argument": system.INPUT,
            "input": system.raw_spec.shape.as_list(),
            "classes": described["classes"],
            "difference": differences,
        }
        | {name: parts.dataset[name] for name in ("skeleton",) if name in parts.dataset}
        | ({"joints": system.joints} if system.joints else {}),
    )
