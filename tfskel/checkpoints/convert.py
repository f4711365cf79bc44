# SPDX-License-Identifier: MIT
"""Turns a checkpoint of an original program into weights of ours."""

import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Sequence

from tfskel import arrays, skeletons
from tfskel.checkpoints import tf1
from tfskel.systems import recognition
from tfskel.systems.cage import model as cage
from tfskel.systems.cage import original as cage_names
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import original as hi_mpc_names
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import original as sm_sge_names

ENCODER = "encoder.weights.h5"
CLASSIFIER = "recognition.weights.h5"
DESCRIPTION = "model.json"


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
        system: one of CONVERTERS.
        path: original checkpoint, see `tf1.read`; for CAGE one for each stream, in the order of the axes.
        out: folder to write: encoder.weights.h5, recognition.weights.h5 if the checkpoint holds a trained
            recognition network, and model.json. It appears complete or not at all.
        skeleton: expected joint layout; None takes the one whose number of joints fits.
        length: frames per sequence f, which most checkpoints do not tell.
        force: replace an existing folder.

    Returns:
        The description.

    Raises:
        ValueError: unknown system, damaged checkpoint, names or shapes that do not fit, another skeleton.
        FileNotFoundError: no such checkpoint.
        FileExistsError: `out` exists and `force` is not set.
    """
    if system not in CONVERTERS:
        raise ValueError(f"Unknown system {system!r}; known: {', '.join(CONVERTERS)}.")
    out = pathlib.Path(out)
    if out.exists() and not force:
        raise FileExistsError(f"{out} exists; choose another folder or pass --force to replace it.")
    paths = [path] if isinstance(path, str | pathlib.Path) else list(path)
    originals = [tf1.read(one) for one in paths]
    if len(originals) > 1 and system not in SEVERAL:
        raise ValueError(f"a {system} network is one checkpoint; received {len(originals)}.")
    out.parent.mkdir(parents=True, exist_ok=True)
    made = pathlib.Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        given = originals if system in SEVERAL else originals[0]
        description = CONVERTERS[system](given, made, skeleton, length)
        sources = [tf1.prefix_of(one).name for one in paths]
        description = {"system": system, **description, "source": sources[0] if len(sources) == 1 else sources}
        arrays.write_json(made / DESCRIPTION, description)
        _publish(made, out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return description


def _publish(made: pathlib.Path, out: pathlib.Path) -> None:
    made.chmod(0o755)
    if not out.exists():
        os.replace(made, out)
        return
    aside = pathlib.Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    os.replace(out, aside / "replaced")
    os.replace(made, out)
    shutil.rmtree(aside, ignore_errors=True)


def _sm_sge(original: dict, folder: pathlib.Path, skeleton: str | None, length: int) -> dict:
    found = sm_sge_names.hyperparameters({name: value.shape for name, value in original.items()})
    _check_skeleton(found["skeleton"], skeleton)
    classes = found.pop("classes")
    encoder = sm_sge.SMSGE(length=length, **found)
    sm_sge_names.load_encoder(encoder, original)
    encoder.save_weights(folder / ENCODER)
    if classes:
        classifier = recognition.Recognition(4 * found["units"], classes)
        sm_sge_names.load_classifier(classifier, original)
        classifier.save_weights(folder / CLASSIFIER)
    return {**found, "length": length, "classes": classes}


def _hi_mpc(original: dict, folder: pathlib.Path, skeleton: str | None, length: int) -> dict:
    found = hi_mpc_names.hyperparameters({name: value.shape for name, value in original.items()})
    _check_skeleton(found["skeleton"], skeleton)
    encoder = hi_mpc.HiMPC(length=length, **found)
    hi_mpc_names.load(encoder, original)
    encoder.save_weights(folder / ENCODER)
    return {**found, "length": length}


def _cage(originals: list[dict], folder: pathlib.Path, skeleton: str | None, length: int) -> dict:
    found = cage_names.hyperparameters({name: value.shape for name, value in originals[0].items()})
    layout = cage_names.skeleton_of(found["num_joints"])
    _check_skeleton(layout, skeleton)
    encoder = cage.CAGE(streams=len(originals), **found)
    cage_names.load(encoder, originals)
    encoder.save_weights(folder / ENCODER)
    return {"skeleton": layout, **found, "streams": len(originals)}


def _check_skeleton(found: str, wanted: str | None) -> None:
    if wanted is not None and skeletons.get(wanted).name != found:
        raise ValueError(f"the checkpoint was trained on skeleton {found!r}, not {wanted!r}.")


CONVERTERS: dict[str, Callable] = {"cage": _cage, "hi_mpc": _hi_mpc, "sm_sge": _sm_sge}
SEVERAL = ("cage",)  # networks that are several checkpoints
