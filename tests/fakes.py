# SPDX-License-Identifier: MIT
"""The set-up of the tests: people who walk, the files that users bring, and runs of a few seconds."""

import importlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import h5py
import ml_collections
import numpy as np

from components import stages
from datasets_tfds.cmu_walk import embedded
from tfskel.data import frames as image_frames
from tfskel.data import image_split as images
from tfskel.data import recordings
from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import protocols
from tfskel.systems import fit as fits

ROOT = pathlib.Path(__file__).parents[1]
GOLDEN = ROOT / "tests/golden"
SPLITS = ("train", "gallery", "probe")

# System -> settings with which a run on the simulator takes seconds and still does all it does.
_TINY = {
    "dataset.length": 3,
    "dataset.options.num_identities": 5,
    "dataset.options.recordings_per_identity": 3,
    "dataset.options.frames": 20,
    "network.units": 4,
    "training.batch_size": 10,
    "training.epochs": 2,
}
_TWO_STAGES = {"recognition.batch_size": 10, "recognition.epochs": 12}
SMALL = {
    "cage": _TINY | _TWO_STAGES,
    "hi_mpc": _TINY
    | {
        "network.heads": 2,
        "training.batch_size": 8,
        "training.epochs": 3,
        "training.k1": 8,
        "training.probe_remainder": "drop",
    },
    "joint_distances": {name: value for name, value in _TINY.items() if name.startswith("dataset.")},
    "sm_sge": _TINY | _TWO_STAGES | {"network.heads": 2, "dataset.length": 2},
}
# The same for systems of images, and their recipes.
_WALKERS = {
    "dataset.image_size": 64,
    "dataset.options": {"set": "walkers", "train_persons": 4, "test_persons": 3, "train_frames": 3,
                        "test_frames": 2, "height": 32},
    "training.batch_size": 8,
}  # fmt: skip
SMALL_IMAGES = {
    "st_reidnet": _WALKERS
    | {"dataset.probe": "probe", "network.depth": 18, "network.width": 2, "training.epochs": 2, "selection.every": 1},
    "upmnet": _WALKERS | {"network.parts": 2, "training.steps": 4},
}
_OF_IMAGES = {"st_reidnet": "st_reidnet_person_sim:part=baseline", "upmnet": "upmnet_person_sim"}


def recorded(variable: str, *parts: str) -> pathlib.Path:
    """A path below the folder that an environment variable names; it does not exist where the variable is not set.

    TFSKEL_GOLDEN is the folder of all recordings of the original programs (a folder for each system), TFSKEL_CMU_WALK
    that of the CMU walking set with raw files and other layouts. Tests that need them skip where they are not at hand.
    """
    return pathlib.Path(os.environ.get(variable) or f"{variable} is not set", *parts)


def walk(person: int, seed: int, frames: int = 24, joints: int = 20) -> np.ndarray:
    """(frames, joints, 3) metres: a body of its own that sways and comes nearer, with 5 mm of noise."""
    body, noise = np.random.default_rng(1000 + person), np.random.default_rng(seed)
    base = body.normal(0, 0.25, (joints, 3))
    base[:, 1] += np.linspace(0.9, 1.7, joints)
    time = np.arange(frames)[:, None, None] / 30
    swing = body.uniform(0.02, 0.1, (1, joints, 3)) * np.sin(7.5 * time + body.uniform(0, 6.28, (1, joints, 3)))
    walked = base + swing + noise.normal(0, 0.005, (frames, joints, 3))
    walked[..., 2] += 2.5 - 0.3 * time[..., 0]
    return walked


def examples(names=("id0", "id1", "id2"), frames: int = 24, joints: int = 20) -> dict[str, list[dict]]:
    """Split -> example dicts, one recording for each identity and split."""
    return {
        split: [
            {
                "joints": walk(person, 10 * person + number, frames, joints).astype(np.float32),
                "identity": name,
                "recording": f"{name} {split}",
            }
            for person, name in enumerate(names)
        ]
        for number, split in enumerate(SPLITS)
    }


def real_walks(skeleton: str = "kinect_v1", noisy: bool = True) -> dict[str, list[dict]]:
    """Split -> example dicts of real people's recordings, those of the package."""
    return embedded.splits(skeleton, noisy)


