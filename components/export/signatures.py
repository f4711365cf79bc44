# SPDX-License-Identifier: MIT
"""What an exported model offers: functions of items as captured, by name."""

import dataclasses
import functools
import inspect
from collections.abc import Callable

from tfskel import inference


@dataclasses.dataclass(frozen=True)
class Signature:
    """One signature of an exported model: a function of tensors with named outputs, and the specs of its arguments."""

    arguments: dict[str, "tf.TensorSpec"]  # noqa: F821
    function: Callable

    def named(self) -> Callable:
        """The function under the names of its arguments that users of the signature give."""
        function = functools.partial(self.function)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        function.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in self.arguments])
        return function


def of_system(system, pooling: str) -> dict[str, Signature]:
    """Name -> signature; the first, `embed`, is `serving_default` too.

    Args:
        system: with the weights to export.
        pooling: "max" or "mean" adds what makes one item of the frames of a tracklet; "" does not.
    """
    import tensorflow as tf

    def embed(raw) -> dict:
        vectors = system.represent(system.prepare(raw), portable=True)
        return {name.replace(" ", "_"): values for name, values in vectors.items()}

    def template(vectors) -> dict:
        pooled = {"max": tf.reduce_max, "mean": tf.reduce_mean}[pooling](vectors, axis=0)
        return {inference.FEATURES: tf.math.divide_no_nan(pooled, tf.norm(pooled))}

    made = {inference.EMBED: embed}
    if system.CLASSIFIER:
        made[inference.CLASSIFY] = lambda raw: {"scores": system.scores(system.prepare(raw), portable=True)}
    if pooling:
        made[inference.EMBED_TRACKLET] = lambda raw: template(embed(raw)[inference.FEATURES])
    raw = _named(system.INPUT, system.raw_spec.shape, system.raw_spec.dtype)
    found = {name: Signature(raw, function) for name, function in made.items()}
    if pooling:
        found[inference.TEMPLATE] = Signature(_named(inference.VECTORS, (None, None), tf.float32), template)
    if system.joints:
        pose = _named(inference.POSE, (None, system.joints, 2), tf.float32)
        found[inference.RECONSTRUCT] = Signature(
            raw | pose, lambda images, pose: {inference.RECONSTRUCTION: system.reconstruct(images, pose)}
        )
    return found


def _named(name: str, shape, dtype) -> dict[str, "tf.TensorSpec"]:  # noqa: F821
    import tensorflow as tf

    return {name: tf.TensorSpec(shape, dtype, name=name)}
