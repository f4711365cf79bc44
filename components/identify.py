# SPDX-License-Identifier: MIT
"""The command line that enrols people, names them and forgets them."""

import os
import pathlib
import sys

from absl import app, flags

from datasets_tfds.own_recordings import options
from datasets_tfds.readers import image_files

FLAGS = flags.FLAGS
RUN = flags.DEFINE_string(
    "model", None, "Folder of a seed of a finished run, or a model of the package, e.g. joint_distances_kinect_v1."
)
PEOPLE = flags.DEFINE_string("people", "people.npz", "File of the people enrolled; enrol makes it.")
FALSE_ACCEPTS = flags.DEFINE_float(
    "false_accepts", 0.1, "Wished share of strangers that are taken for somebody, from 0.01 on."
)
THRESHOLD = flags.DEFINE_float("threshold", None, "Largest distance to a known person, instead of one that is learnt.")
LAYOUT = flags.DEFINE_string("layout", "", "Layout of the joints, where names and numbers do not tell.")
UNITS = flags.DEFINE_string("units", "", "Unit of the joints, where the size of people does not tell.")

USAGE = """Enrols people by the model of a run, and names them.

tfskel-identify --model runs/joint_distances_cmu_walk/seed_1 enrol NAME FILE...
tfskel-identify --model runs/joint_distances_cmu_walk/seed_1 identify FILE...
tfskel-identify --model runs/joint_distances_cmu_walk/seed_1 people
tfskel-identify --model runs/joint_distances_cmu_walk/seed_1 forget NAME

FILE is a pose file as the data set own_recordings reads them, or for a model of images a folder with the images of one
person before one camera. People are kept in the file of --people.
"""
ARGUMENTS = {"enrol": (2, None), "identify": (1, None), "people": (0, 0), "forget": (1, 1)}
"""Command -> fewest and most arguments."""


def main(argv: list[str]) -> None:
    """Runs one command."""
    command, arguments = (argv[1] if len(argv) > 1 else ""), argv[2:]
    fewest, most = ARGUMENTS.get(command, (len(arguments) + 1, None))
    if not fewest <= len(arguments) <= (len(arguments) if most is None else most):
        raise SystemExit(USAGE)
    from tfskel import identifier

    path = pathlib.Path(PEOPLE.value)
    try:
        settings = {"false_accepts": FALSE_ACCEPTS.value, "threshold": THRESHOLD.value}
        found = identifier.Identifier.load(RUN.value, path if path.exists() else None, **settings)
        lines = COMMANDS[command](found, *arguments)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise SystemExit(f"stopped: {error.args[0] if isinstance(error, KeyError) else error}") from None
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _enrol(found, name: str, *files: str) -> list[str]:
    rows = sum(found.enrol(name, _frames(found, pathlib.Path(file))) for file in files)
    found.save(PEOPLE.value)
    return [f"{name}: {rows} rows from {len(files)} files, in {PEOPLE.value}"]


def _identify(found, *files: str) -> list[str]:
    lines = []
    sys.stderr.write(f"largest distance {found.threshold:.3g}: {found.threshold_source}\n")
    for file in files:
        answer = found.identify(_frames(found, pathlib.Path(file)))
        others = ", ".join(f"{name} {distance:.3g}" for name, distance in answer.runners_up)
        lines.append(
            f"{file}: {answer.name or 'nobody known'}, distance {answer.distance:.3g} of {found.threshold:.3g}, "
            f"confidence {answer.confidence:.2f}; then {others or 'nobody'}"
        )
    return lines


def _people(found) -> list[str]:
    return found.people() or ["nobody is enrolled"]


def _forget(found, name: str) -> list[str]:
    found.forget(name)
    return [f"{name} is forgotten, and no longer in {PEOPLE.value}"]


COMMANDS = {"enrol": _enrol, "identify": _identify, "people": _people, "forget": _forget}


def _frames(found, path: pathlib.Path):
    """What the model takes: joints of a pose file, or the images of a folder."""
    from datasets_tfds.own_recordings import pose_files
    from tfskel import skeletons

    if found.window > 1:
        skeleton = skeletons.by_num_joints(found.embedder.inputs.num_joints).name
        chosen = options.OPTIONS | {"layout": LAYOUT.value, "units": UNITS.value, "skeleton": skeleton}
        return pose_files.one(path, chosen, lambda text: sys.stderr.write(f"{path}: {text}\n"))
    images = sorted(inside for inside in path.glob("*") if inside.suffix.lower() in image_files.ENDINGS)
    if not images:
        raise FileNotFoundError(f"{path}: expected a folder with images ({', '.join(image_files.ENDINGS)}).")
    return [_image(image) for image in images]


def _image(path: pathlib.Path):
    """(H, W, 3) uint8, RGB."""
    from tfskel.data import image_pixels

    encoded = image_files.read(path)
    image_files.size(encoded, f"image {path}")
    return image_pixels.decode(encoded).numpy()


def console() -> None:
    """Entry point of `tfskel-identify`."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    flags.mark_flag_as_required("model")
    sys.modules["__main__"].__doc__ = USAGE
    app.run(main)