def real_recordings(skeleton: str = "kinect_v1", noisy: bool = True) -> dict[str, recordings.Recordings]:
    """Split -> recordings of real people."""
    walks = real_walks(skeleton, noisy)
    return {split: recordings.Recordings.from_list(rows) for split, rows in walks.items()}


def write_npz(folder: pathlib.Path, splits: dict[str, list[dict]]) -> pathlib.Path:
    """recordings.npz and splits.json."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for rows in splits.values() for row in rows]
    length = np.array([len(row["joints"]) for row in rows])
    np.savez(
        folder / "recordings.npz",
        joints=np.concatenate([row["joints"] for row in rows]),
        recording=np.array([row["recording"] for row in rows]),
        identity=np.array([row["identity"] for row in rows]),
        start=np.cumsum(length) - length,
        length=length,
    )
    segments = {split: [[row["recording"], 0, len(row["joints"])] for row in rows] for split, rows in splits.items()}
    (folder / "splits.json").write_text(json.dumps({"splits": segments}), encoding="utf-8")
    return folder


def csv_text(splits: dict[str, list[dict]]) -> str:
    """One row per frame, with a column split."""
    joints = next(iter(splits.values()))[0]["joints"].shape[1]
    lines = [",".join(["recording", "identity", "frame", "split", *(f"{a}{j}" for j in range(joints) for a in "xyz")])]
    for split, rows in splits.items():
        for row in rows:
            numbers = row.get("frames", np.arange(len(row["joints"])))
            for frame, pose in zip(numbers, row["joints"], strict=True):
                words = [row["recording"], row["identity"], str(frame), split]
                lines.append(",".join([*words, *(f"{value:.4f}" for value in pose.ravel())]))
    return "\n".join(lines) + "\n"


def write_csv(folder: pathlib.Path, splits: dict[str, list[dict]]) -> pathlib.Path:
    """recordings.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recordings.csv").write_text(csv_text(splits), encoding="utf-8")
    return folder


def walkers(
    seed: int, people: int = 4, takes: int = 2, frames: int = 20, joints: int = 14, apart: float = 1.0
) -> recordings.Recordings:
    """Recordings of people p0, p1, ... of their own size, moving a little; the seed decides how they move.

    Args:
        takes: recordings of each, named "0", "1", ...
        apart: how different the people are.
    """
    rng = np.random.default_rng(seed)
    shapes = apart * np.random.default_rng(99).normal(size=(people, joints, 3))
    rows = []
    for take in range(takes):
        for person, shape in enumerate(shapes):
            walked = shape + np.cumsum(0.05 * rng.normal(size=(frames, joints, 3)), axis=0)
            rows.append({"joints": walked.astype(np.float32), "identity": f"p{person}", "recording": f"{take}"})
    return recordings.Recordings.from_list(rows)


