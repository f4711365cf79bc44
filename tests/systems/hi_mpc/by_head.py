# SPDX-License-Identifier: MIT
"""Hi-MPC's logits in the original's order of operations: a loop over heads that transforms frames."""

import functools
import math

from keras import ops

from tfskel.systems.hi_mpc import model as hi_mpc


def logits(layer: hi_mpc.MetaHeads, frames, prototypes):
    """What `MetaHeads.logits` returns, slower."""
    units = frames.shape[-1]
    flat, means = ops.reshape(frames, (-1, units)), ops.mean(frames, axis=1)
    of_frames, of_sequences = [], []
    for head in range(layer.heads):
        kernel = layer.kernel[head]
        keys = ops.transpose(ops.matmul(prototypes, kernel))  # (units, K)
        products = ops.matmul(ops.matmul(flat, kernel), keys) / math.sqrt(units)  # (N * f, K)
        of_frames.append(ops.reshape(products, (-1, frames.shape[1], ops.shape(prototypes)[0])))
        of_sequences.append(ops.matmul(ops.matmul(means, kernel), keys) / math.sqrt(units))  # (N, K)
    return ops.stack(of_frames, axis=2), ops.stack(of_sequences, axis=1)


def looping(model: hi_mpc.HiMPC) -> hi_mpc.HiMPC:
    """The same model; its heads compute their logits so from now on."""
    for heads in model.meta_heads.values():
        heads.logits = functools.partial(logits, heads)
    return model
