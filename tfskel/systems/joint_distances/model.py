# SPDX-License-Identifier: MIT
"""Distances between joints, and one linear map of them: no weight is found by gradients."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from tfskel import skeletons
from tfskel.layers import configured

# Names of joints, whatever the layout calls its centre; a layout without some of them has the others.
SIDES = (("HipRight", "HipLeft"), ("ShoulderRight", "ShoulderLeft"))
TRUNK = ("HipCenter", "SpineBase", "Spine", "SpineMid", "HipLeft", "HipRight")
SHORTEST = 1e-3  # metres; some sensors give two joints one place
SLOPE = 3.0  # weight of the change per frame beside the mean pose


def pairs(num_joints: int) -> tuple[np.ndarray, np.ndarray]:
    """(D,) first and (D,) second joint of every pair i < j, in the order of a descriptor."""
    return np.triu_indices(num_joints, 1)


@keras.saving.register_keras_serializable(package="tfskel")
class Descriptor(configured.Configured, keras.layers.Layer):
    """Mean distance of every pair of joints over the frames: the same from any side and at any place.

    Args:
        skeleton: name of a joint layout in `skeletons.SKELETONS`.
        scale_free: the logarithm of the distances less its mean over the pairs, for skeletons without metres.
        pose: also the mean pose, turned to the front about the vertical, and its change per frame, 6 J numbers.
        joint_order: joint of the input that comes at each place of the skeleton; empty when they are in its order.

    Raises:
        ValueError: unknown skeleton, or `joint_order` is no permutation of the joints.

    Source: limb lengths for re-identification: Andersson and Araujo, AAAI 2015.
    """

    def __init__(self, skeleton: str, scale_free=False, pose=False, joint_order: Sequence[int] = (), **kwargs):
        super().__init__(**kwargs)
        self.skeleton, self.scale_free, self.pose = skeleton, bool(scale_free), bool(pose)
        self.joint_order = [int(joint) for joint in joint_order]
        layout = skeletons.get(skeleton)
        if self.joint_order and sorted(self.joint_order) != list(range(layout.num_joints)):
            raise ValueError(
                f"joint_order must name each of {layout.num_joints} joints once; received {self.joint_order}."
            )
        self.first, self.second = pairs(layout.num_joints)
        places = {name: joint for joint, name in enumerate(layout.joint_names)}
        self.sides = [[places[name] for name in side] for side in zip(*SIDES, strict=True)]
        self.trunk = [places[name] for name in TRUNK if name in places]
        self.size = len(self.first) + 6 * layout.num_joints * self.pose

    def call(self, joints):
        """(N, f, J, 3) float32 metres, y up -> (N, D), or (N, D + 6 J) with `pose`."""
        if self.joint_order:
            joints = ops.take(joints, self.joint_order, axis=2)
        apart = ops.take(joints, self.first, axis=2) - ops.take(joints, self.second, axis=2)  # (N, f, D, 3)
        distances = ops.mean(ops.sqrt(ops.sum(ops.square(apart), axis=-1)), axis=1)  # (N, D)
        if self.scale_free:
            logarithms = ops.log(ops.maximum(distances, SHORTEST))
            distances = logarithms - ops.mean(logarithms, axis=1, keepdims=True)
        return ops.concatenate([distances, *self.poses(joints)], axis=1) if self.pose else distances

    def poses(self, joints) -> list:
        """Mean pose and weighted change per frame, (N, 3 J) each."""
        frames, num_joints = joints.shape[1:3]
        placed = self.to_front(joints)
        placed = placed - ops.mean(ops.take(placed, self.trunk, axis=2), axis=2, keepdims=True)
        times = np.arange(frames) - (frames - 1) / 2
        slope = ops.cast((times / (np.square(times).sum() or 1))[:, None, None], placed.dtype)
        blocks = (ops.mean(placed, axis=1), SLOPE * ops.sum(slope * placed, axis=1))  # (N, J, 3)
        return [ops.reshape(block, (-1, 3 * num_joints)) for block in blocks]

    def to_front(self, joints):
        """The joints turned about the vertical until the mean line from the left to the right side is the x axis."""
        right, left = (ops.sum(ops.mean(ops.take(joints, side, axis=2), axis=1), axis=1) for side in self.sides)
        lateral = right - left  # (N, 3)
        length = ops.sqrt(ops.square(lateral[:, 0]) + ops.square(lateral[:, 2]))
        cos, sin = (ops.divide_no_nan(lateral[:, axis], length)[:, None, None] for axis in (0, 2))
        x, y, z = (joints[..., axis] for axis in range(3))  # (N, f, J)
        return ops.stack([cos * x + sin * z, y, cos * z - sin * x], axis=-1)


@keras.saving.register_keras_serializable(package="tfskel")
class CentredMap(configured.Configured, keras.layers.Layer):
    """Linear map of what differs from a centre, so that products do not cancel as those of whole values would.

    Args:
        units: d of the output.
    """

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        size = input_shape[-1]
        self.centre = self.add_weight(name="centre", shape=(size,), initializer="zeros")
        self.kernel = self.add_weight(name="kernel", shape=(size, self.units), initializer="zeros")

    def call(self, inputs):
        """(N, D) -> (N, d)."""
        return ops.matmul(inputs - self.centre, self.kernel)


@keras.saving.register_keras_serializable(package="tfskel")
class JointDistances(configured.Configured, keras.Model):
    """A descriptor and a linear map of it to few dimensions, whose weights a closed form gives.

    Args:
        skeleton, scale_free, pose, joint_order: see Descriptor.
        length: frames per sequence f, at least 1.
        dimensions: of the embedding.

    Raises:
        ValueError: unknown skeleton, or a size below 1 or above the descriptor's.
    """

    def __init__(
        self,
        skeleton: str,
        length: int,
        dimensions: int = 10,
        scale_free: bool = False,
        pose: bool = False,
        joint_order: Sequence[int] = (),
        name: str = "joint_distances",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.skeleton, self.length, self.dimensions = skeleton, length, dimensions
        self.scale_free, self.pose = bool(scale_free), bool(pose)
        self.descriptor = Descriptor(skeleton, scale_free, pose, joint_order, name="descriptor")
        self.joint_order = self.descriptor.joint_order
        for label, value, most in (("length", length, np.inf), ("dimensions", dimensions, self.descriptor.size)):
            if not 1 <= value <= most:
                raise ValueError(f"{label} must be at least 1 and at most {most}; received {value}.")
        self.embedding = CentredMap(dimensions, name="embedding")
        self.build((None, length, skeletons.get(skeleton).num_joints, 3))

    def build(self, input_shape):
        self.embedding.build((None, self.descriptor.size))

    def call(self, joints):
        """Embedding: (N, f, J, 3) float32 metres -> (N, dimensions); Euclidean distance compares two."""
        return self.embedding(self.descriptor(joints))
