# SPDX-License-Identifier: MIT
"""How near a written model is to the Keras model, how fast and how large it is."""

import pathlib
import statistics
import time
from collections.abc import Mapping

import numpy as np

from components.export import forms, signatures
from tfskel import inference
from tfskel.runtimes import runtime

ONE_LEVEL = 1 / 255  # of bytes, whose rounding a small difference may turn
TIMED, LONGEST = 21, 2.0  # calls that are timed, and seconds after which no other begins


def computed(
    made: Mapping[str, signatures.Signature], given: Mapping[str, np.ndarray]
) -> tuple[dict[str, dict], dict[str, np.ndarray]]:
    """Signature -> output -> values of the Keras model, of the signatures whose arguments are given.

    Returns:
        These, and the arguments with the features, which other signatures take.
    """
    import tensorflow as tf

    found, given = {}, dict(given)
    for name, signature in made.items():
        if set(signature.arguments) <= set(given):
            outputs = signature.function(*(tf.constant(given[argument]) for argument in signature.arguments))
            found[name] = {output: np.asarray(values) for output, values in outputs.items()}
            if name == inference.EMBED:
                given[inference.VECTORS] = found[name][inference.FEATURES]
    return found, given


def measured(model: runtime.Runtime, near: tuple[str, float], wanted: Mapping, given: Mapping) -> dict:
    """Closeness and speed of a written model.

    Args:
        model: in its own runtime.
        near: measure and limit, see `forms.Form`.
        wanted: of `computed`, of the signatures that the model has.
        given: arguments by name.

    Returns:
        "signatures"; "difference", the largest of any output relative to its largest value, and "cosine", the smallest
        of any item, by signature; "milliseconds", the median of one call of `embed` with one item.

    Raises:
        ValueError: a signature is not near enough.
    """
    pairs = {}
    for name, outputs in wanted.items():
        made = model.run(name, {argument: given[argument] for argument in model.inputs(name)})
        pairs[name] = [(values, made[output]) for output, values in outputs.items()]
    found = {
        forms.DIFFERENCE: {name: max(map(_difference, some)) for name, some in pairs.items()},
        forms.COSINE: {name: min(map(_cosine, some)) for name, some in pairs.items()},
    }
    for name, some in pairs.items():
        _check(name, found, near, any(values.dtype == np.uint8 for values, _ in some))
    return {"signatures": sorted(pairs)} | found | {"milliseconds": _milliseconds(model, given)}


def _check(name: str, found: Mapping, near: tuple[str, float], bytes_only: bool) -> None:
    measure, limit = near
    value = found[measure][name]
    if measure == forms.COSINE:
        if not value >= limit:
            raise ValueError(
                f"signature {name!r} of the export has a cosine of {value:.5f} to the model (allowed {limit} or more); "
                "nothing is published."
            )
        return
    limit = ONE_LEVEL if bytes_only else limit
    if not value <= limit:
        raise ValueError(
            f"signature {name!r} of the export differs from the model by {value:.2g} of its largest value (allowed "
            f"{limit:.2g}); nothing is published."
        )


def _difference(pair: tuple[np.ndarray, np.ndarray]) -> float:
    """Largest difference over the largest value, of bytes over the largest possible one."""
    largest = 255 if pair[0].dtype == np.uint8 else np.abs(pair[0]).max()
    ours, exported = (values.astype(np.float64) for values in pair)
    return float(np.abs(ours - exported).max() / max(largest, 1e-12))


def _cosine(pair: tuple[np.ndarray, np.ndarray]) -> float:
    """Smallest of any item; a vector without items is one, and two of zeros are alike."""
    ours, exported = (values.astype(np.float64).reshape(len(values) if values.ndim > 1 else 1, -1) for values in pair)
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(exported, axis=1)
    return float(np.where((ours == exported).all(axis=1), 1, (ours * exported).sum(axis=1) / lengths.clip(1e-12)).min())


def _milliseconds(model: runtime.Runtime, given: Mapping[str, np.ndarray]) -> float:
    one = {name: given[name][:1] for name in model.inputs(inference.EMBED)}
    model.run(inference.EMBED, one)
    until, seconds = time.perf_counter() + LONGEST, []
    while len(seconds) < TIMED and time.perf_counter() < until:
        began = time.perf_counter()
        model.run(inference.EMBED, one)
        seconds.append(time.perf_counter() - began)
    return 1e3 * statistics.median(seconds)


def size(path: pathlib.Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    return sum(each.stat().st_size for each in (path.rglob("*") if path.is_dir() else [path]) if each.is_file())
