# SPDX-License-Identifier: MIT
"""Training step of Hi-MPC: prototype contrast on three levels with hard skeleton mining, one Adam."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfskel.layers import replicas
from tfskel.systems.hi_mpc import losses as contrast
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.training import determinism, optimised, strategy

FOCUS = (1, -1, 0)


class Trainer(optimised.Optimised):
    """Minimises the mean of the three levels' losses.

    Args:
        model: encoder to train.
        learning_rate: of Adam.
        focus: one of FOCUS, see `losses.prototypes.importance`.
        average_joint_loss: average the joint level's loss over heads like the other two; the original adds it up.

    Raises:
        ValueError: unknown focus.

    Source: original program.
    """

    def __init__(
        self,
        model: hi_mpc.HiMPC,
        learning_rate: float,
        focus: int = 1,
        average_joint_loss: bool = False,
    ):
        if focus not in FOCUS:
            raise ValueError(f"focus must be one of {', '.join(map(str, FOCUS))}; received {focus}.")
        super().__init__(model, learning_rate, {"adam": model.trainable_variables})
        self.focus = focus
        self.shares = {level: 1.0 / model.heads for level in hi_mpc.LEVELS}
        if not average_joint_loss:
            self.shares["joints"] = 1.0
        prototypes = [tf.TensorSpec((None, model.units), tf.float32)] * len(hi_mpc.LEVELS)
        joints = tf.TensorSpec((None, model.length, model.num_joints, 3), tf.float32)
        labels = tf.TensorSpec((None, len(hi_mpc.LEVELS)), tf.int32)
        self._update = strategy.compiled(self._update_step, input_signature=[joints, labels, *prototypes])

    def step(self, joints: np.ndarray, labels: np.ndarray, *prototypes: np.ndarray) -> dict[str, tf.Tensor]:
        """One update.

        Args:
            joints: (N, f, J, 3) float32 metres, root-centred.
            labels: (N, 3) int, cluster of each sequence on each of hi_mpc.LEVELS.
            *prototypes: (K, units) float32 of each level; K may change from call to call.

        Returns:
            Losses before the update by level letter J, P, B, and their mean "total".
        """
        return self._update(joints, labels, *prototypes)

    def gradients(self, joints, labels, *prototypes) -> tuple[dict, list]:
        """Losses, as `step` returns them, and gradients of the total for the model's trainable variables."""
        with tf.GradientTape() as tape:
            losses = self.losses(replicas.spread(self.model.frames, joints), labels, prototypes)
        return losses, tape.gradient(losses["total"], self.model.trainable_variables, self.upstream)

    def losses(self, frames: Mapping, labels, prototypes) -> dict:
        """Losses of encoded frames.

        Args:
            frames: level -> (N, f, units).
            labels, prototypes: as in `step`.
        """
        found = {}
        for number, level in enumerate(hi_mpc.LEVELS):
            logits = self.model.meta_heads[level].logits(frames[level], prototypes[number])
            heads = contrast.head_losses(*logits, labels[:, number], self.focus)
            found[hi_mpc.LETTERS[level]] = tf.reduce_sum(heads) * self.shares[level]
        return found | {"total": determinism.total(list(found.values())) / len(found)}

    def _update_step(self, joints, labels, *prototypes):
        losses, gradients = self.gradients(joints, labels, *prototypes)
        self.apply({"adam": gradients})
        return losses
