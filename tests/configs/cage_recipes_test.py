# SPDX-License-Identifier: MIT
"""CAGE's recipes hold the effective settings of the original programs, and their arguments choose what they say."""

import importlib

import pytest

# Recipe and arguments -> temperature, encoder epochs, last third left out; epochs, batch, rate of the network.
EFFECTIVE = {
    ("biwi", ""): (0.1, 400, True, 300, 128, 0.0005),
    ("ias", ""): (0.1, 400, False, 300, 128, 0.0005),
    ("kgbd", ""): (0.5, 150, False, 200, 128, 0.0005),
    ("ks20", ""): (0.1, 400, False, 800, 128, 0.0005),
    ("casia_b", ""): (0.15, 100, False, 1000, 1280, 0.005),
    ("casia_b", "view=7"): (0.15, 100, False, 1000, 1280, 0.005),
    **{("casia_b", f"probe={pair}"): (0.15, 100, False, 0, 128, 0.0005)
       for pair in ("nm.nm", "cl.cl", "bg.bg", "cl.nm", "bg.nm")},
}  # fmt: skip
# Variant -> tasks, attention of each, whether the first task stands for all.
VARIANTS = {
    "la": (("rev_rec",), ("LA",), False),
    "ba": (("rev_rec",), ("BA",), False),
    "prediction": (("prediction",), ("BA",), False),
    "sorting": (("sorting",), ("BA",), False),
    "plus": (("rev_rec", "prediction", "sorting"), ("LA", "BA", "BA"), True),
}


def read(name, arguments=""):
    return importlib.import_module(f"configs.cage_{name}").get_config(arguments)


def test_recipes_have_the_effective_settings_of_the_original():
    found, same = {}, set()
    for name, arguments in EFFECTIVE:
        config = read(name, arguments)
        training, stage = config.training, config.recognition
        encoder = (training.temperature, training.epochs, training.drop_last_third)
        found[name, arguments] = (*encoder, stage.epochs, stage.batch_size, stage.learning_rate)
        same.add((training.batch_size, training.learning_rate, training.l2, training.clip, config.network.units))
        same.add((config.dataset.centred == (name == "casia_b"), stage.latest_best == (name != "ias")))
        same.add((stage.manner == ("sc" if "probe" in arguments else "ap"), bool(config.published)))
    assert found == EFFECTIVE and same == {(128, 0.0005, 0.02, 5.0, 256), (True, True)}


def test_every_pretext_task_is_a_variant_that_changes_nothing_else():
    for name in ("biwi", "ias", "kgbd", "ks20"):
        plain = read(name).to_dict()
        for variant, settings in VARIANTS.items():
            config = read(name, f"variant={variant}")
            training = config.training
            assert (training.tasks, training.attention, training.legacy_plus) == settings, (name, variant)
            assert bool(config.published) == (variant in ("la", "plus"))
            training.update(tasks=("rev_rec",), attention=("LA",), legacy_plus=False)
            assert config.to_dict() | {"published": plain["published"]} == plain, (name, variant)


def test_arguments_choose_views_and_probes_with_their_published_numbers():
    for name, arguments, options, probe, rank1 in (
        ("casia_b", "view=10", "casia_b_view10_f20", "single", {"A rank1": 0.463}),
        ("casia_b", "probe=cl.nm", "casia_b_f50", "cl_nm", {"B rank1": 0.27}),
        ("ks20", "view=3,variant=plus", "ks20_view3_f6", "single", {"A rank1": 0.445, "A nAUC": 0.838}),
        ("ias", "probe=b", "ias_f6", "b", {"A rank1": 0.625, "A nAUC": 0.869}),
        ("ias", "probe=b,variant=plus", "ias_f6", "b", {"A rank1": 0.622, "A nAUC": 0.862}),
        ("biwi", "variant=plus,probe=still", "biwi_f6", "still", {"A rank1": 0.633, "A nAUC": 0.883}),
    ):
        config = read(name, arguments)
        assert (config.dataset.options.config, config.dataset.probe) == (options, probe)
        assert config.published.to_dict() == rank1


def test_a_view_and_conditions_exclude_each_other():
    with pytest.raises(ValueError, match="view=3 is cross-view evaluation and probe=cl.nm .*; choose one"):
        read("casia_b", "view=3,probe=cl.nm")
