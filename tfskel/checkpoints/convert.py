# SPDX-License-Identifier: MIT
"""Turns a checkpoint of an original program into weights of ours."""

import importlib.util
import os
import pathlib
import shutil
import tempfile
from collections.abc import Sequence

from tfskel import arrays, skeletons, systems
from tfskel.checkpoints import keras_file, tf1, weight_file

DESCRIPTION = "model.json"


def convertible() -> list[str]:
    """Names of the systems whose checkpoints can be converted: those with a module `original`.

    Such a module has `models(originals, length)`, which returns name -> model holding the weights, and a description
    with the skeleton where it has one; and `SEVERAL`, whether one network is several checkpoints.
    """
    return [name for name in systems.SYSTEMS if importlib.util.find_spec(_module(name))]


def convert(
    system: str,
    path: str | pathlib.Path | Sequence[str | pathlib.Path],
    out: str | pathlib.Path,
    skeleton: str | None = None,
    length: int = 6,
    force: bool = False,
) -> dict:
    """Writes weights and a description of the models they belong to.

    Args:
        system: one of `convertible`.
        path: original checkpoint, see `weight_file.read`; for CAGE one for each stream, in the order of the axes;
            for uPMnet the local network, the global one, or both; for ST-ReIDNet any of its four networks.
        out: folder to write: encoder.weights.h5, recognition.weights.h5 if the checkpoint holds a trained
            recognition network (uPMnet: local.weights.h5, global.weights.h5; ST-ReIDNet: encoder, generator,
            identity_discriminator, pose_discriminator), and model.json.
            It appears complete or not at all.
        skeleton: expected joint layout; None takes the one whose number of joints fits.
        length: frames per sequence f, which most checkpoints do not tell.
        force: replace an existing folder.

    Returns:
        The description.

    Raises:
        ValueError: unknown system, damaged checkpoint, names or shapes that do not fit, another skeleton.
        FileNotFoundError: no such checkpoint.
        FileExistsError: `out` exists and `force` is not set.
        OSError: the disk has no room.
    """
    if system not in convertible():
        raise ValueError(f"Unknown system {system!r}; known: {', '.join(convertible())}.")
    out = pathlib.Path(out)
    if out.exists() and not force:
        raise FileExistsError(f"{out} exists; choose another folder or pass --force to replace it.")
    paths = [path] if isinstance(path, str | pathlib.Path) else list(path)
    originals, names = [weight_file.read(path) for path in paths], importlib.import_module(_module(system))
    if len(originals) > 1 and not names.SEVERAL:
        raise ValueError(f"a {system} network is one checkpoint; received {len(originals)}.")
    models, description = names.models(originals, length)
    if skeleton is not None and "skeleton" not in description:
        raise ValueError(f"this is a checkpoint of images; it has no skeleton {skeleton!r}. Leave --skeleton out.")
    if skeleton is not None and skeletons.get(skeleton).name != description["skeleton"]:
        raise ValueError(f"the checkpoint was trained on skeleton {description['skeleton']!r}, not {skeleton!r}.")
    sources = [tf1.prefix_of(path).name for path in paths]
    description = {"system": system, **description, "source": sources[0] if len(sources) == 1 else sources}
    out.parent.mkdir(parents=True, exist_ok=True)
    made = pathlib.Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for name, model in models.items():
            keras_file.write(made / f"{name}.weights.h5", model)
        arrays.write_json(made / DESCRIPTION, description)
        _publish(made, out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return description


def _module(system: str) -> str:
    return f"tfskel.systems.{system}.original"


def _publish(made: pathlib.Path, out: pathlib.Path) -> None:
    made.chmod(0o755)
    if not out.exists():
        os.replace(made, out)
        return
    aside = pathlib.Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    os.replace(out, aside / "replaced")
    os.replace(made, out)
    shutil.rmtree(aside, ignore_errors=True)
