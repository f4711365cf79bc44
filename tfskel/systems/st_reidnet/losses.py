# SPDX-License-Identifier: MIT
"""Losses of the baseline and of the GAN.

Shapes: N images, B of the three images of a triplet each, D features, K training identities.
"""

from keras import ops

SMOOTH_REAL, SMOOTH_FAKE = (0.9, 1.0), (0.0, 0.1)
"""Ranges from which smooth targets are drawn; a call draws one of each, the real one first, and uses one of them."""
SMALLEST_SQUARE = 1e-12
FARTHEST = 1e5  # beyond every distance
SMALLEST_GAP = -50.0  # its exponential is still a float32
MASKED_SHARE = 0.9


def adversarial(logits, target):
    """Mean sigmoid cross-entropy with one target.

    Args:
        logits: (...) float, a discriminator's answers.
        target: scalar; 1 for real and 0 for fake, or one drawn from SMOOTH_REAL or SMOOTH_FAKE.
    """
    return ops.mean(ops.softplus(logits) - logits * target)


def distances(features):
    """Euclidean distances of all pairs: (N, D) float -> (N, N) float, at least 1e-6."""
    squares = ops.sum(ops.square(features), axis=1)
    squared = squares[:, None] + squares[None] - 2 * ops.matmul(features, ops.transpose(features))  # (N, N)
    return ops.sqrt(ops.maximum(squared, SMALLEST_SQUARE))


def hardest(features, identities, distractor=False):
    """Distances to the farthest image of the same identity and to the nearest one of another.

    Args:
        features: (N, D) float, not normalised.
        identities: (N,) int.
        distractor: the last third of the images are no anchors; they still serve as positives and negatives.

    Returns:
        Two (A,) float, A anchors; the first is 0 where an identity occurs once.
    """
    apart = distances(features)
    same = ops.cast(identities[:, None] == identities[None], apart.dtype)  # (N, N)
    others = same - ops.eye(ops.shape(same)[0], dtype=same.dtype)
    farthest, nearest = ops.max(apart * others, axis=1), ops.min(apart + FARTHEST * same, axis=1)
    anchors = ops.shape(apart)[0]
    anchors -= anchors // 3 if distractor else 0
    return farthest[:anchors], nearest[:anchors]


def triplet(features, identities, margin=None, distractor=False):
    """Mean over anchors of the loss of their hardest positive and negative.

    Args:
        features, identities, distractor: as for `hardest`.
        margin: of max(positive - negative + margin, 0); None for the soft one, log(1 + exp(positive - negative)).

    Source: Hermans et al., 2017, https://arxiv.org/abs/1703.07737, equations 5 and section "Soft-margin".
    """
    positive, negative = hardest(features, identities, distractor)
    if margin is not None:
        return ops.mean(ops.relu(positive - negative + margin))
    return ops.mean(ops.log1p(ops.exp(-ops.maximum(negative - positive, SMALLEST_GAP))))


def classification(logits, labels, smoothing=0.0):
    """Mean cross-entropy with one-hot targets of which a share is spread evenly over all classes.

    Args:
        logits: (N, K) float.
        labels: (N,) int.
        smoothing: the share, in [0, 1); the original's is 0.1.

    Source: Szegedy et al., 2016, https://arxiv.org/abs/1512.00567, section 7.
    """
    classes = logits.shape[-1]
    targets = (1 - smoothing) * ops.one_hot(labels, classes, dtype=logits.dtype) + smoothing / classes
    return -ops.mean(ops.sum(targets * ops.log_softmax(logits, axis=-1), axis=-1))


def accuracy(logits, labels):
    """Share of the images whose largest logit is that of their label: (N, K) float, (N,) int -> scalar."""
    predicted = ops.argmax(logits, axis=-1)
    return ops.mean(ops.cast(predicted == ops.cast(labels, predicted.dtype), logits.dtype))


def reconstruction(images, targets, masks=None):
    """Mean absolute difference; nine tenths of it inside the persons only, divided by all pixels.

    Args:
        images, targets: (N, H, W, 3) float.
        masks: (N, H, W, 1) float, 1 on the person; None for the plain difference.
    """
    difference = ops.abs(images - targets)
    if masks is None:
        return ops.mean(difference)
    return (1 - MASKED_SHARE) * ops.mean(difference) + MASKED_SHARE * ops.mean(difference * masks)
