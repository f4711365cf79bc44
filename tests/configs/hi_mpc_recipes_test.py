# SPDX-License-Identifier: MIT
"""Hi-MPC's recipes hold the effective settings of the original program."""

import importlib

from configs import hi_mpc

# Recipe and arguments -> eps, min_samples, f; resampling.
EFFECTIVE = {
    ("ks20", ""): (0.8, 2, 6, True),
    ("ias", "probe=a"): (0.8, 2, 6, True),
    ("ias", "probe=b"): (0.8, 2, 6, True),
    ("biwi", "probe=walking"): (0.8, 2, 6, True),
    ("biwi", "probe=still"): (0.6, 2, 6, True),
    ("kgbd", ""): (0.6, 4, 6, False),
    **{("casia_b", f"probe={pair}"): (0.75, 2, 40, True) for pair in ("nm.nm", "cl.cl", "bg.bg", "cl.nm", "bg.nm")},
}


def read(name, arguments=""):
    return importlib.import_module(f"configs.hi_mpc_{name}").get_config(arguments)


def test_recipes_have_the_effective_settings_of_the_original():
    found, same, probes = {}, set(), {}
    for name, arguments in EFFECTIVE:
        config = read(name, arguments)
        training = config.training
        found[name, arguments] = (training.eps, training.min_samples, config.dataset.length, training.resample)
        same.add((training.learning_rate, training.patience, training.batch_size, training.k1, training.k2))
        same.add((training.focus, training.average_joint_loss, config.network.units, config.network.heads))
        same.add((config.clustering.method, config.clustering.jaccard_eps, bool(config.published)))
        if arguments:
            probes[arguments] = config.dataset.probe
    assert found == EFFECTIVE
    assert same == {(0.00035, 50, 256, 20, 6), (1, False, 256, 8), ("jaccard", 0.6, True)}
    assert probes == {arguments: arguments.removeprefix("probe=").replace(".", "_") for arguments in probes}


def test_joints_of_one_data_set_are_put_into_order_after_centring():
    ordered = {name for name, arguments in EFFECTIVE if len(read(name, arguments).network.joint_order)}
    assert ordered == {"kgbd"}
    assert read("kgbd").network.joint_order[:4] == (11, 10, 1, 0)


def test_clustering_of_the_stage_follows_the_trainings_settings():
    config = hi_mpc.base()
    config.training.update(min_samples=3, k1=15, k2=4)
    found = config.clustering
    assert (found.min_samples, found.k1, found.k2) == (3, 15, 4)
