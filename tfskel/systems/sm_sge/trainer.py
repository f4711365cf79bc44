# SPDX-License-Identifier: MIT
"""Pre-training of SM-SGE: four reconstruction losses, four Adam optimisers, one step."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from tfskel import skeletons
from tfskel.layers import replicas
from tfskel.systems.sm_sge import losses as reconstruction
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import prefix_tree
from tfskel.training import determinism, optimised, strategy


def draw_sub_sequences(
    length: int,
    rng: np.random.RandomState,
    margin: int = 0,
    rounds: int = 1,
    ordered: bool = False,
    first_only: bool = False,
) -> list[list[int]]:
    """Frame indices of the sub-sequences that are reconstructed.

    Args:
        length: frames per sequence f.
        rng: generator; each round draws k of the first f - margin frames for k = 1 .. f - margin.
        margin: how many frames later the target lies; the longest `margin` lengths are drawn but not used.
        rounds: how often the list of lengths is drawn; rounds follow each other.
        ordered: frames 0 .. k - 1 instead of a draw.
        first_only: keep the very first sub-sequence only (the originals' partial ranges).

    Returns:
        rounds * (f - 2 * margin) ascending lists.

    Raises:
        ValueError: the margin leaves no sub-sequence, or there is no round.

    Source: original program, kept for parity.
    """
    if margin < 0 or length - 2 * margin < 1 or rounds < 1:
        raise ValueError(
            "margin must be at least 0, rounds at least 1 and f - 2 * margin at least 1; "
            f"received margin {margin}, rounds {rounds}, f {length}."
        )
    drawn, usable = [], length - margin
    for _ in range(rounds):
        turn = [rng.choice(usable, size=k, replace=False) for k in range(1, usable + 1)]
        turn = [np.arange(len(frames)) for frames in turn] if ordered else turn
        drawn += [np.sort(frames).tolist() for frames in turn[: length - 2 * margin]]
    return drawn[:1] if first_only else drawn


class PretrainTrainer(optimised.Optimised):
    """Minimises the reconstruction loss of each scale with its own optimiser.

    A step takes the gradients of all four losses at the same weights and then applies the four updates.

    Args:
        model: encoder to train.
        learning_rate: of all four optimisers.
        sub_sequences: ascending frame indices; see `draw_sub_sequences`.
        loss: one of `reconstruction.LOSSES`.
        margin: frames between a sub-sequence and the skeletons it predicts.
        redraw: function of the step number that returns new sub-sequences of the same lengths for every step;
            None keeps `sub_sequences` throughout, as the originals do.

    Raises:
        ValueError: sub-sequences that are empty, unsorted or leave the sequence; unknown loss.

    Source: original program, whose four optimisers race on shared weights; this is its order-free meaning.
    """

    def __init__(
        self,
        model: sm_sge.SMSGE,
        learning_rate: float,
        sub_sequences: Sequence[Sequence[int]],
        loss: str = "l1",
        margin: int = 0,
        redraw: Callable[[int], Sequence[Sequence[int]]] | None = None,
    ):
        if loss not in reconstruction.LOSSES:
            raise ValueError(f"loss must be one of {', '.join(reconstruction.LOSSES)}; received {loss!r}.")
        self.weights = {s: model.relation_weights(s) + model.encoder_weights(s) for s in skeletons.SCALES}
        super().__init__(model, learning_rate, {f"adam_{s}": weights for s, weights in self.weights.items()})
        self.loss, self.margin, self.redraw = loss, margin, redraw
        self.sub_sequences = _checked(sub_sequences, model.length - margin)
        lengths = sorted(map(len, self.sub_sequences), reverse=True)
        self.plan = prefix_tree.shrinking_rows(lengths) if redraw else prefix_tree.tree(self.sub_sequences)
        self.node_weights = self.plan.weights(lambda length: reconstruction.row_weight(length, loss))
        self._update = strategy.compiled(self._update_step, reduce_retracing=True)

    def step(self, joints: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update.

        Args:
            joints: (N, f, J, 3) float32 metres, root-centred.

        Returns:
            Losses before the update by scale letter J, P, B, I, and their sum "total".
        """
        return self._update(tf.convert_to_tensor(joints), *self._columns())

    def gradients(self, joints: tf.Tensor) -> tuple[dict, dict]:
        """Losses and gradients of each scale, at the present weights.

        Returns:
            losses: scale -> scalar.
            gradients: scale -> one tensor per variable of `weights[scale]`.
        """
        return self._gradients(tf.convert_to_tensor(joints), self._columns())

    def targets(self, joints):
        """Skeletons to reconstruct, time first: (N, f, J, 3) -> dict scale -> (f, N, 3 * nodes)."""
        count = tf.shape(joints)[0]
        flat = {s: tf.reshape(nodes, (count, joints.shape[1], -1)) for s, nodes in self.model.scales(joints).items()}
        return {scale: tf.transpose(nodes, (1, 0, 2)) for scale, nodes in flat.items()}

    def _columns(self) -> list[np.ndarray]:
        if self.redraw is None:
            return []
        done = int(self.optimizers["adam_joints"].iterations.numpy())
        drawn = _checked(self.redraw(done), self.model.length - self.margin)
        lengths = [sorted(map(len, listed)) for listed in (drawn, self.sub_sequences)]
        if lengths[0] != lengths[1]:
            raise ValueError(f"redraw must keep the lengths {lengths[1]}; at step {done} it gave {lengths[0]}.")
        return [tf.constant(column) for column in prefix_tree.columns(drawn)]

    def _update_step(self, joints, *columns):
        losses, gradients = self._gradients(joints, columns)
        self.apply({f"adam_{scale}": values for scale, values in gradients.items()})
        named = {sm_sge.LETTERS[scale]: value for scale, value in losses.items()}
        return named | {"total": determinism.total(list(losses.values()))}

    def _gradients(self, joints, columns):
        losses, gradients = {}, {}
        targets = self.targets(joints)
        with tf.GradientTape(persistent=True) as relation_tape:
            fused = self.model.fuse(replicas.own(joints))
        for scale in skeletons.SCALES:
            own = self.model.encoder_weights(scale)
            with tf.GradientTape() as tape:
                tape.watch(fused[scale])
                losses[scale] = self._scale_loss(scale, fused[scale], targets, columns)
            at_fused, *at_own = tape.gradient(losses[scale], [fused[scale], *own], self.upstream)
            shared = self.model.relation_weights(scale)
            at_shared = relation_tape.gradient(fused[scale], shared, output_gradients=at_fused)
            gradients[scale] = [*at_shared, *at_own]
        return losses, gradients

    def _scale_loss(self, scale, fused, targets, columns):
        frames = list(columns) if columns else self.plan.frames
        levels = list(zip(self.plan.parents, frames, strict=True))
        outputs = self.model.encoders[scale].run_tree(tf.transpose(fused, (1, 0, 2)), levels)
        index = tf.concat(frames, axis=0)  # (nodes,)
        errors = self._errors(scale, outputs, {s: tf.gather(targets[s], index + self.margin) for s in targets})
        return tf.reduce_sum(errors * self.node_weights)

    def _errors(self, scale, outputs, targets):
        """Error of each row (a frame of every sequence), summed over the predicted scales: (rows,)."""
        shape = tf.shape(outputs)
        flat = self.model.reconstruction[scale](tf.reshape(outputs, (-1, outputs.shape[-1])))
        predicted = {s: tf.reshape(part, (shape[0], shape[1], part.shape[-1])) for s, part in flat.items()}
        predicted = replicas.whole(predicted, axis=1)
        return determinism.total([reconstruction.error(part, targets[s], self.loss) for s, part in predicted.items()])


def _checked(sub_sequences, frames: int) -> list[list[int]]:
    checked = [[int(frame) for frame in sequence] for sequence in sub_sequences]
    for sequence in checked:
        if not sequence or sequence != sorted(set(sequence)) or sequence[0] < 0 or sequence[-1] >= frames:
            raise ValueError(
                f"a sub-sequence must be ascending frame indices below {frames}, at least one; received {sequence}."
            )
    if not checked:
        raise ValueError("there must be at least one sub-sequence; received none.")
    return checked
