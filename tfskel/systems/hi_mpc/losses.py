# SPDX-License-Identifier: MIT
"""Prototype contrast with hard skeleton mining: frames are pulled to the prototype of their sequence's cluster."""

from keras import ops


def predictions(sequence_logits):
    """Nearest prototype of each sequence in each head: (N, M, K) float -> (N, M) int."""
    return ops.argmax(sequence_logits, axis=-1)


def scores(logits, chosen):
    """Logits of some prototypes for each sequence and head: (N, f, M, K) float, (N, M, C) int -> (N, f, M, C) float."""
    index = ops.repeat(chosen[:, None], logits.shape[1], axis=1)  # (N, f, M, C)
    return ops.take_along_axis(logits, index, axis=-1)


def importance(predicted_scores, correct, focus=1):
    """Weight of every frame of a sequence.

    Args:
        predicted_scores: (N, f, M) float, logit of the predicted prototype.
        correct: (N, M) bool, whether the predicted prototype is that of the sequence's cluster.
        focus: 1 favours hard frames: unlike the predicted prototype when it is correct, like it when it is wrong.
            -1 favours easy frames. 0 weighs every frame with 1, so that the loss is a sum over frames.

    Returns:
        (N, f, M) float. The gradient goes through it.

    Source: original program, kept for parity.
    """
    if focus not in (1, -1):
        return ops.ones_like(predicted_scores)
    sign = ops.cast(ops.where(correct, -focus, focus), predicted_scores.dtype)  # (N, M)
    return ops.softmax(predicted_scores * sign[:, None], axis=1)


def mined(logits, sequence_logits, labels, focus=1):
    """What mining decides about one level.

    Args:
        logits, sequence_logits, labels, focus: as for `head_losses`.

    Returns:
        (N, M) nearest prototype of each sequence, (N, f, M) its logits, (N, f, M) those of the sequence's own cluster,
        (N, f, M) importance of the frames.
    """
    predicted = ops.cast(predictions(sequence_logits), labels.dtype)  # (N, M)
    wanted = ops.broadcast_to(labels[:, None], ops.shape(predicted))
    both = scores(logits, ops.stack([predicted, wanted], axis=-1))  # gathered at once, as are their gradients
    predicted_scores, wanted_scores = ops.unstack(both, 2, axis=-1)  # (N, f, M) each
    weights = importance(predicted_scores, ops.equal(predicted, wanted), focus)
    return predicted, predicted_scores, wanted_scores, weights


def head_losses(logits, sequence_logits, labels, focus=1):
    """Loss of every head on one level.

    Args:
        logits: (N, f, M, K) float, frames against prototypes.
        sequence_logits: (N, M, K) float, sequences against prototypes.
        labels: (N,) int in 0 .. K - 1, cluster of each sequence.
        focus: see `importance`.

    Returns:
        (M,) float: mean over sequences of the weighted sum over frames of the cross-entropy.

    Source: Rao et al., 2023, https://arxiv.org/abs/2307.12917; where paper and program differ, the program.
    """
    *_, wanted_scores, weights = mined(logits, sequence_logits, labels, focus)
    # The cross-entropy, step by step: on a CPU the fused kernel takes three times as long.
    largest = ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))  # (N, f, M, 1)
    total = ops.sum(ops.exp(logits - largest), axis=-1)  # (N, f, M)
    errors = ops.log(total) + (ops.squeeze(largest, axis=-1) - wanted_scores)  # (N, f, M)
    return ops.mean(ops.sum(weights * errors, axis=1), axis=0)
