# SPDX-License-Identifier: MIT
"""Train: fits the recipe's system and keeps the weights of every selection track."""

import pathlib
import shutil

from absl import logging

from components import splits
from tfskel import arrays
from tfskel.data import windows
from tfskel.training import selection as tracks

DESCRIPTION = "system.json"
HELD_OUT_FIT = "held_out_fit"
PICTURES, RECONSTRUCTION = "pictures.npz", "reconstruction.npz"
PICTURED = 8  # sequences whose attention is averaged for the pictures


def _fit(system, data, folder: pathlib.Path, chosen: dict[str, int], label: str) -> dict[str, dict[str, int]]:
    """Trains all phases; returns phase -> track -> epoch."""
    from components import logs
    from tfskel.training import loop

    folder.mkdir(exist_ok=True)
    log = logs.RunLog(folder)
    epochs = {}
    for name in system.PHASES:
        logging.info("%s: phase %s, %d sequences, %d identities", label, name, len(data.train), len(data.train.classes))
        rules = system.tracks(name, data.judge, chosen.get(name))
        epochs[name] = loop.fit(system.phase(name, data, rules, folder), folder, log.scalars)
    return epochs


def _clean(folder: pathlib.Path) -> None:
    """Deletes what only an interrupted training needs."""
    for path in folder.glob("*.resume"):
        shutil.rmtree(path)
    for path in folder.glob("*.state.json"):
        path.unlink()


def _choose(kind: type, recipe: dict, parts: splits.Splits, seed: int, folder: pathlib.Path) -> dict[str, int]:
    """Epoch of each phase that a second fit chooses on identities kept out of it; empty without such a track."""
    done = folder / "epochs.json"
    if done.exists():
        return arrays.read_json(done)
    share = recipe["selection"].held_out
    data = parts.judged_by_held_out(share, seed)
    if data is None:
        if share:
            logging.warning(
                "no track %r: train has %d identities, too few to keep any out.", tracks.HELD_OUT, len(parts.classes)
            )
        return {}
    system = kind(recipe, len(data.train.classes), seed)
    found = _fit(system, data, folder, {}, f"selection on {len(data.probe.classes)} kept-out identities")
    chosen = {name: kept[tracks.HELD_OUT] for name, kept in found.items() if tracks.HELD_OUT in kept}
    arrays.write_json(done, chosen)
    _clean(folder)
    for path in folder.glob("*.weights.h5"):
        path.unlink()
    return chosen


def _draw(system, data, folder: pathlib.Path) -> None:
    """Stores matrices and a reconstructed sequence for the report, and the matrices as TensorBoard images."""
    from components import logs
    from components.report import heat_map

    log = logs.RunLog(folder)
    joints = data.probe.take(range(min(PICTURED, len(data.probe))))
    pictures = system.pictures(joints)
    for name, matrix in pictures.items():
        log.image(name, heat_map.pixels(matrix, name))
    arrays.write(folder / PICTURES, **pictures)
    reconstructed = system.reconstruction(joints[:1])
    if reconstructed is not None:
        root = system.skeleton.root
        pair = (windows.centre(part, root)[0] for part in (joints, reconstructed))
        arrays.write(folder / RECONSTRUCTION, **dict(zip(("joints", "reconstructed"), pair, strict=True)))


def train(
    recipe: dict,
    recordings: pathlib.Path,
    seed: int,
    model: pathlib.Path,
):
    """Fits the recipe's system to the train split.

    Output `model`: weights per phase and track, `system.json` (classes, epochs of the tracks), `metrics.jsonl`,
    `tensorboard`, `pictures.npz` and, where the system reconstructs, `reconstruction.npz`, and `held_out_fit` with the
    log of the fit that chose the epochs of the held-out track.
    """
    from tfskel import systems
    from tfskel.training import determinism

    if (model / DESCRIPTION).exists():  # interrupted between the last epoch and the end of this function
        return _clean(model)
    recipe = splits.resolved(recipe, recordings)
    kind = systems.find(recipe["system"])
    parts = splits.read(recordings, recipe["dataset"], recipe["division"])
    determinism.set_seed(seed)
    chosen = _choose(kind, recipe, parts, seed, model / HELD_OUT_FIT)
    determinism.set_seed(seed)
    data = parts.judged_by_probe()
    built = kind(recipe, len(parts.classes), seed)
    epochs = _fit(built, data, model, chosen, f"seed {seed}")
    _draw(built, data, model)
    arrays.write_json(
        model / DESCRIPTION, {"system": recipe["system"], "classes": parts.classes, "epochs": epochs, "seed": seed}
    )
    return _clean(model)


def restore(recipe: dict, model: pathlib.Path):
    """Builds the system that `train` fitted; the recipe states its skeleton, see `splits.resolved`.

    Returns:
        (system without weights, the description in system.json). Load weights with `system.load(model, phase, track)`.
    """
    from tfskel import systems

    described = arrays.read_json(model / DESCRIPTION)
    return systems.find(described["system"])(recipe, len(described["classes"]), described["seed"]), described
