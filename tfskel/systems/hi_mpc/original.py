# SPDX-License-Identifier: MIT
"""Names and shapes of the original Hi-MPC checkpoints, and how they become our weights."""

import dataclasses
import re
from collections.abc import Mapping

import numpy as np

from tfskel import skeletons
from tfskel.checkpoints import assign
from tfskel.systems.hi_mpc import model as hi_mpc

HEAD = "Hi_MPC/Hi_MPC/Variable"
FIRST_KERNEL = "W_1"
# Every head matrix has a twin that was never trained; the rest is the state of the optimiser.
IGNORED = (rf"{HEAD}(_\d+)?/Initializer/Variable", r".*/Adam(_\d+)?", r".*beta[12]_power(_\d+)?")
_SUFFIX = {"joints": "", "parts": "_P", "bodies": "_B"}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One original variable.

    Attributes:
        ours: our weight's name.
        head: which of the stacked head matrices it is; None for the whole weight.
    """

    ours: str
    head: int | None = None


def table(heads: int) -> dict[str, Entry]:
    """Original variable name -> Entry.

    Args:
        heads: meta-transformation heads M.
    """
    entries = {}
    for number, level in enumerate(hi_mpc.LEVELS):
        ours = f"{level}_encoder"
        entries[f"{FIRST_KERNEL}{_SUFFIX[level]}"] = Entry(f"{ours}/hidden_kernel")
        entries[_numbered("Encoder/Variable", number)] = Entry(f"{ours}/hidden_bias")
        entries[f"W_2{_SUFFIX[level]}"] = Entry(f"{ours}/kernel")
        entries[_numbered("Encoder/Variable", 3 + number)] = Entry(f"{ours}/bias")
        entries |= {_numbered(HEAD, 3 * head + number): Entry(f"{level}_heads/kernel", head) for head in range(heads)}
    return entries


def to_ours(original: Mapping[str, np.ndarray], entries: Mapping[str, Entry]) -> dict[str, np.ndarray]:
    """Original variables as our weights, ready for `assign.assign`.

    Raises:
        ValueError: a variable of the table is missing, or one is neither in the table nor ignored.
    """
    assign.require_same_names(entries, original, IGNORED)
    ours, stacks = {}, {}
    for name, entry in entries.items():
        value = np.asarray(original[name])
        if entry.head is None:
            ours[entry.ours] = value
        else:
            stacks.setdefault(entry.ours, {})[entry.head] = value
    return ours | {name: np.stack([parts[head] for head in sorted(parts)]) for name, parts in stacks.items()}


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
    assign.assign(model, to_ours(original, table(model.num_heads)))


def _numbered(name: str, number: int) -> str:
    return f"{name}_{number}" if number else name
