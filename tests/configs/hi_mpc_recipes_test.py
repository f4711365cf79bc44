# SPDX-License-Identifier: MIT
"""Hi-MPC's recipes hold the effective settings of the original program."""

import importlib

import pytest

from configs import hi_mpc

# hi_mpc.md, effective defaults: eps, min_samples, f; resampling.
EFFECTIVE = {
    "ks20": (0.8, 2, 6, True),
    "ias_a": (0.8, 2, 6, True),
    "ias_b": (0.8, 2, 6, True),
    "biwi_walking": (0.8, 2, 6, True),
    "biwi_still": (0.6, 2, 6, True),
    "kgbd": (0.6, 4, 6, False),
    **{f"casia_b_{pair}": (0.75, 2, 40, True) for pair in ("nm_nm", "cl_cl", "bg_bg", "cl_nm", "bg_nm")},
}


def read(name):
    return importlib.import_module(f"configs.hi_mpc_{name}").get_config()


@pytest.mark.parametrize("name", EFFECTIVE)
def test_recipes_have_the_effective_settings_of_the_original(name):
    config = read(name)
    training = config.training
    assert (training.eps, training.min_samples, config.dataset.length, training.resample) == EFFECTIVE[name]
    assert (training.learning_rate, training.patience, training.batch_size) == (0.00035, 50, 256)
    assert (training.k1, training.k2, training.focus, training.average_joint_loss) == (20, 6, 1, False)
    assert (config.network.units, config.network.heads) == (256, 8)
    assert (config.clustering.method, config.clustering.jaccard_eps) == ("jaccard", 0.6)
    assert config.published


def test_joints_of_one_data_set_are_put_into_order_after_centring():
    ordered = {name for name in EFFECTIVE if len(read(name).network.joint_order)}
    assert ordered == {"kgbd"}
    assert read("kgbd").network.joint_order[:4] == (11, 10, 1, 0)


def test_clustering_of_the_stage_follows_the_trainings_settings():
    config = hi_mpc.base()
    config.training.update(min_samples=3, k1=15, k2=4)
    found = config.clustering
    assert (found.min_samples, found.k1, found.k2) == (3, 15, 4)
