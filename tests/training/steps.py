# SPDX-License-Identifier: MIT
"""A training step of every system, tiny for tests or of the published size for measurements, on invented batches."""

import dataclasses
from collections.abc import Callable

import numpy as np

from tfskel.data import pose_maps
from tfskel.systems import recognition
from tfskel.systems.cage import model as cage_model
from tfskel.systems.cage import trainer as cage_trainer
from tfskel.systems.hi_mpc import model as hi_mpc_model
from tfskel.systems.hi_mpc import trainer as hi_mpc_trainer
from tfskel.systems.sm_sge import model as sm_sge_model
from tfskel.systems.sm_sge import trainer as sm_sge_trainer
from tfskel.systems.st_reidnet import baseline, gan, generator, pose_discriminator, reid_network
from tfskel.systems.upmnet import anchors, trainer
from tfskel.systems.upmnet import model as upmnet_model

LEARNING_RATE, CLASSES = 5e-4, 4
JOINTS = min(pose_maps.BODIES)


@dataclasses.dataclass(frozen=True)
class Case:
    """A trainer and its batch.

    Attributes:
        trainer: with `step`.
        batch: arguments of `step`.
        models: whose weights the step moves.
    """

    trainer: object
    batch: tuple
    models: list

    def step(self) -> dict[str, float]:
        """One step; its losses."""
        return {name: float(value) for name, value in self.trainer.step(*self.batch).items()}

    def weights(self) -> dict[str, np.ndarray]:
        """Path of each weight -> its value."""
        return {weight.path: weight.numpy() for model in self.models for weight in model.weights}


def _normal(*shape: int, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    return (scale * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def _labels(*shape: int, classes: int = CLASSES) -> np.ndarray:
    return np.random.default_rng(1).integers(classes, size=shape).astype(np.int32)


def cage(count: int, units: int) -> Case:
    """All three axes."""
    model = cage_model.CAGE(20, 6, units, seed=1)
    made = cage_trainer.Trainer(model, LEARNING_RATE, 0.1, ["LA"] * 3)
    source = _normal(3, count, 6, 20, scale=0.3)
    return Case(made, (source, source[:, :, ::-1].copy()), [model])


def hi_mpc(count: int, units: int) -> Case:
    """Three levels of CLASSES prototypes each."""
    model = hi_mpc_model.HiMPC("kinect_v1", 6, units, heads=2 if units < 64 else 8, seed=1)
    prototypes = [_normal(CLASSES, units, scale=0.05, seed=level) for level in range(3)]
    batch = (_normal(count, 6, 20, 3, scale=0.3), _labels(count, 3), *prototypes)
    return Case(hi_mpc_trainer.Trainer(model, LEARNING_RATE), batch, [model])


def sm_sge(count: int, units: int, loss: str = "l1") -> Case:
    """Pre-training on sub-sequences that share prefixes."""
    model = sm_sge_model.SMSGE("kinect_v1", 6, units=units, seed=1)
    drawn = sm_sge_trainer.draw_sub_sequences(6, np.random.RandomState(25))
    made = sm_sge_trainer.PretrainTrainer(model, LEARNING_RATE, drawn, loss)
    return Case(made, (_normal(count, 6, 20, 3, scale=0.3),), [model])


def recognising(count: int, units: int) -> Case:
    """The recognition network of CAGE and SM-SGE."""
    model = recognition.Recognition(units, CLASSES, seed=1)
    return Case(
        recognition.RecognitionTrainer(model, LEARNING_RATE), (_normal(count, 7, units), _labels(count)), [model]
    )


def upmnet(count: int, height: int, width: float, blocks=()) -> Case:
    """A network of global relations; of MobileNet, or a ResNet where there are blocks."""
    backbone = {"backbone": "resnet_v1_50", "blocks": blocks} if blocks else {"width": width}
    model = upmnet_model.PartNetwork(
        parts=height // 32, relation="global", decay=0.9, train_relation=True, seed=1, **backbone
    )
    state = anchors.Anchors((CLASSES, CLASSES), model.parts, model.features)
    for seed, of_state in enumerate((state.intra, state.cross)):  # losses of empty ones do not depend on the network
        of_state.assign(_normal(*of_state.shape, scale=model.features**-0.5, seed=seed))
    made = trainer.Trainer(model, state, "rmsprop", 0.01, warm_up=1)
    batch = (_normal(count, height, height // 2, 3, scale=0.3), _labels(count), _labels(count, classes=2))
    return Case(made, batch, [model, made.trained])


def st_reidnet(count: int, height: int, width: int, depth: int, embedding: str = "single") -> Case:
    """The baseline, on triplets or pairs."""
    model = reid_network.ReIDNetwork(depth, width, classes=CLASSES, embedding=embedding, seed=1)
    places = 3 if embedding == "single" else 2
    batch = (_normal(count, places, height, height // 2, 3), _labels(count, places))
    return Case(baseline.Trainer(model), batch, [model])


def st_reidnet_gan(count: int, width: int, depth: int, dropout: float = 0.2) -> Case:
    """All four networks, end to end."""
    encoder = reid_network.ReIDNetwork(depth, width, classes=CLASSES, seed=1, name=gan.ENCODER)
    made = {
        gan.ENCODER: encoder,
        gan.GENERATOR: generator.Generator(JOINTS, encoder.features, width, dropout=dropout, seed=2),
        gan.IDENTITY: reid_network.ReIDNetwork(18, width, 2, 1, seed=3, name=gan.IDENTITY),
        gan.POSE: pose_discriminator.PoseDiscriminator(JOINTS, width, seed=4),
    }
    channels = {"input": 3, "target": 3, "pose_maps": JOINTS, "masks": 1}
    images = {name: _normal(count, 3, 256, 128, number) for name, number in channels.items()}
    images |= {name: np.abs(images[name]).clip(0, 1) for name in ("pose_maps", "masks")}
    rates = dict.fromkeys(gan.NETWORKS, 1e-4)
    return Case(gan.Trainer(made, 0, rates), (images, _labels(count, 3)), list(made.values()))


# Name -> function that makes a case of a size.
TINY: dict[str, Callable[[], Case]] = {
    "CAGE": lambda: cage(8, 8),
    "Hi-MPC": lambda: hi_mpc(8, 8),
    "SM-SGE": lambda: sm_sge(8, 8),
    "SM-SGE, sums of squares": lambda: sm_sge(8, 8, "l2"),
    "recognition": lambda: recognising(8, 8),
    "recognition, odd batch": lambda: recognising(7, 8),
    "uPMnet": lambda: upmnet(8, 64, 0.1, ((1, 8, 4), (1, 12, 4))),
    "ST-ReIDNet baseline": lambda: st_reidnet(4, 32, 2, 18),
    "ST-ReIDNet pairs": lambda: st_reidnet(4, 32, 2, 18, "siamese"),
    "ST-ReIDNet GAN": lambda: st_reidnet_gan(2, 2, 18),
}
PUBLISHED: dict[str, Callable[[], Case]] = {
    "CAGE": lambda: cage(128, 256),
    "Hi-MPC": lambda: hi_mpc(256, 256),
    "SM-SGE": lambda: sm_sge(64, 256),
    "recognition": lambda: recognising(64, 1024),
    "uPMnet": lambda: upmnet(64, 256, 1.0),
    "ST-ReIDNet baseline": lambda: st_reidnet(128, 256, 64, 50),
    "ST-ReIDNet GAN": lambda: st_reidnet_gan(24, 64, 50),
}
