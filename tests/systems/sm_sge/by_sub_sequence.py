# SPDX-License-Identifier: MIT
"""The naive form of SM-SGE's loss: one run of the encoder per sub-sequence instead of one over their prefix tree."""

import tensorflow as tf

from tfskel.systems.sm_sge import losses as reconstruction
from tfskel.systems.sm_sge import trainer as pretraining
from tfskel.training import determinism


class Trainer(pretraining.PretrainTrainer):
    """Same result, slower; for fixed sub-sequences."""

    def _scale_loss(self, scale, fused, targets, columns):
        losses = [self._of_one(scale, fused, targets, frames) for frames in self.sub_sequences]
        return determinism.total(losses) / len(losses)

    def _of_one(self, scale, fused, targets, frames):
        outputs = self.model.encoders[scale](tf.gather(fused, frames, axis=1))  # (N, k, units)
        later = [frame + self.margin for frame in frames]
        wanted = {s: tf.gather(targets[s], later) for s in targets}
        errors = self._errors(scale, tf.transpose(outputs, (1, 0, 2)), wanted)
        return tf.reduce_sum(errors) * reconstruction.row_weight(len(frames), self.loss)
