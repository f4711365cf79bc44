# SPDX-License-Identifier: MIT
"""Which weights of SM-SGE rounding alone can move by whole steps, so that two exact programs may differ in them."""

import numpy as np

from tests.parity.sm_sge_case import Case
from tfskel import skeletons
from tfskel.systems.sm_sge import trainer as pretraining

# A soft-max does not change when all its inputs shift: gradients of these are zero but for rounding and the slope of
# the leaky unit, and Adam makes whole steps of them.
SHIFTS = ("_attention/self_kernel", "_attention/self_bias", "_attention/other_bias")
# What Adam adds to |g| in its first step, and how far rounding reaches below the largest gradient.
ADAM_FLOOR = 3.2e-7
NOISE_RATIO = 3e6
# Prediction errors and inputs of a rectifier nearer to zero than this have an undetermined sign.
TIE = 5e-6


def shifts(case: Case) -> dict[str, np.ndarray]:
    """Attention weights whose first step is decided by rounding: original name -> mask."""
    masks = {}
    for gradients in case.first_losses_and_gradients[1].values():
        largest = max(float(np.max(np.abs(value))) for value in gradients.values())
        for name, value in gradients.items():
            if case.entries[name].ours.endswith(SHIFTS):
                noise = largest / (np.abs(value) + ADAM_FLOOR) > NOISE_RATIO
                masks[name] = masks.get(name, False) | noise
    return masks


def signs(case: Case, trainer: pretraining.PretrainTrainer) -> dict[str, np.ndarray]:
    """Head weights of columns that hold a tie at the present weights: original name -> mask.

    The gradient of an absolute error is a sign, that of a rectifier a step: where its argument is a rounding error
    away from zero, the two programs may take opposite sides.
    """
    model, plan = trainer.model, trainer.plan
    levels = list(zip(plan.parents, plan.frames, strict=True))
    index = np.concatenate(plan.frames) + trainer.margin
    fused, targets = model.fuse(case.joints()), trainer.targets(case.joints())
    columns = {}
    for scale in skeletons.SCALES:
        outputs = model.encoders[scale].run_tree(np.swapaxes(fused[scale], 0, 1), levels)
        outputs = np.reshape(outputs, (-1, model.units))
        heads, prefix = model.reconstruction[scale], f"{scale}_heads"
        hidden = np.abs(outputs @ heads.hidden.kernel.numpy() + heads.hidden.bias.numpy())
        columns[f"{prefix}/hidden"] = (hidden < TIE).any(axis=0)
        for target, predicted in heads(outputs).items() if trainer.loss == "l1" else ():
            wanted = np.asarray(targets[target])[index].reshape(predicted.shape)
            columns[f"{prefix}/{target}"] = (np.abs(predicted - wanted) < TIE).any(axis=0)
    return _masks(case, columns)


def _masks(case: Case, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    masks = {}
    for name, entry in case.entries.items():
        head = entry.ours.rpartition("/")[0]
        if head in columns:
            mask = columns[head][entry.index[-1]] if entry.index else columns[head]
            masks[name] = np.broadcast_to(mask, case.shapes[name])
    return masks
