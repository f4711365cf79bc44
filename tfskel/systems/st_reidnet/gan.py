# SPDX-License-Identifier: MIT
"""Training step of ST-ReIDNet: an encoder and a generator against a judge of images and a judge of poses."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import keras
import tensorflow as tf

from tfskel.layers import replicas
from tfskel.systems.st_reidnet import generator, losses, roles, smooth_labels
from tfskel.training import adam, momentum, optimised, strategy

ENCODER, GENERATOR = "encoder", "generator"
IDENTITY, POSE = "identity_discriminator", "pose_discriminator"
DISCRIMINATORS = (IDENTITY, POSE)
NETWORKS = (ENCODER, GENERATOR, *DISCRIMINATORS)
FED = ("input", "target", "pose_maps", "masks")
SWAPPED = (1, 0)  # whose feature dresses the poses of anchor and positive


@dataclasses.dataclass(frozen=True)
class Stage:
    """What a stage does with the encoder.

    Attributes:
        moves_statistics: it normalises by the batch and moves the stored statistics, which are used otherwise.
        trains_encoder: it is moved, and learns to classify.
    """

    moves_statistics: bool
    trains_encoder: bool


STAGES = {0: Stage(True, True), 1: Stage(False, False), 2: Stage(False, True)}
KINDS = {
    ENCODER: functools.partial(momentum.Momentum, decay=5e-4),
    GENERATOR: functools.partial(adam.Adam, betas=(0.5, 0.999)),
    **dict.fromkeys(DISCRIMINATORS, functools.partial(momentum.Momentum, decay=1e-4)),
}


@dataclasses.dataclass(frozen=True)
class Objective:
    """How losses are put together; see `losses` for each.

    Attributes:
        margin: of the triplet loss; None for the soft one.
        smoothing: of the classification.
        masked: the reconstruction counts persons more than what is around them.
        triplet, classification, reconstruction, identity, pose: factors of the losses; the last two of the answers of
            the discriminators.
        generator_loss_once: the original back-propagates the generator's loss alone and again as a part of the
            encoder's, and the gradients add; True takes it once.
    """

    margin: float | None = None
    smoothing: float = 0.1
    masked: bool = True
    triplet: float = 1.0
    classification: float = 1.0
    reconstruction: float = 10.0
    identity: float = 0.1
    pose: float = 0.1
    generator_loss_once: bool = False


class Trainer(optimised.Optimised):
    """Trains the four networks.

    Args:
        networks: name of NETWORKS -> network; the identity discriminator is a `ReIDNetwork` with one class.
        stage: one of STAGES.
        rates: name of a network -> learning rate at factor 1.
        objective: how losses are put together.
        factor: epoch, counted from 0 -> factor on all rates.

    Source: Ho, Shim, Wee, "Learning from Dances", ICASSP 2020; where paper and program differ, the program.
    """

    def __init__(
        self,
        networks: Mapping[str, keras.Model],
        stage: int,
        rates: Mapping[str, float],
        objective: Objective = Objective(),
        factor: Callable[[int], float] = lambda epoch: 1.0,
    ):
        self.networks, self.stage, self.rates, self.objective = dict(networks), STAGES[stage], dict(rates), objective
        self.factor = factor
        encoder = networks[ENCODER]
        weights = {name: networks[name].trainable_variables for name in NETWORKS[1:]}
        if self.stage.trains_encoder:  # all but the neck, which no optimiser of the original holds
            weights[ENCODER] = [*encoder.backbone.trainable_variables, *encoder.classifier.trainable_variables]
        super().__init__(encoder, 0.0, weights, {name: KINDS[name] for name in weights})
        self.start_epoch(0)
        shape, channels = (None, roles.COUNT, generator.HEIGHT, generator.WIDTH), (3, 3, networks[GENERATOR].joints, 1)
        images = (tf.TensorSpec((*shape, number)) for number in channels)
        signature = (*images, tf.TensorSpec((None, roles.COUNT), tf.int32), tf.TensorSpec((2, 2)))
        self._update = strategy.compiled(self._update_step, input_signature=signature)

    def start_epoch(self, epoch: int) -> dict[str, float]:
        """Sets the rates of an epoch, counted from 0, and returns their factor."""
        factor = self.factor(epoch)
        self.set_rates({name: self.rates[name] * factor for name in self.optimizers})
        return {"rate_factor": factor}

    def step(self, batch: Mapping[str, tf.Tensor], labels, told=smooth_labels.HARD) -> dict[str, tf.Tensor]:
        """One update of all networks.

        Args:
            batch: "input" and "target" (B, 3, 256, 128, 3) images, normalised by the colours of ImageNet, "pose_maps"
                (B, 3, 256, 128, J) and "masks" (B, 3, 256, 128, 1) in [0, 1], float32; 3 is anchor, positive, another.
            labels: (B, 3) int32, train identities.
            told: (2, 2) float32, what identity and pose discriminator are told, see `smooth_labels`.

        Returns:
            Losses before the update: "triplet" and "classification", "reconstruction", "adversarial_identity" and
            "adversarial_pose" (of discriminators after theirs), "generator" (weighted sum of these three), "encoder"
            (that and the weighted first two), and of each discriminator.
        """
        return self._update(*(batch[name] for name in FED), labels, told)

    def gradients(self, inputs, targets, maps, masks, labels, told) -> tuple[dict, dict]:
        """Losses, and the gradients of encoder and generator; the discriminators are moved.

        Args:
            inputs, targets, maps, masks: (3 B, ...) all anchors, then all positives, then all others.
            labels: (3 B,) int.
            told: as for `step`.
        """
        objective, found = self.objective, {}
        with tf.GradientTape() as tape:
            features, found["triplet"], found["classification"] = self._encode(inputs, labels)
            rebuilt, swapped = self._generate(maps, features)
            both = tf.concat([rebuilt, swapped], axis=0)
            pairs = self._mismatched(maps, both, targets)
            with tape.stop_recording():
                found |= self._move_identity(targets, both, told[0])
                found |= self._move_pose((maps, targets), pairs, told[1])
            found |= self._of_generator(rebuilt, swapped, targets, masks, pairs)
            found["generator"] = (
                objective.identity * found["adversarial_identity"]
                + objective.pose * found["adversarial_pose"]
                + objective.reconstruction * found["reconstruction"]
            )
            own = objective.triplet * found["triplet"] + objective.classification * found["classification"]
            found["encoder"] = found["generator"] + own
            times = 1.0 if objective.generator_loss_once else 2.0
            total = times * found["generator"] + own
        wanted = {name: self.moved[name] for name in self.moved if name not in DISCRIMINATORS}
        return found, tape.gradient(total, wanted, self.upstream)

    def trackables(self) -> dict:
        """Objects whose state an exact resume needs; `variables` holds the states of random draws, too."""
        networks = {name: [*network.variables] for name, network in self.networks.items()}
        return networks | {f"{name}_optimizer": made for name, made in self.optimizers.items()} | self.scales()

    def _update_step(self, inputs, targets, maps, masks, labels, told):
        apart = map(roles.by_role, (inputs, targets, maps, masks, labels))
        found, gradients = self.gradients(*apart, told)
        self.apply(gradients)
        return found

    def _encode(self, images, labels):
        """Features (3 B, D), triplet and classification loss."""
        encoder, objective = self.networks[ENCODER], self.objective
        training = self.stage.moves_statistics
        if encoder.embedding == "single":
            network = functools.partial(encoder.features_and_logits, training=training, passes=roles.COUNT)
            features, logits = replicas.spread(network, images, passes=roles.COUNT)
            classified = losses.classification(logits, labels, objective.smoothing)
        else:
            features, classified = _of_pairs(encoder, images, training)
        triplet = losses.triplet(features, labels, objective.margin, distractor=True)
        return features, triplet, classified if self.stage.trains_encoder else tf.zeros(())

    def _generate(self, maps, features):
        """Persons in their own poses (3 B, ...), then anchors and positives in each other's appearance (2 B, ...)."""
        of_role = tf.split(features, roles.COUNT)
        features = tf.concat([features, *(of_role[number] for number in SWAPPED)], axis=0)
        maps = tf.concat([maps, roles.first_two(maps)], axis=0)
        passes = roles.COUNT + len(SWAPPED)
        network = functools.partial(self.networks[GENERATOR], training=True, passes=passes)
        images = replicas.spread(network, (maps, features), passes=passes)
        per_role = tf.shape(images)[0] // passes
        return images[: roles.COUNT * per_role], images[roles.COUNT * per_role :]

    def _mismatched(self, maps, generated, targets):
        """What the pose discriminator is to reject: generated images, and real ones beside the other's pose."""
        first, second = tf.split(roles.first_two(maps), 2)
        images = tf.concat([generated, roles.first_two(targets)], axis=0)
        return tf.concat([maps, first, second, second, first], axis=0), images

    def _judge(self, images):
        """Logits that images are real. The identity discriminator's statistics stay in every stage."""
        return replicas.spread(lambda own: self.networks[IDENTITY].features_and_logits(own)[-1], images)

    def _fits(self, pairs):
        """Logits that images are real and fit the pose maps beside them."""
        return replicas.spread(functools.partial(self.networks[POSE], training=True), pairs)

    def _move_identity(self, real, generated, told) -> dict:
        def answers():
            both, count = self._judge(tf.concat([real, tf.stop_gradient(generated)], axis=0)), tf.shape(real)[0]
            return both[:count], both[count:]

        return self._move(IDENTITY, answers, told)

    def _move_pose(self, real, pairs, told) -> dict:
        def answers():
            maps, images = pairs
            seen = self._fits(real)  # before the others: it moves the statistics first
            return seen, self._fits((maps, tf.stop_gradient(images)))

        return self._move(POSE, answers, told)

    def _move(self, name: str, answers, told) -> dict:
        """One step of a discriminator; its loss before it."""
        with tf.GradientTape() as tape:
            pair = zip(answers(), (told[0], told[1]), strict=True)
            loss = 0.5 * sum(losses.adversarial(logits, target) for logits, target in pair)
        self.apply({name: tape.gradient(loss, self.moved[name], self.upstream)})
        return {name: loss}

    def _of_generator(self, rebuilt, swapped, targets, masks, pairs) -> dict:
        masks = masks if self.objective.masked else None
        others = None if masks is None else roles.first_two(masks)
        seen = self._judge(tf.concat([rebuilt, swapped], axis=0))
        fitting = self._fits(pairs)
        return {
            "reconstruction": 0.7 * losses.reconstruction(swapped, roles.first_two(targets), others)
            + 0.3 * losses.reconstruction(rebuilt, targets, masks),
            "adversarial_identity": losses.adversarial(seen, 1.0),
            "adversarial_pose": losses.adversarial(fitting, 1.0),
        }


def _of_pairs(encoder, images, training):
    """Features (3 B, D) of a siamese encoder, which compares anchors with positives, then with the others."""
    anchors, positives, others = tf.split(replicas.own(images, passes=roles.COUNT), roles.COUNT)
    outputs = encoder.features_and_logits(tf.concat([anchors, positives], 0), training)
    of_anchors, of_positives, alike = replicas.whole(outputs)
    _, of_others, apart = replicas.whole(encoder.features_and_logits(tf.concat([anchors, others], 0), training))
    same = tf.repeat([1, 0], tf.shape(alike)[0])
    classified = losses.classification(tf.concat([alike, apart], 0), same)
    return tf.concat([of_anchors, of_positives, of_others], 0), classified
