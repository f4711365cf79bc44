# SPDX-License-Identifier: MIT
"""Association of frames with the anchors of their tracklets: all parts, cameras and samples at once.

Shapes: P parts, B samples, A anchors (the tracklets of all cameras, in the order of the cameras), D features.
"""

from keras import ops

MATCHED_NEGATIVES = ("batch_mean", "next_anchor")
SMALLEST_SQUARE = 1e-10


def normalised(vectors):
    """Vectors of length 1 along the last axis; the zero vector stays."""
    squares = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    return vectors / ops.sqrt(ops.maximum(squares, SMALLEST_SQUARE))


def part_losses(features, intra, cross, rows, anchor_cameras, margin=0.5, matched_negative="batch_mean"):
    """Hinge losses that pull a sample to its two anchors and from the nearest other one of its camera.

    Args:
        features: (P, B, D) float, normalised.
        intra, cross: (P, A, D) float, the anchors before this step; no gradient goes into them.
        rows: (B,) int, anchor of each sample's tracklet.
        anchor_cameras: (A,) int, camera of each anchor.
        margin: between squared distances.
        matched_negative: distance of the negative where the nearest anchor is the sample's own: "batch_mean", the
            mean over the camera's samples of their smallest distances, or "next_anchor", the nearest of the others.

    Returns:
        (2, P) float: for intra and cross anchors the mean over samples of max(positive - negative + margin, 0).

    Source: arXiv 2111.05170; "batch_mean" as in the original program, kept for parity.
    """
    intra, cross = ops.stop_gradient(normalised(intra)), ops.stop_gradient(normalised(cross))
    cameras = ops.take(anchor_cameras, rows)
    of_camera = cameras[:, None] == anchor_cameras[None]  # (B, A)
    if matched_negative == "next_anchor":
        of_camera = ops.logical_and(of_camera, rows[:, None] != ops.arange(ops.shape(anchor_cameras)[0])[None])
    nearest = _nearest(features, intra, of_camera)  # (P, B)
    negative = _squared_distance(features, _take(intra, nearest))
    if matched_negative == "batch_mean":
        together = ops.cast(cameras[:, None] == cameras[None], features.dtype)  # (B, B)
        means = ops.matmul(negative, together) / ops.sum(together, axis=0)  # (P, B)
        negative = ops.where(nearest == ops.cast(rows, nearest.dtype)[None], means, negative)
    positives = [_squared_distance(features, ops.take(anchors, rows, axis=1)) for anchors in (intra, cross)]
    return ops.mean(ops.relu(ops.stack(positives) - negative + margin), axis=-1)


def updated_intra(intra, features, rows, rate=0.5):
    """Intra anchors after a step: every sample moves its own by -rate * (anchor before, normalised - feature).

    Args:
        intra, features, rows: as for `part_losses`; tracklets may occur several times, and their moves add up.
        rate: share of the way from an anchor to a sample's feature.

    Returns:
        (P, A, D) float, not normalised.
    """
    moves = rate * (ops.take(normalised(intra), rows, axis=1) - features)  # (P, B, D)
    return intra - ops.matmul(_one_hot(rows, intra), moves)


def consistent_pairs(intra, rows, anchor_cameras):
    """The nearest anchor of another camera for each sample's anchor, and whether each is the other's nearest.

    Args:
        intra, rows, anchor_cameras: as for `part_losses`; anchors after their update.

    Returns:
        (P, B, D) own anchors and (P, B, D) those of other cameras, both normalised, and (P, B) bool.
    """
    intra = normalised(intra)
    of_camera = ops.take(anchor_cameras, rows)[:, None] == anchor_cameras[None]  # (B, A)
    own = ops.take(intra, rows, axis=1)
    other = _take(intra, _nearest(own, intra, ops.logical_not(of_camera)))
    back = _nearest(other, intra, of_camera)  # (P, B)
    cameras_differ = ops.logical_not(ops.all(of_camera, axis=1))  # with one camera there is no pair
    return own, other, ops.logical_and(back == ops.cast(rows, back.dtype)[None], cameras_differ[None])


def updated_cross(cross, intra, rows, anchor_cameras, started):
    """Cross anchors after a step: of tracklets in the batch, the mean of a consistent pair, else the own intra anchor.

    Args:
        cross: (P, A, D) float.
        intra, rows, anchor_cameras: as for `consistent_pairs`.
        started: bool; before that no pair counts as consistent.

    Returns:
        (P, A, D) float, not normalised, and the share of samples and parts in consistent pairs.
    """
    own, other, consistent = consistent_pairs(intra, rows, anchor_cameras)
    consistent = ops.logical_and(consistent, started)
    anchors = ops.where(consistent[..., None], (own + other) / 2, own)
    members = _one_hot(rows, cross)  # (A, B); samples of one tracklet have the same anchor, the first gives it
    given = ops.take(anchors, ops.argmax(members, axis=1), axis=1)  # (P, A, D)
    present = ops.any(members > 0, axis=1)
    share = ops.mean(ops.cast(consistent, cross.dtype))
    return ops.where(present[None, :, None], given, cross), share


def _one_hot(rows, anchors):
    numbers = ops.arange(anchors.shape[1], dtype=rows.dtype)
    return ops.cast(numbers[:, None] == rows[None], anchors.dtype)  # (A, B)


def _squared_distance(a, b):
    return ops.sum(ops.square(a - b), axis=-1)


def _nearest(points, anchors, allowed):
    """Number of the nearest allowed anchor of each point, the first of equals: (P, B, D), (P, A, D), (B, A)."""
    products = ops.matmul(points, ops.transpose(anchors, (0, 2, 1)))  # (P, B, A)
    distances = ops.sum(ops.square(anchors), axis=-1)[:, None] - 2 * products  # but for what no choice depends on
    return ops.argmin(ops.where(allowed[None], ops.stop_gradient(distances), float("inf")), axis=-1)


def _take(anchors, numbers):
    """(P, A, D), (P, B) -> (P, B, D)."""
    return ops.take_along_axis(anchors, numbers[..., None], axis=1)
