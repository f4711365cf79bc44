# SPDX-License-Identifier: MIT
"""Training steps of the GAN beside their recordings: losses, gradients, what moved, and what must not."""

import pathlib
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows, seeded
from tests.parity.reading import prefixed
from tfskel.systems.st_reidnet import (
    gan,
    generator,
    original,
    pose_discriminator,
    reid_network,
    roles,
    schedules,
    smooth_labels,
)

SYSTEM = "st_reidnet"
SHORT = dict(zip(("E", "G", "Di", "Dp"), gan.NETWORKS, strict=True))  # recorded name of each network
LOSSES = {"E_t": "triplet", "E_c": "classification", "E": "encoder", "G_r": "reconstruction",
          "G_gan_Di": "adversarial_identity", "G_gan_Dp": "adversarial_pose", "G": "generator",
          "D_i": gan.IDENTITY, "D_p": gan.POSE}  # fmt: skip
FACTORS = {"triplet": "tri", "classification": "class", "reconstruction": "recon", "identity": "d", "pose": "dp"}
ROLES = ("anchor", "positive", "negative")
RATES = {0: (1e-5, 4e-5), 1: (1e-4, 1e-3), 2: (1e-6, 1e-5)}  # of generator and discriminators
SHARP = {0: 2, 1: None, 2: None}  # steps of a stage that rounding leaves comparable


