# SPDX-License-Identifier: MIT
"""Every recipe builds, names a data set and a probe that exist and a known system, and rejects a typo."""

import importlib
import pathlib

import pytest

from datasets_tfds import catalogue
from tfskel import systems
from tfskel.evaluation import protocols

ROOT = pathlib.Path(__file__).parents[2]
# A recipe is <system>_<data set>[_...].py; a system's base has the system's own name.
RECIPES = sorted(
    path.stem for path in (ROOT / "configs").glob("*.py") if path.stem not in ("__init__", "sections", *systems.SYSTEMS)
)


def read(recipe: str):
    return importlib.import_module(f"configs.{recipe}").get_config()


def test_there_are_recipes_for_every_system():
    for name in systems.SYSTEMS:
        assert sum(recipe.startswith(name) for recipe in RECIPES) >= 5


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_names_what_exists(recipe):
    config = read(recipe)
    assert recipe.startswith(config.system) and config.system in systems.SYSTEMS
    assert config.dataset.name in catalogue.known()
    assert config.dataset.skeleton == "", "the prepared data set says it"
    assert protocols.protocol(config.dataset.name, config.dataset.probe).train == "train"


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_options_are_those_of_its_builder(recipe):
    dataset = read(recipe).dataset
    builder = importlib.import_module(f"datasets_tfds.{dataset.name}.{dataset.name}_dataset_builder").Builder
    assert builder.config_for(dataset.options.to_dict()).name


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_rejects_a_misspelt_key_and_a_wrong_type(recipe):
    config = read(recipe)
    with pytest.raises(AttributeError, match="learning_rate"):
        config.training.learning_rat = 1.0
    with pytest.raises(TypeError):
        config.training.epochs = "many"


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_says_how_to_run_it(recipe):
    text = importlib.import_module(f"configs.{recipe}").__doc__
    assert f"python tools/run.py --config configs/{recipe}.py" in text


# sm_sge.md, effective settings: batch, width, rate and epochs of stage 1, rate of stage 2.
EFFECTIVE = {
    "sm_sge_ks20": (64, 256, 0.0005, 200, 0.0025),
    "sm_sge_ias_a": (64, 256, 0.0025, 120, 0.0025),
    "sm_sge_ias_b": (64, 256, 0.0025, 120, 0.0025),
    "sm_sge_kgbd": (256, 128, 0.0025, 160, 0.0025),
    "sm_sge_casia_b": (128, 256, 0.0005, 160, 0.0005),
}


@pytest.mark.parametrize("recipe", EFFECTIVE)
def test_sm_sge_recipes_have_the_effective_settings_of_the_original(recipe):
    config = read(recipe)
    batch, units, rate, epochs, second = EFFECTIVE[recipe]
    assert (config.training.batch_size, config.recognition.batch_size) == (batch, batch)
    assert (config.network.units, config.training.learning_rate, config.training.epochs) == (units, rate, epochs)
    assert (config.recognition.learning_rate, config.recognition.patience) == (second, 100)
    assert (config.network.heads, config.network.fusion, config.network.neighbourhood) == (8, 1.0, 1)
    assert config.recognition.first_saved_epoch == (10 if config.dataset.name == "ias" else 0)
