# SPDX-License-Identifier: MIT
"""Networks that the original ST-ReIDNet wrote, read from its files, beside the answers it gave with them."""

import pathlib
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows
from tests.parity.st_reidnet_networks import SYSTEM, first_channels, inputs_of
from tfskel.checkpoints import weight_file
from tfskel.systems.st_reidnet import original

# Recording whose training wrote a file.
OF_GAN, OF_BASELINE = "train_steps_stage0", "baseline_steps_triplet_adam"


def of_encoder(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Features of the encoder."""
    images, _, answers = _checks(path, OF_GAN)
    yield rows.Table(SYSTEM, path.name)("files/E", _network(path)(images), answers["check/E"])


def of_identity_discriminator(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Features of the identity discriminator."""
    images, _, answers = _checks(path, OF_GAN)
    yield rows.Table(SYSTEM, path.name)("files/Di", _network(path)(images), answers["check/Di_feature"])


def of_generator(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Images of the generator, from the recorded features of the encoder."""
    _, maps, answers = _checks(path, OF_GAN)
    drawn = first_channels(_network(path)((maps, answers["check/E"])))[:, :, ::8, ::8]
    yield rows.Table(SYSTEM, path.name)("files/G", drawn, answers["check/G_every8"])


def of_pose_discriminator(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Logits of the pose discriminator."""
    images, maps, answers = _checks(path, OF_GAN)
    yield rows.Table(SYSTEM, path.name)("files/Dp", first_channels(_network(path)((maps, images))), answers["check/Dp"])


def of_baseline(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Features behind the neck, with which the baseline is tested."""
    images, _, answers = _checks(path, OF_BASELINE)
    network = _network(path)
    features = network.neck(network(images), training=False)
    yield rows.Table(SYSTEM, path.name)("files/baseline", features, answers["check/feature_test_bn"])


def of_zip(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """The tensors of the file in the older form, bit for bit."""
    older = weight_file.read(path.with_name(path.name.removeprefix("zip_")))
    found = weight_file.read(path)
    yield rows.Table(SYSTEM, path.name)("tensors", found, older)
    yield rows.Table(SYSTEM, path.name)("names_set", set(found), set(older))


def _network(path: pathlib.Path):
    """The one network of a file, as the converter makes it."""
    made, _ = original.models([weight_file.read(path)], 0)
    return next(iter(made.values()))


def _checks(path: pathlib.Path, case: str) -> tuple:
    """Images (N, h, w, 3) and, of the GAN, pose maps that the recorded answers are to, and these."""
    found = next(iter(sorted(path.parents[1].rglob(f"{case}.npz"))), None)
    if found is None:
        raise reading.Unanswered(f"there is no {case}.npz beside the folder {path.parent.name}, which has its answers.")
    recipe = reading.load_settings(found.with_suffix(".json"))
    checks = [entry for entry in recipe["inputs"] if entry["name"].startswith("check_")]
    inputs = {name: np.moveaxis(value, 1, -1) for name, value in inputs_of({"inputs": checks}).items()}
    return inputs["check_image"], inputs.get("check_posemap"), reading.load(found)


OF_FILE = {
    "best_net_Di": of_identity_discriminator,
    "best_net_Dp": of_pose_discriminator,
    "best_net_E": of_encoder,
    "best_net_G": of_generator,
    "model_best": of_baseline,
    "zip_best_net": of_zip,
}