def of_step(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """One step of the published size: losses, and the norm of every gradient."""
    recorded, recipe = reading.load(path), reading.load_settings(path.with_suffix(".json"))
    row, trainer = rows.Table(SYSTEM, path.stem), _trainer(recipe, {"E": "resnet50", "Di": "resnet18"})
    batch, labels = _batch(recipe, ""), _labels(recipe)
    images = (roles.by_role(batch[name]) for name in gan.FED)
    caught, apply = {}, trainer.apply
    trainer.apply = lambda gradients: (caught.update(gradients), apply(gradients))
    found, gradients = trainer.gradients(*images, labels.T.reshape(-1), smooth_labels.HARD)
    caught |= gradients
    for name, ours in LOSSES.items():
        yield row(f"gan/full/loss/{name}", found[ours], recorded[f"loss/{name}"])
    for short, network in SHORT.items():
        norms = {original.their_name(weight.path.partition("/")[2]): np.linalg.norm(np.asarray(gradient).astype(float))
                 for weight, gradient in zip(trainer.moved[network], caught[network], strict=True)}  # fmt: skip
        for name, norm in norms.items():
            yield row(f"gan/full/gradient/{short}/{name}", norm, recorded[f"grad/{short}/{name}"][0])


def of_steps(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Several narrow steps, and the networks after them."""
    recorded, recipe = reading.load(path), reading.load_settings(path.with_suffix(".json"))
    row, stage, trainer = rows.Table(SYSTEM, path.stem), recipe["stage"], _trainer(recipe)
    before = _states(trainer)
    for step in range(len(recorded["loss/E"]))[: SHARP[stage]]:
        trainer.start_epoch(step)
        rates = {short: float(trainer.optimizers[name].learning_rate) for short, name in SHORT.items()
                 if name in trainer.optimizers}  # fmt: skip
        want = dict(zip(SHORT, recorded["learning_rates_E_G_Di_Dp"][step], strict=True))
        yield row(f"gan/rates/{step}", rates, {name: want[name] for name in rates})
        told = smooth_labels.told(recorded["smooth_label_draws"][step].reshape(2, 2, 2), (False, False))
        found = trainer.step(_batch(recipe, f"step{step}/"), _labels(recipe), told)
        for name, ours in LOSSES.items():
            yield row(f"gan/loss/{stage}/{step}/{name}", found[ours], recorded[f"loss/{name}"][step])
    if SHARP[stage] is None:
        yield from _moved(row, before, _states(trainer), recorded)
        yield from _answers(row, trainer.networks, recipe, recorded)


def _moved(row: rows.Table, before: dict, after: dict, recorded: dict) -> Iterator[rows.Row]:
    """How far weights and statistics went, of each network together; what stayed, one by one."""
    for short in SHORT:
        want = prefixed(recorded, f"moved/{short}/")
        ours = {name: np.linalg.norm((after[short][name].astype(float) - before[short][name]).ravel()) for name in want}
        still = {name: value for name, value in want.items() if not value}
        if still:
            yield row(f"gan/still/{short}", ours, still)
        if len(still) < len(want):
            yield row(f"gan/moved/{short}", np.linalg.norm(list(ours.values())), np.linalg.norm(list(want.values())))


def _answers(row: rows.Table, networks: dict, recipe: dict, recorded: dict) -> Iterator[rows.Row]:
    """Of the trained networks in use."""
    entries = {entry["name"]: entry for entry in recipe["inputs"]}
    images, maps = (np.moveaxis(seeded.drawn(entries[name]), 1, -1) for name in ("check_image", "check_posemap"))
    encoder, made, identity, pose = (networks[name] for name in gan.NETWORKS)
    features = encoder(images)
    found = {"E": features, "G_every8": np.moveaxis(np.asarray(made((maps, features))), -1, 1)[:, :, ::8, ::8],
             "Dp": np.moveaxis(np.asarray(pose((maps, images))), -1, 1), "Di_feature": identity(images)}  # fmt: skip
    yield from row.each(found, prefixed(recorded, "check/"), "gan/check/")


def _states(trainer: gan.Trainer) -> dict:
    return {short: original.state_dict(trainer.networks[name]) for short, name in SHORT.items()}


def _trainer(recipe: dict, named: dict | None = None) -> gan.Trainer:
    """The product's trainer with recorded weights and settings."""
    config, recipes = recipe["config"], recipe["variables"]
    weights = {
        short: {
            entry["name"].partition("/")[2]: seeded.drawn(entry) for entry in recipes[(named or {}).get(short, short)]
        }
        for short in SHORT
    }
    width, narrow = len(weights["E"]["base_model.conv1.weight"]), len(weights["G"]["en_conv1.weight"])
    joints = weights["G"]["en_conv1.weight"].shape[1]
    encoder = reid_network.ReIDNetwork(50, width, config["last_stride"], recipe["num_ids"])
    made = (
        encoder,
        generator.Generator(joints, encoder.features, narrow, dropout=config["drop"]),
        reid_network.ReIDNetwork(18, width, 2, 1),
        pose_discriminator.PoseDiscriminator(joints, narrow),
    )
    networks = dict(zip(gan.NETWORKS, made, strict=True))
    for short, name in SHORT.items():
        original.load(networks[name], weights[short])
    of_generator, of_discriminators = RATES[config["stage"]]
    rates = dict(zip(gan.NETWORKS, (config["lr"], of_generator, *2 * [of_discriminators]), strict=True))
    factors = {ours: config[f"lambda_{theirs}"] for ours, theirs in FACTORS.items()}
    lengths = config["niter"], config["niter_decay"]
    return gan.Trainer(networks, config["stage"], rates, gan.Objective(**factors),
                       lambda epoch: schedules.linear(epoch, *lengths))  # fmt: skip


def _labels(recipe: dict) -> np.ndarray:
    return np.array(recipe["ids_anchor_positive_negative"], np.int32).T


def _batch(recipe: dict, mark: str) -> dict[str, np.ndarray]:
    entries = {entry["name"]: entry for entry in recipe["inputs"]}

    def drawn(kind: str) -> np.ndarray:
        return np.stack([seeded.drawn(entries[f"{mark}{role}/{kind}"]) for role in ROLES], axis=1)

    images = {"input": "input", "target": "origin", "pose_maps": "posemap"}
    masks = (drawn("mask_uniform") > 0.6).astype(np.float32)[..., None]
    return {ours: np.moveaxis(drawn(theirs), 2, -1) for ours, theirs in images.items()} | {"masks": masks}
