# SPDX-License-Identifier: MIT
"""Export: a SavedModel that takes raw skeletons, compared with the Keras model before it is published."""

import pathlib

import ml_collections
import numpy as np

from components import splits
from components import train as training_stage
from tfskel import arrays

TOLERANCE = 1e-5  # of the largest value; the same arithmetic, compiled differently
FOLDER = "saved_model"  # inside the output
COMPARED = 7  # sequences compared, fewer than any batch size that was traced


def _module(system):
    """A tf.Module whose signatures are the system's serving functions."""
    import tensorflow as tf

    module = tf.Module()
    module.models = [model for models in system.models.values() for model in models.values()]
    spec = tf.TensorSpec((None, system.length, system.skeleton.num_joints, 3), tf.float32, name="skeletons")
    signatures = {}
    for name, function in system.serving().items():

        def serve(skeletons, function=function):
            return function(skeletons)

        signatures[name] = tf.function(serve, input_signature=[spec])
    return module, signatures


def _check_equal(folder: pathlib.Path, system, joints: np.ndarray) -> dict[str, float]:
    """Largest difference of each signature's outputs, relative to the largest value.

    Raises:
        ValueError: a signature differs from the Keras model by more than rounding.
    """
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    differences = {}
    for name, function in system.serving().items():
        wanted, found = function(tf.constant(joints)), loaded.signatures[name](skeletons=tf.constant(joints))
        pairs = [(np.asarray(wanted[output]), found[output].numpy()) for output in wanted]
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
    """Writes a SavedModel with signatures `embed` and, where the system has a recognition network, `classify`.

    Output `saved_model`: the SavedModel in the folder `saved_model`, and `export.json` (track, signatures, input shape,
    classes, largest difference from the Keras model).
    """
    import tensorflow as tf

    recipe = splits.resolved(recipe, recordings)
    system, described = training_stage.restore(recipe, model)
    for phase in system.PHASES:
        if not system.load(model, phase, export.track):
            raise ValueError(
                f"track {export.track!r} kept no epoch of phase {phase} with seed {seed}; the tracks are "
                f"{described['epochs'][phase]}. Choose another with --config.export.track."
            )
    module, signatures = _module(system)
    folder = saved_model / FOLDER
    tf.saved_model.save(module, str(folder), signatures=signatures)
    parts = splits.read(recordings, recipe["dataset"], recipe["division"])
    sequences = parts.cut(parts.train, recipe["dataset"].train_rule)
    joints = sequences.raw(np.arange(min(COMPARED, len(sequences)))).astype(np.float32)  # stored sets may be float64
    differences = _check_equal(folder, system, joints)
    arrays.write_json(
        saved_model / "export.json",
        {
            "track": export.track,
            "skeleton": recipe["dataset"].skeleton,
            "input": [None, recipe["dataset"].length, system.skeleton.num_joints, 3],
            "classes": described["classes"],
            "difference": differences,
        },
    )
