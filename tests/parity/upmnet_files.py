# SPDX-License-Identifier: MIT
"""Files that the original uPMnet wrote beside what the product reads from them: checkpoints, features, Grad-CAM."""

import lzma
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import numpy as np

from datasets_tfds.readers import frame_records
from tests.parity import reading, rows, upmnet_lists, upmnet_runs
from tfskel.checkpoints import tf1
from tfskel.data import image_pixels
from tfskel.evaluation import feature_files
from tfskel.systems.upmnet import grad_cam, mobilenet_v1
from tfskel.systems.upmnet import model as upmnet
from tfskel.systems.upmnet import original as names
from tfskel.systems.upmnet import trainer as training

CAMS = "grad_cam.npz"
SINGLE = "single_file_v1.ckpt"


def claims(path: pathlib.Path) -> bool:
    """Whether a path is a folder with a checkpoint and what came of it, or a checkpoint of a single file."""
    results = (path / CAMS).is_file() and bool(list(path.glob("*.index")))
    return path.name == SINGLE or results or upmnet_runs.claims(path) or upmnet_lists.claims(path)


def compare(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Rows of a folder or file."""
    if path.name == SINGLE:
        yield from _single(path)
    elif upmnet_lists.claims(path):
        yield from upmnet_lists.compare(path, memory)
    else:
        yield from upmnet_runs.compare(path) if upmnet_runs.claims(path) else _checkpoint(path)


def read_checkpoint(folder: pathlib.Path) -> dict[str, np.ndarray]:
    """Variables of the one checkpoint of a folder, whose data may be packed with xz."""
    index = next(iter(folder.glob("*.index")))
    with tempfile.TemporaryDirectory() as unpacked:
        for path in folder.glob(f"{index.stem}.*"):
            target = pathlib.Path(unpacked, path.name.removesuffix(".xz"))
            if path.suffix == ".xz":
                target.write_bytes(lzma.decompress(path.read_bytes()))
            else:
                shutil.copy(path, target)
        return tf1.read(pathlib.Path(unpacked, index.name))


def _checkpoint(folder: pathlib.Path) -> Iterator[rows.Row]:
    """Features and Grad-CAM of the test pictures, by the checkpoint's network and by a training restored from it."""
    row, variables = rows.Table("upmnet", f"{folder.parent.name}/{folder.name}"), read_checkpoint(folder)
    cams = reading.load(folder / CAMS)
    settings = names.hyperparameters({name: value.shape for name, value in variables.items()})
    network = upmnet.PartNetwork(**settings)
    names.load(network, variables)
    images = _pictures(folder.parent / "tfrecords_test", 32 * cams["image0/PrePool"].shape[0])
    recorded = feature_files.array(next(iter(folder.glob("test_*.mat"))))
    yield row("features/loaded", np.transpose(network(images), (0, 2, 1)), recorded)
    anchors = names.anchors(variables, network.parts)
    trainer = training.Trainer(upmnet.PartNetwork(**settings), anchors, "rmsprop", 0.01, 0)
    names.restore(trainer, variables)
    yield row("features/restored", np.transpose(trainer.model(images), (0, 2, 1)), recorded)
    for number, image in enumerate(cams["test_rows"]):
        for name, cam in reading.prefixed(cams, f"image{number}/").items():
            layer = mobilenet_v1.LAST if name == "PrePool" else name.lower()
            ours = grad_cam.maps(network, images[image : image + 1], layer)[0]
            yield row(f"grad_cam/{name}/{number}", ours, cam)


def _pictures(folder: pathlib.Path, image_size: int) -> np.ndarray:
    """Pictures of the records of a folder as a network is fed them."""
    encoded = [encoded for _, encoded in frame_records.read(folder, "test")]
    return image_pixels.compiled(image_pixels.prepared, image_pixels.target(image_size))(encoded).numpy()


def _single(path: pathlib.Path) -> Iterator[rows.Row]:
    """Variables of an old single file, equal to those of the start weights in the folder end_to_end."""
    index = next(iter(path.parent.parent.glob("end_to_end/*.index")), None)
    if index is None:
        raise FileNotFoundError(f"there is no end_to_end/*.index beside {path.parent.name}; it is needed to compare.")
    whole, found = tf1.read(index), tf1.read(path)
    yield rows.Table("upmnet", path.name)("single_file", found, {name: whole[name] for name in found})
