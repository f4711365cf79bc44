# SPDX-License-Identifier: MIT
"""A row tests what the product calls: a fault put there fails it."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tests import fakes
from tests.parity import registry
from tfskel.data import order as batches
from tfskel.evaluation import auc, sequence_scores, tracklets
from tfskel.layers import convolution, dense
from tfskel.systems import recognition
from tfskel.systems.cage import person_order
from tfskel.systems.cage import recognition_stage as cage_recognition
from tfskel.systems.cage import streams as cage_streams
from tfskel.systems.cage import system as cage_system
from tfskel.systems.hi_mpc import losses as prototypes
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import pseudo_labels
from tfskel.systems.hi_mpc import system as hi_mpc_system
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import trainer as pretraining
from tfskel.systems.st_reidnet import convolution_stage, reid_network
from tfskel.systems.upmnet import losses as upmnet_losses
from tfskel.systems.upmnet import model as upmnet_model

GOLDEN = fakes.GOLDEN
# Where the product's function lies, its name, a recording, the start of a row's name that must fail.
CALLED = [
    (cage_recognition, "average", "cage/eval_ap_biwi", "eval/rank_1"),
    (cage_recognition, "average", "cage/eval_ap_biwi", "eval/nauc"),
    (cage_recognition, "metrics", "cage/eval_ap_biwi", "eval/rank_1_printed"),
    (auc, "rank_n", "cage/eval_ap_biwi", "eval/rank_n"),
    (sequence_scores, "complete", "cage/eval_sc_ks20", "eval/rows"),
    (dense.Dense, "call", "cage/rn_ap_ias", "out/hidden"),
    (recognition, "accuracy", "cage/rn_ap_ias", "out/accuracy"),
    (recognition, "cross_entropy", "cage/rn_ap_ias", "loss/cross_entropy"),
    (cage_system.CAGESystem, "rows", "cage/pipeline_cme_cl_nm_f10", "cage/test"),
    (cage_streams, "by_sequence", "cage/pipeline_cme_cl_nm_f10", "cage/train"),
    (person_order, "of_labels", "cage/pipeline_cme_cl_nm_f10", "label/train"),
    (hi_mpc_system.HiMPCSystem, "score", "hi_mpc/trace_ias_small", "trace_metrics/e0"),
    (pseudo_labels, "assign", "hi_mpc/trace_ias_small", "trace_labels/e0_J"),
    (batches, "slices", "hi_mpc/trace_ias_small", "trace_features/e0_msmr"),
    (prototypes, "mined", "hi_mpc/model_ias_j20_f6", "imp/J"),
    (hi_mpc.HiMPC, "levels", "released/loader_KGBD_gallery", "loader_J/train"),
    (pseudo_labels, "draw_rows", "released/loader_KGBD_gallery", "loader_label/train"),
    (recognition, "cross_entropy", "sm_sge/ks20_f6_evaluate", "evaluate/loss"),
    (recognition, "accuracy", "sm_sge/ks20_f6_evaluate", "evaluate/accuracy"),
    (sm_sge, "_bias", "sm_sge/data_ks20_nhood2", "data_biases/J"),
    (sm_sge.SMSGE, "scales", "sm_sge/data_casia_f6", "data_X_train/P"),
    (upmnet_losses, "normalised", "upmnet/association_two_cams_zero_init", "association/loss/1"),
    (upmnet_model, "part_means", "upmnet/head_resnet_v1_50_global", "head/eval"),
    (convolution.Convolution, "call", "upmnet/backbone_mobilenet_v1_narrow_odd", "eval/features"),
    (convolution_stage.ConvolutionStage, "_convolved", "st_reidnet/discriminator_pose_narrow", "eval/logits"),
    (reid_network.ReIDNetwork, "embed", "st_reidnet/reid_resnet18_stride2_oneclass", "eval/feature_global"),
    (tracklets, "frame_descriptors", "upmnet/cmc_two_camera", "templates/split1/1"),
    (pretraining.PretrainTrainer, "targets", "sm_sge/ias_f6_forward_seq", "printed/J"),
]


@tf.autograph.experimental.do_not_convert
def spoilt(value):
    """The same form with other numbers."""
    if isinstance(value, dict):
        return {key: spoilt(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(spoilt, value))
    if isinstance(value, list):
        return value[:-1]
    if isinstance(value, pseudo_labels.PseudoLabels):
        return dataclasses.replace(value, labels=spoilt(value.labels))
    if isinstance(value, int):
        return value - 1
    if not len(np.shape(value)):
        return value * 0.9 - 0.01
    return tf.roll(value, 1, axis=0) if tf.is_tensor(value) else np.roll(value, 1, axis=0)


@pytest.mark.parametrize("place, name, recording, row", CALLED)
def test_a_fault_in_what_the_product_calls_fails_its_row(monkeypatch, place, name, recording, row):
    product = getattr(place, name)

    @tf.autograph.experimental.do_not_convert
    def faulty(*given, **named):
        return spoilt(product(*given, **named))

    monkeypatch.setattr(place, name, faulty)
    failed = []
    for found in registry.compare([GOLDEN / f"{recording}.npz"]):
        if isinstance(found, registry.Problem):
            raise AssertionError(found.reason)
        failed += [] if found.ok else [found.name]
        if found.name == row:
            break
    assert row in failed
