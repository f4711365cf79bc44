# SPDX-License-Identifier: MIT
"""CAGE's recipes hold the effective settings of the original programs, and their arguments choose what they say."""

import importlib

import pytest

from components import recipe_names

# cage.md, effective values: temperature, encoder epochs, last third left out; epochs, batch, rate of the network.
EFFECTIVE = {
    "biwi": (0.1, 400, True, 300, 128, 0.0005),
    "ias": (0.1, 400, False, 300, 128, 0.0005),
    "kgbd": (0.5, 150, False, 200, 128, 0.0005),
    "ks20": (0.1, 400, False, 800, 128, 0.0005),
    "casia_b_cve": (0.15, 100, False, 1000, 1280, 0.005),
    **{f"casia_b_cme_{pair}": (0.15, 100, False, 0, 128, 0.0005)
       for pair in ("nm_nm", "cl_cl", "bg_bg", "cl_nm", "bg_nm")},
}  # fmt: skip
FORMS = {
    "": (("rev_rec",), ("LA",)),
    "_ba": (("rev_rec",), ("BA",)),
    "_prediction": (("prediction",), ("BA",)),
    "_sorting": (("sorting",), ("BA",)),
    "_plus": (("rev_rec", "prediction", "sorting"), ("LA", "BA", "BA")),
}


def module(name):
    return importlib.import_module(f"configs.cage_{name}")


@pytest.mark.parametrize("name", EFFECTIVE)
def test_recipes_have_the_effective_settings_of_the_original(name):
    config = module(name).get_config()
    training, stage = config.training, config.recognition
    found = (training.temperature, training.epochs, training.drop_last_third)
    assert (*found, stage.epochs, stage.batch_size, stage.learning_rate) == EFFECTIVE[name]
    assert (training.batch_size, training.learning_rate, training.l2, training.clip) == (128, 0.0005, 0.02, 5.0)
    assert config.network.units == 256 and config.published
    assert config.dataset.centred == name.startswith("casia_b")
    assert stage.manner == ("sc" if "cme" in name else "ap")
    assert stage.latest_best == (name != "ias")


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("name", ["biwi", "ias", "kgbd", "ks20"])
def test_every_pretext_task_has_a_recipe(name, suffix):
    config = module(name + suffix).get_config()
    assert (config.training.tasks, config.training.attention) == FORMS[suffix]
    assert config.training.legacy_plus == (suffix == "_plus")
    assert config.training.epochs == EFFECTIVE[name][1]


def test_arguments_choose_views_and_probes():
    assert module("casia_b_cve").get_config("10").dataset.options.config == "casia_b_view10_f20"
    assert module("ks20_plus").get_config("3").dataset.options.config == "ks20_view3_f6"
    assert module("ias_ba").get_config("b").dataset.probe == "b"
    with pytest.raises(ValueError, match="views 0 to 10; received '11'"):
        module("casia_b_cve").get_config("11")
    with pytest.raises(ValueError, match="views 0 to 4; received '5'"):
        module("ks20").get_config("5")


def test_runs_of_different_arguments_have_folders_of_their_own():
    names = [recipe_names.default_name(f"configs/cage_ks20.py{argument}") for argument in ("", ":0", ":4")]
    assert names == ["cage_ks20", "cage_ks20_0", "cage_ks20_4"]
