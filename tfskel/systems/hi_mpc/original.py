# SPDX-License-Identifier: MIT
"""Names and shapes of the original Hi-MPC checkpoints, and how they become our weights."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from tfskel import skeletons
from tfskel.checkpoints import name_table
from tfskel.checkpoints.name_table import Entry, numbered
from tfskel.systems.hi_mpc import model as hi_mpc

SEVERAL = False
HEAD = "Hi_MPC/Hi_MPC/Variable"
FIRST_KERNEL = "W_1"
# Every head matrix has a twin that was never trained.
IGNORED = (rf"{HEAD}(_\d+)?/Initializer/Variable", *name_table.OPTIMISER_STATE)
_SUFFIX = {"joints": "", "parts": "_P", "bodies": "_B"}


def table(heads: int) -> dict[str, Entry]:
    """Original variable name -> Entry.

    Args:
        heads: meta-transformation heads M.
    """
    entries = {}
    for number, level in enumerate(hi_mpc.LEVELS):
        ours = f"{level}_encoder"
        entries[f"{FIRST_KERNEL}{_SUFFIX[level]}"] = Entry(f"{ours}/hidden/kernel")
        entries[numbered("Encoder/Variable", number)] = Entry(f"{ours}/hidden/bias")
        entries[f"W_2{_SUFFIX[level]}"] = Entry(f"{ours}/encoded/kernel")
        entries[numbered("Encoder/Variable", 3 + number)] = Entry(f"{ours}/encoded/bias")
        entries |= {numbered(HEAD, 3 * head + number): Entry(f"{level}_heads/kernel", (head,)) for head in range(heads)}
    return entries


def hyperparameters(shapes: Mapping[str, tuple]) -> dict:
    """What the shapes of a checkpoint's variables tell.

    Args:
        shapes: original name -> shape.

    Returns:
        skeleton, units, heads.

    Raises:
        ValueError: it is not a Hi-MPC checkpoint.
    """
    if FIRST_KERNEL not in shapes or HEAD not in shapes:
        raise ValueError(f"this is not a Hi-MPC checkpoint: it lacks {FIRST_KERNEL} or {HEAD}.")
    rows, units = shapes[FIRST_KERNEL]
    matrices = sum(re.fullmatch(rf"{HEAD}(_\d+)?", name) is not None for name in shapes)
    skeleton = skeletons.by_num_joints(rows // 3).name
    return {"skeleton": skeleton, "units": units, "heads": matrices // len(hi_mpc.LEVELS)}


def load(model: hi_mpc.HiMPC, original: Mapping[str, np.ndarray]) -> None:
    """Assigns the variables of an original checkpoint.

    Raises:
        ValueError: names or shapes do not fit the model.
    """
    name_table.load(model, original, table(model.heads), IGNORED)


def models(originals: Sequence[Mapping[str, np.ndarray]], length: int) -> tuple[dict, dict]:
    """Models and description for `convert.convert`."""
    seen = hyperparameters({name: value.shape for name, value in originals[0].items()})
    encoder = hi_mpc.HiMPC(length=length, **seen)
    load(encoder, originals[0])
    return {"encoder": encoder}, {**seen, "length": length}
