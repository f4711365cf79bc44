# SPDX-License-Identifier: MIT
"""uPMnet's training beside its recordings: association of given features, and whole steps."""

import pathlib
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows
from tests.parity.reading import prefixed
from tests.parity.seeded import drawn, weights_of
from tfskel.checkpoints import assign
from tfskel.systems.upmnet import anchors as anchor_state
from tfskel.systems.upmnet import losses
from tfskel.systems.upmnet import model as upmnet
from tfskel.systems.upmnet import original as names
from tfskel.systems.upmnet import trainer as training

# Steps that follow the recording; later ones amplify rounding, see the tolerances.
COMPARED = {"mobilenet_v1": 2, "resnet_v1_50": 4}


def association(path: pathlib.Path, recorded: dict) -> Iterator[rows.Row]:
    """Losses, gradients, partners and anchors of given features of one part, step by step."""
    import tensorflow as tf

    row, cameras = rows.Table("upmnet", path.stem), range(int(recorded["num_cams"]))
    state = anchor_state.Anchors(recorded["num_tracklets"], 1, recorded["features"].shape[-1])
    for kind in ("intra", "cross"):
        initial = np.concatenate([recorded[f"{kind}_init_cam{camera}"] for camera in cameras])
        getattr(state, kind).assign(initial[None])
    for step, features in enumerate(recorded["features"]):
        ids, of_camera = ((recorded[f"{name}_ids"][step] - 1).astype(np.int32) for name in ("tracklet", "cam"))
        anchors = state.rows(ids, of_camera)
        with tf.GradientTape() as tape:
            given = tf.constant(features)
            tape.watch(given)
            normalised = losses.normalised(given)[None]
            found = losses.part_losses(
                normalised, state.intra, state.cross, anchors, state.cameras, float(recorded["margin"])
            )
            loss = tf.reduce_sum(found)
        of_features, of_normalised = tape.gradient(loss, [given, normalised])
        yield row(f"association/loss/{step}", loss, recorded["loss"][step])
        yield row(f"association/terms/{step}", found[:, 0], recorded["ref_loss_intra_cross"][step])
        yield row(f"association/gradient/{step}", of_features, recorded["grad_features"][step])
        yield row(f"association/gradient_normalised/{step}", of_normalised[0],
                  recorded["grad_normalised_features"][step])  # fmt: skip
        started = tf.constant(bool(recorded["start_sign"][step]))
        state.intra.assign(losses.updated_intra(state.intra, normalised, anchors, float(recorded["eta"])))
        *_, consistent = losses.consistent_pairs(state.intra, anchors, state.cameras)
        consistent = np.asarray(tf.logical_and(consistent, started)[0])
        cross, _ = losses.updated_cross(state.cross, state.intra, anchors, state.cameras, started)
        state.cross.assign(cross)
        for camera in cameras:
            partners = f"ref_consistent_step{step}_cam{camera}"
            if partners in recorded:
                yield row(f"association/consistent/{step}/{camera}", consistent[of_camera == camera].astype(int),
                          recorded[partners])  # fmt: skip
            for kind in ("intra", "cross"):
                ours = getattr(state, kind).numpy()[0, state.of_camera(camera)]
                yield row(f"association/{kind}/{step}/{camera}", ours, recorded[f"{kind}_after_step{step}_cam{camera}"])


def steps(path: pathlib.Path, recorded: dict) -> Iterator[rows.Row]:
    """Losses of the steps that rounding leaves comparable, and what must be exact after all."""
    recipe, row = reading.load_settings(path.with_suffix(".json")), rows.Table("upmnet", path.stem)
    weights, images = weights_of(recipe), _images(recipe, recorded)
    if "images_step0" in recorded:
        yield row("recipe/images", images[0], recorded["images_step0"])
    trainer, backbone = _trainer(recipe, recorded, weights), recipe["model"]
    decayed = recipe["weight_decay"] / 2 * sum(
        float(np.square(weights[name].astype(float)).sum()) for name in weights
        if name.endswith("/weights") and "Logits" in name and "Relation" not in name
    )  # fmt: skip
    count, found = len(recorded["association_loss"]), []
    compared = min(COMPARED[backbone], count)
    for step in range(count if _followed(recipe) else compared):
        ids, cameras = ((recorded[f"{name}_ids"][step] - 1).astype(np.int32) for name in ("tracklet", "cam"))
        rate = float(trainer.optimizer.learning_rate)
        found.append({name: float(value) for name, value in trainer.step(images[step], ids, cameras).items()})
        yield row(f"learning_rate/{step}", rate, recorded["learning_rate"][step])
        if step < compared:
            yield row(f"steps/{backbone}/{step}", found[-1]["association"], recorded["association_loss"][step])
    yield row("weight_decay", found[0]["total"] - found[0]["association"] + decayed, recorded["reg_loss_initial"])
    head = {name: value for name, value in prefixed(recorded, "final/").items() if "/Relation_" in name}
    if head:
        yield row("frozen", {name: _ours(trainer.trained, name) for name in head}, head)
    if _followed(recipe):
        yield from _final(row, trainer, prefixed(recorded, "final/"))


def _followed(recipe: dict) -> bool:
    return recipe["model"] == "resnet_v1_50" and recipe["optimizer"] == "sgd"


def _images(recipe: dict, recorded: dict) -> np.ndarray:
    offset = recorded["image_track_colour_offset"][recorded["tracklet_ids"]][:, :, None, None]
    return np.clip(0.5 * drawn(recipe["input"]).astype(np.float64) + offset, -1, 1).astype(np.float32)


def _trainer(recipe: dict, recorded: dict, weights: dict) -> training.Trainer:
    import keras

    network = upmnet.PartNetwork(**names.hyperparameters({name: value.shape for name, value in weights.items()}))
    names.load(network, weights)
    rates = [float(rate) for rate in recorded["learning_rate"]]
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(list(range(len(rates) - 1)), rates)
    return training.Trainer(
        network,
        anchor_state.Anchors(recipe["num_tracklets"], network.parts, network.features),
        recipe["optimizer"],
        schedule,
        recipe["start_sign_from_step"],
        weight_decay=recipe["weight_decay"],
        margin=recipe["margin"],
        rate=recipe["eta"],
        clip=recipe["grad_clip"],
    )


def _ours(network: upmnet.PartNetwork, name: str) -> np.ndarray:
    entry = names.table(network)[name]
    value = assign.named_weights(network)[entry.ours].numpy()
    return value[entry.index] if entry.index else value


def _final(row: rows.Table, trainer: training.Trainer, final: dict) -> Iterator[rows.Row]:
    """The state after the last step, by kind of variable."""
    of_trunk = {name: value for name, value in final.items() if name.startswith("resnet") and "/Logits/" not in name}
    kinds = {
        "statistics": {name: value for name, value in of_trunk.items() if "/moving_" in name},
        "weights": {name: value for name, value in of_trunk.items() if name.endswith("/weights")},
    }
    for kind, recorded in kinds.items():
        yield row(f"final_{kind}", {name: _ours(trainer.trained, name) for name in recorded}, recorded)
    state, anchors = {}, trainer.anchors
    for part in range(trainer.model.parts):
        for camera in range(len(anchors.tracklets)):
            state[f"intra_anchors{part}{camera}"] = anchors.intra.numpy()[part, anchors.of_camera(camera)]
    yield row("final_anchors", state, {name: final[name] for name in state})
