# SPDX-License-Identifier: MIT
"""The stage that exports a model, and publishes only what is as near to the Keras model as its form allows."""

import pathlib
from collections.abc import Mapping

import ml_collections
import numpy as np
from absl import logging

from components import train as training_stage
from components.export import comparison, forms, model_card, signatures
from tfskel import arrays, inference, literal_path

DESCRIPTION = "export.json"
COMPARED = 7  # items compared, fewer than any batch size that was traced


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
    features, when the frames differ in size or are too many at once), and where it makes images `reconstruct`; then
    the other forms that the recipe asks for.

    Output `saved_model`: each form at its `forms.Form.path`, `export.json` (selection, name and shape of the input,
    joint layout, classes; of every form its size, signatures, those left out and why, closeness to the Keras model and
    time for one item) and `model_card.md`.
    """
    system, described, parts = training_stage.restore(recipe, recordings, model)
    for phase in system.PHASES:
        if not system.load(model, phase, export.selection):
            raise ValueError(
                f"selection {export.selection!r} kept no epoch of phase {phase} with seed {seed}; the selections are "
                f"{described['epochs'][phase]}. Choose another with --config.export.selection."
            )
    made = signatures.of_system(system, evaluation.pooling or parts.protocol.pooling)
    given = compared_items(system, parts.train)
    content = {
        "selection": export.selection,
        "argument": system.INPUT,
        "input": system.raw_spec.shape.as_list(),
        "classes": described["classes"],
        "forms": written(system, made, forms.chosen(export.formats), given, saved_model),
    }
    content |= {name: parts.dataset[name] for name in ("skeleton",) if name in parts.dataset}
    content |= {"joints": system.joints} if system.joints else {}
    arrays.write_json(saved_model / DESCRIPTION, content)
    model_card.write(saved_model, recordings, recipe, described, content)


def compared_items(system, train) -> dict[str, np.ndarray]:
    """Arguments by name: a few items of the train split as captured, and poses where the system takes them."""
    rows = np.arange(min(COMPARED, len(train)))
    # Stored recordings may be float64.
    given = {system.INPUT: train.raw(rows).astype(system.raw_spec.dtype.as_numpy_dtype)}
    return given | ({inference.POSE: np.stack(train.poses(rows))} if system.joints else {})


def written(
    system,
    made: Mapping[str, signatures.Signature],
    names: list[str],
    given: dict,
    folder: pathlib.Path,
) -> dict[str, dict]:
    """Writes forms into a folder: name -> what export.json says of it.

    Args:
        system, made: see `signatures.of_system`.
        names: of the forms.
        given: arguments of the comparison, see `compared_items`.

    Raises:
        ValueError: a form is not near enough to the Keras model.
    """
    literal = literal_path.Alias(folder)
    wanted, given = comparison.computed(made, given)
    found = {}
    for name in names:
        form = forms.FORMS[name]
        offered, left_out = form.offered(made), form.left_out(made)
        for signature, why in left_out.items():
            logging.info("%s leaves out signature %s: %s", name, signature, why)
        path = literal.path / form.path
        form.write(system, offered, literal.path / forms.SAVED_MODEL, path)
        outputs = {signature: values for signature, values in wanted.items() if signature in offered}
        try:
            measures = comparison.measured(form.open(path), form.near, outputs, given)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        size = comparison.size(literal.path / pathlib.PurePath(form.path).parts[0])
        found[name] = {"path": form.path, "bytes": size, "without": left_out} | measures
    return found
