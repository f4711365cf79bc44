# SPDX-License-Identifier: MIT
"""Names and shapes of the original SM-SGE checkpoints, and how they become our weights."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from tfskel import skeletons
from tfskel.checkpoints import name_table
from tfskel.checkpoints.name_table import Entry, numbered
from tfskel.systems import recognition
from tfskel.systems.sm_sge import model as sm_sge

SEVERAL = False
# Creation order of the original program; the 4th matrix (suffix 11) is never used.
MATRICES = {
    8: ("joints", "parts"),
    9: ("parts", "bodies"),
    10: ("joints", "bodies"),
    12: ("interpolated", "joints"),
    13: ("interpolated", "parts"),
    14: ("interpolated", "bodies"),
    15: ("interpolated", "interpolated"),
    16: ("joints", "joints"),
    17: ("parts", "parts"),
    18: ("bodies", "bodies"),
}
RELATION = "Multi_Scale/Multi_Scale/Variable"
CLASSIFIER = "Recognition/Recognition/Variable"
CLASSIFIER_WEIGHTS = ("hidden/kernel", "hidden/bias", "logits/kernel", "logits/bias")
UNUSED_MATRIX = re.escape(f"{RELATION}_11")
IGNORED = (UNUSED_MATRIX, re.escape(CLASSIFIER) + r"(_[1-7])?", *name_table.OPTIMISER_STATE)


def table(heads: int, units: int, structure_only: bool = False) -> dict[str, Entry]:
    """Original variable name -> Entry, for the encoder.

    Args:
        heads: attention heads per scale.
        units: width of the LSTM layers.
        structure_only: leave the collaborative relations out.
    """
    entries = {}
    for number, scale in enumerate(skeletons.SCALES):
        entries |= _attention(number, scale, heads) | _encoder(scale) | _heads(scale, units)
    if not structure_only:
        entries |= {f"{RELATION}_{k}": Entry(f"collaboration/{t}_from_{s}") for k, (t, s) in MATRICES.items()}
    return entries


def classifier_table(stage: int = 2) -> dict[str, Entry]:
    """Original variable name -> Entry, for the recognition network of stage 1 (never trained) or 2."""
    first = 4 * (stage - 1)
    return {numbered(CLASSIFIER, first + k): Entry(name) for k, name in enumerate(CLASSIFIER_WEIGHTS)}


def hyperparameters(shapes: Mapping[str, tuple]) -> dict:
    """What the shapes of an encoder's variables tell.

    Args:
        shapes: original name -> shape.

    Returns:
        skeleton, units, heads, node_units, and classes (None without a stage-2 recognition network).

    Raises:
        ValueError: it is not an SM-SGE checkpoint.
    """
    needed = ("MSR/J_pred/rnn/multi_rnn_cell/cell_0/lstm_cell/kernel", RELATION)
    if any(name not in shapes for name in needed):
        raise ValueError(f"this is not an SM-SGE checkpoint: it lacks {needed[0]} or {needed[1]}.")
    rows, columns = shapes[needed[0]]
    units, node_units = columns // 4, shapes[RELATION][1]
    heads = sum(re.fullmatch(r"Multi_Scale/BiasAdd(_\d+)?/biases", name) is not None for name in shapes)
    last_bias = shapes.get(numbered(CLASSIFIER, 7))
    return {
        "skeleton": skeletons.by_num_joints((rows - units) // node_units).name,
        "units": units,
        "heads": heads // len(skeletons.SCALES),
        "node_units": node_units,
        "classes": last_bias[0] if last_bias else None,
    }


def load_encoder(model: sm_sge.SMSGE, original: Mapping[str, np.ndarray]) -> None:
    """Assigns the encoder's variables of an original checkpoint.

    Raises:
        ValueError: names or shapes do not fit the model.
    """
    unused = tuple(re.escape(f"{RELATION}_{k}") for k in MATRICES) if model.structure_only else ()
    name_table.load(model, original, table(model.heads, model.units, model.structure_only), (*IGNORED, *unused))


def load_classifier(model: recognition.Recognition, original: Mapping[str, np.ndarray], stage: int = 2) -> None:
    """Assigns the recognition network of stage 1 or 2 of an original checkpoint.

    Raises:
        ValueError: names or shapes do not fit the model.
    """
    name_table.load(model, original, classifier_table(stage), (*IGNORED, r"Multi_Scale/.*", r"MSR/.*"))


def models(originals: Sequence[Mapping[str, np.ndarray]], length: int) -> tuple[dict, dict]:
    """Models and description for `convert.convert`; a recognition network that was not trained is left out."""
    seen = hyperparameters({name: value.shape for name, value in originals[0].items()})
    classes = seen.pop("classes")
    made = {"encoder": sm_sge.SMSGE(length=length, **seen)}
    load_encoder(made["encoder"], originals[0])
    if classes:
        made["recognition"] = recognition.Recognition(4 * seen["units"], classes)
        load_classifier(made["recognition"], originals[0])
    return made, {**seen, "length": length, "classes": classes}


def _attention(number: int, scale: str, heads: int) -> dict[str, Entry]:
    ours = f"{scale}_attention"
    entries = {
        numbered(RELATION, 2 * number): Entry(f"{ours}/embed/kernel"),
        numbered(RELATION, 2 * number + 1): Entry(f"{ours}/embed/bias"),
    }
    for head in range(heads):
        first = number * heads + head
        convolution = [numbered("Multi_Scale/conv1d", 3 * first + k) for k in range(3)]
        entries[f"{convolution[0]}/kernel"] = Entry(f"{ours}/kernel", (head,))
        for side, layer in zip(("self", "other"), convolution[1:], strict=True):
            entries[f"{layer}/kernel"] = Entry(f"{ours}/{side}_kernel", (head,))
            entries[f"{layer}/bias"] = Entry(f"{ours}/{side}_bias", (head,))
        entries[numbered("Multi_Scale/BiasAdd", first) + "/biases"] = Entry(f"{ours}/output_bias", (head,))
    return entries


def _encoder(scale: str) -> dict[str, Entry]:
    first, second = (
        name_table.lstm(
            f"MSR/{sm_sge.LETTERS[scale]}_pred/rnn/multi_rnn_cell/cell_{layer}/lstm_cell/",
            f"{scale}_encoder/lstm_{layer}/",
        )
        for layer in range(2)
    )
    return first | second


def _heads(scale: str, units: int) -> dict[str, Entry]:
    letter, ours = sm_sge.LETTERS[scale], f"{scale}_heads"
    entries = {}
    for number, target in enumerate(sm_sge.TARGETS[scale]):
        own = slice(number * units, (number + 1) * units)
        rows = (
            Entry(f"{ours}/hidden/kernel", (slice(None), own)),
            Entry(f"{ours}/hidden/bias", (own,)),
            Entry(f"{ours}/{target}/kernel"),
            Entry(f"{ours}/{target}/bias"),
        )
        names = [numbered(f"MSR/MSR/{letter}_pred/{letter}_pred/Variable", 4 * number + k) for k in range(4)]
        entries |= dict(zip(names, rows, strict=True))
    return entries
