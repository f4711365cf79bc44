# SPDX-License-Identifier: MIT
"""Train: fits the recipe's system and keeps the weights of every selection."""

import pathlib
import shutil

import numpy as np
from absl import logging

from components import splits
from tfskel import arrays
from tfskel.data import order, windows
from tfskel.systems import fit as fits
from tfskel.training import execution, selection

DESCRIPTION = "system.json"
HELD_OUT_FIT = "held_out_fit"
PICTURES, OVERLAYS, RECONSTRUCTION = "pictures.npz", "overlays.npz", "reconstruction.npz"
GENERATED = "generated.npz"
PICTURED = 8  # items whose attention is averaged for the pictures, or drawn over them


def _fit(system, fit: fits.Fit, label: str) -> dict[str, dict[str, int]]:
    """Trains all phases; returns phase -> selection -> epoch."""
    from components import logs
    from tfskel.training import loop

    fit.folder.mkdir(exist_ok=True)
    log = logs.RunLog(fit.folder)
    epochs = {}
    for phase in system.phases(fit):
        logging.info("%s: phase %s, %d items, %d identities", label, phase.name, len(fit.train), len(fit.train.classes))
        epochs[phase.name] = loop.fit(phase, fit.folder, log.scalars, log.steps)
    return epochs


def _clean(folder: pathlib.Path) -> None:
    """Deletes what only an interrupted training needs."""
    for path in folder.glob("*.resume"):
        shutil.rmtree(path)
    for path in folder.glob("*.state.json"):
        path.unlink()


def _choose(kind: type, recipe: dict, parts: splits.Splits, seed: int, folder: pathlib.Path) -> dict[str, int]:
    """Epoch of each phase that a second fit chooses on identities kept out of it; empty without such a selection."""
    done = folder / "epochs.json"
    if done.exists():
        return arrays.read_json(done)
    share = recipe["selection"].held_out
    fit = parts.held_out_fit(share, seed, folder)
    if fit is None:
        if share:
            logging.warning(
                "no selection %r: train has %d identities, too few to keep any out.",
                selection.HELD_OUT, len(parts.classes),
            )  # fmt: skip
        return {}
    system = kind(recipe, len(fit.train.classes), seed)
    kept = _fit(system, fit, f"selection on {len(fit.probe.classes)} kept-out identities")
    chosen = {phase: epochs[selection.HELD_OUT] for phase, epochs in kept.items() if selection.HELD_OUT in epochs}
    arrays.write_json(done, chosen)
    _clean(folder)
    for path in folder.glob("*.weights.h5"):
        path.unlink()
    return chosen


def _draw(system, probe, folder: pathlib.Path) -> None:
    """Stores what the report draws of the network: matrices, overlays, made images and a reconstructed sequence.

    All but the last are TensorBoard images, too.
    """
    from components import logs
    from components.drawing import heat_map

    log, rows = logs.RunLog(folder), np.arange(min(PICTURED, len(probe)))
    batch = probe.read(rows)
    pictures = system.pictures(batch)
    for name, matrix in pictures.items():
        log.image(name, heat_map.pixels(matrix, name))
    arrays.write(folder / PICTURES, **pictures)
    spread = order.evenly(len(probe), len(rows))
    overlays = system.overlays(probe.read(spread), probe.picture(spread))
    for name, images in overlays.items():
        log.image(f"overlay/{name}", np.concatenate(images, axis=1))
    if overlays:
        arrays.write(folder / OVERLAYS, **overlays)
    generated = system.generated(probe)
    for name, images in generated.items():
        log.image(f"generated/{name}", np.concatenate(images, axis=1))
    if generated:
        arrays.write(folder / GENERATED, **generated)
    reconstructed = system.reconstruction(batch[:1])
    if reconstructed is not None:
        root = system.skeleton.root
        centred = windows.centre(reconstructed, root)[0]
        arrays.write(folder / RECONSTRUCTION, joints=probe.picture(rows[:1])[0], reconstructed=centred)


def train(
    recipe: dict,
    recordings: pathlib.Path,
    seed: int,
    model: pathlib.Path,
):
    """Fits the recipe's system to the train split.

    Output `model`: weights per phase and selection, `system.json` (classes, epochs of the selections), `metrics.jsonl`,
    `tensorboard`, `pictures.npz` and, where the system has them, `overlays.npz`, `generated.npz` and
    `reconstruction.npz`, and `held_out_fit` with the log of the fit that chose the epochs of the held-out selection.
    """
    from components import logs
    from tfskel import systems
    from tfskel.training import determinism, precision, strategy

    if (model / DESCRIPTION).exists():  # interrupted between the last epoch and the end of this function
        return _clean(model)
    kind = systems.find(recipe["system"])
    parts = splits.read(recordings, recipe["dataset"], recipe["division"])
    if arrays.read_json(recordings / splits.POINTER).get("flat") and kind.DEPTH:
        logging.warning("%s is made for joints with depth, which these lack: %s.", recipe["system"], kind.DEPTH)
    recipe = {**recipe, "dataset": parts.dataset}  # which states the skeleton
    with precision.opened(recipe["training"].precision), strategy.opened(recipe["training"].strategy):
        determinism.set_seed(seed)
        chosen = _choose(kind, recipe, parts, seed, model / HELD_OUT_FIT)
        determinism.set_seed(seed)
        logs.RunLog(model).settings(recipe, seed)
        system = kind(recipe, len(parts.classes), seed)
        epochs = _fit(system, parts.fit(model, chosen), f"seed {seed}")
    if not execution.usual(recipe["training"]):  # as all later stages have it: in float32, on one device
        system = kind(recipe, len(parts.classes), seed)
        for phase in system.PHASES:
            system.load(model, phase, selection.LAST)
    _draw(system, parts.probe, model)
    arrays.write_json(
        model / DESCRIPTION, {"system": recipe["system"], "classes": parts.classes, "epochs": epochs, "seed": seed}
    )
    return _clean(model)


def restore(recipe: dict, recordings: pathlib.Path, model: pathlib.Path):
    """Builds the system that `train` fitted.

    Args:
        recipe: sections by name, and `division`.
        recordings, model: outputs of ingest and train.

    Returns:
        (system without weights, the description in system.json, splits). `system.load(model, phase, selection)` loads
        weights.
    """
    from tfskel import systems
    from tfskel.training import determinism

    described = arrays.read_json(model / DESCRIPTION)
    determinism.set_seed(described["seed"])  # a stage gives the same in a process of its own as behind the training
    parts = splits.read(recordings, recipe["dataset"], recipe["division"])
    recipe = {**recipe, "dataset": parts.dataset}  # which states the skeleton
    return systems.find(described["system"])(recipe, len(described["classes"]), described["seed"]), described, parts
