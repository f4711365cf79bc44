# SPDX-License-Identifier: MIT
"""Every recipe builds, names a data set and a probe that exist and a known system, and rejects a typo."""

import ast
import collections
import contextlib
import functools
import importlib
import re

from components import recipe_check
from datasets_tfds import catalogue
from tests import fakes
from tfskel import systems

ROOT = fakes.ROOT
# A recipe is <system>_<data set>.py; a system's base has the system's own name.
RECIPES = sorted(
    path.stem
    for path in (ROOT / "configs").glob("*.py")
    if path.stem not in ("__init__", "sections", "arguments", *systems.SYSTEMS)
)


def read(recipe: str, arguments: str = ""):
    return importlib.import_module(f"configs.{recipe}").get_config(arguments)


def builder(config):
    name = config.dataset.name
    return importlib.import_module(f"datasets_tfds.{name}.{name}_dataset_builder").Builder


def literal(value: str):
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def forms():
    """(recipe, arguments) without arguments, and with each value of each argument."""
    for recipe in RECIPES:
        yield recipe, ""
        for name, values in importlib.import_module(f"configs.{recipe}").get_config.values.items():
            for value in values:
                yield recipe, f"{name}={value}"


def test_there_is_one_recipe_for_each_system_and_data_set():
    counts = collections.Counter(read(recipe).system for recipe in RECIPES)
    assert set(counts) == set(systems.SYSTEMS) and counts.total() >= 41
    named = [(config.system, config.dataset.name, config.dataset.manual_dir, config.dataset.options.get("config"))
             for config in map(read, RECIPES)]  # fmt: skip
    assert not [key for key, count in collections.Counter(named).items() if count > 1]


def test_recipes_name_what_exists():
    wrong = []
    for form in forms():
        config = read(*form)
        try:
            recipe_check.check(config)
            assert form[0].startswith(config.system), f"it is of system {config.system}"
            assert config.dataset.get("skeleton", "") == "", "the prepared data set says it"
            assert config.dataset.name in catalogue.known(), f"there is no data set {config.dataset.name}"
            assert builder(config).config_for(config.dataset.options.to_dict()).name
        except (AssertionError, ValueError) as error:
            wrong.append(f"{form}: {error}")
    assert not wrong


def test_recipes_reject_a_misspelt_key_and_a_wrong_type():
    accepting = []
    for recipe in RECIPES:
        for key, value in (("learning_rat", 1.0), ("epochs", "many")):
            try:
                read(recipe).training[key] = value
                accepting.append(f"{recipe}: {key}={value!r}")
            except (AttributeError, KeyError, TypeError):
                pass
    assert not accepting


def test_recipes_say_how_to_run_them_and_which_arguments_they_take():
    silent = []
    for recipe in RECIPES:
        module = importlib.import_module(f"configs.{recipe}")
        wanted = [f"python tools/run.py --config configs/{recipe}.py"]
        wanted += [f"{name}=" for name in module.get_config.values]
        silent += [(recipe, words) for words in wanted if words not in module.__doc__]
    assert not silent


def test_settings_that_the_docstrings_offer_are_accepted():
    offered = 0
    for recipe in RECIPES:
        text = importlib.import_module(f"configs.{recipe}").__doc__
        for path, value in re.findall(r"--config\.([\w.]+)=([\w-]+)", text):
            config, (*sections, name) = read(recipe), path.split(".")
            section = functools.reduce(getattr, sections, config)
            with section.unlocked() if sections[-1] == "options" else contextlib.nullcontext():
                section[name] = (literal(value),) if isinstance(section.get(name), tuple) else literal(value)
            recipe_check.check(config)
            builder(config).config_for(config.dataset.options.to_dict())
            offered += 1
    assert offered >= 15


def test_arguments_that_the_docstrings_and_the_documentation_offer_are_accepted():
    texts = [importlib.import_module(f"configs.{recipe}").__doc__ for recipe in RECIPES]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))]
    offered = re.findall(r"configs/(\w+)\.py:([\w.=,]*\w)", "\n".join(texts))
    for recipe, arguments in offered:
        assert read(recipe, arguments).system in systems.SYSTEMS
    assert len(offered) >= 10


# Recipe and arguments -> batch, width, rate and epochs of stage 1, rate and first kept epoch of stage 2.
SM_SGE = {
    ("sm_sge_ks20", ""): (64, 256, 0.0005, 200, 0.0025, 0),
    ("sm_sge_ias", "probe=a"): (64, 256, 0.0025, 120, 0.0025, 10),
    ("sm_sge_ias", "probe=b"): (64, 256, 0.0025, 120, 0.0025, 10),
    ("sm_sge_kgbd", ""): (256, 128, 0.0025, 160, 0.0025, 0),
    ("sm_sge_casia_b", ""): (128, 256, 0.0005, 160, 0.0005, 0),
    ("sm_sge_casia_b", "view=3"): (128, 256, 0.0005, 160, 0.0005, 0),
}


def test_sm_sge_recipes_have_the_effective_settings_of_the_original():
    found, same = {}, set()
    for form in SM_SGE:
        config = read(*form)
        training, stage, network = config.training, config.recognition, config.network
        rates = training.learning_rate, training.epochs, stage.learning_rate
        found[form] = (training.batch_size, network.units, *rates, stage.first_saved_epoch)
        same.add((stage.batch_size == training.batch_size, stage.patience))
        same.add((network.heads, network.fusion, network.neighbourhood))
    assert found == SM_SGE and same == {(True, 100), (8, 1.0, 1)}
    config = read("sm_sge_casia_b", "view=3")
    assert config.dataset.options.config == "casia_b_view3_f20" and config.published.to_dict() == {"A rank1": 0.409}