def photographs(people: int = 4, cameras: int = 2, frames: int = 3, height: int = 32, seed: int = 0) -> list[dict]:
    """Example dicts of images: persons p0, p1, ... in clothes of their own colours, each a tracklet in every camera."""
    from PIL import Image

    colours, noise = np.random.default_rng(7).integers(40, 216, (people, 2, 3)), np.random.default_rng(seed)
    examples = []
    for camera in range(cameras):
        for person in range(people):
            for frame in range(frames):
                clothes = np.repeat(colours[person], height // 2, axis=0)[:, None]  # (height, 1, 3)
                picture = clothes + 10 * camera + noise.integers(-30, 30, (height, height // 2, 3))
                file = io.BytesIO()
                Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(file, "PNG")
                name = f"cam{camera}/p{person}"
                examples.append({"image": file.getvalue(), "identity": f"p{person}", "camera": f"cam{camera}",
                                 "tracklet": name, "frame": frame, "path": f"{name}/{frame}.png",
                                 "height": height, "width": height // 2})  # fmt: skip
    return examples


def image_split(examples: list[dict], image_size: int = 32, preparation: str = "inception") -> images.ImageSplit:
    """The examples as a split."""
    stored = image_frames.from_list(examples)
    classes = sorted(set(stored.identity.tolist()))
    return images.ImageSplit(stored, np.arange(len(stored)), image_size, classes, preparation=preparation)


def image_fit(image_size: int = 32, validation: str = "probe", **of) -> fits.Fit:
    """What a fit sees of photographs: first camera in the others; arguments as for `photographs`."""
    train, test = (image_split(photographs(seed=seed, **of), image_size) for seed in (0, 1))
    first = test.camera == "cam0"
    sides = (test.subset(np.flatnonzero(side)) for side in (first, ~first))
    return fits.Fit(train, *sides, validation, protocols.Protocol(pooling="max"))


def fit(f: int = 4, root: int | None = 0, validation: str = "probe", protocol=protocols.STANDARD, **walk) -> fits.Fit:
    """What a fit sees of three splits of walkers; further arguments as for `walkers`."""
    train = sequences.build(walkers(0, **walk), f=f, root=root)
    probe, gallery = (
        sequences.build(walkers(seed, **walk), f=f, root=root, rule="testing", classes=train.classes) for seed in (1, 2)
    )
    return fits.Fit(train, probe, gallery, validation, protocol)


def read_recipe(name: str, /, **settings) -> ml_collections.ConfigDict:
    """A recipe of configs, as in "cage_ias:probe=b"; settings by their keys, e.g. **{"training.epochs": 1}."""
    module, _, argument = name.partition(":")
    made = importlib.import_module(f"configs.{module}").get_config(*filter(None, [argument]))
    made.update_from_flattened_dict(settings)
    return made


def recipe(system: str, /, **settings) -> ml_collections.ConfigDict:
    """The simulator's recipe of a system in its small form, with further settings."""
    if system in SMALL_IMAGES:
        return read_recipe(_OF_IMAGES[system], **SMALL_IMAGES[system] | settings)
    return read_recipe(f"{system}_gait_sim", **SMALL[system] | settings)


def sections(config: ml_collections.ConfigDict, division: int | None = None) -> dict:
    """A recipe as the runner hands it to a stage."""
    return {name: config.get(name) for name in stages.RECIPE} | {"division": division}


def command(recipe: str, workdir: pathlib.Path, settings: dict, *extra: str) -> list[str]:
    """The program's command line; `recipe` as in "cage_ias.py:probe=b"."""
    flags = [f"--config.{name}={value}" for name, value in settings.items()]
    program = [sys.executable, str(ROOT / "tools/run.py"), "--config", str(ROOT / "configs" / recipe)]
    return [*program, "--workdir", str(workdir), *flags, *extra]


def environment(**variables: str) -> dict[str, str]:
    """Of a program of this checkout."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | variables


def run(words: list[str], folder: pathlib.Path = ROOT, **variables: str) -> subprocess.CompletedProcess:
    """Runs a program to its end."""
    return subprocess.run(
        words, cwd=folder, env=environment(**variables), capture_output=True, text=True, errors="replace", timeout=600
    )


def run_and_kill(words: list[str], path: pathlib.Path) -> None:
    """Starts a program and kills it (kill -9) as soon as it has written a file."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(words, cwd=ROOT, env=environment(), start_new_session=True, **silent)
    until = time.monotonic() + 300
    while not path.exists():
        assert time.monotonic() < until and process.poll() is None, f"the program ended before it wrote {path.name}"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def logged(model: pathlib.Path) -> list[dict]:
    """Scalars of each epoch of a model folder, without the seconds."""
    lines = (model / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"} for line in lines]


def kept_weights(model: pathlib.Path) -> dict[str, bytes]:
    """File and name -> bytes of all weights that a model folder keeps."""
    kept = {}
    for path in sorted(model.glob("[!.]*.weights.h5")):
        with h5py.File(path) as file:
            names = []
            file.visit(names.append)
            kept |= {f"{path.name} {name}": file[name][()].tobytes() for name in names if hasattr(file[name], "dtype")}
    assert kept, f"{model} keeps no weights"
    return kept


def rows(folder: pathlib.Path) -> list[dict]:
    """Rows of metrics.json in a run's report or in the results of one seed."""
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["rows"]
