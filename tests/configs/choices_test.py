# SPDX-License-Identifier: MIT
"""What the comments of the recipes offer is what a run accepts, and anything else is refused before any work."""

import importlib
import inspect
import re

import pytest

from components import main, recipe_check
from configs import sections
from tfskel import choices, systems

SETTING = re.compile(r'"(?P<name>\w+)": .*?# (?P<comment>.*)|ConfigDict\(\{"(?P<only>\w+)": .*?# (?P<rest>.*)')
# Function that makes a section -> the section's name, where it is another.
SECTIONS = {"end": "export", "two_stage_selection": "selection", "gan": "training"}


def base(system):
    return importlib.import_module(f"configs.{system}").base()


def offered(module):
    """(section, setting, value) for every quoted value in the comment of a setting."""
    for function, body in inspect.getmembers(module, inspect.isfunction):
        if body.__module__ == module.__name__:
            section = SECTIONS.get(function, function.strip("_"))
            for line in SETTING.finditer(inspect.getsource(body)):
                for value in re.findall(r'"([^"]*)"', line["comment"] or line["rest"]):
                    yield section, line["name"] or line["only"], value


def set_to(config, section, name, value):
    default = config[section][name]
    config[section][name] = tuple(dict.fromkeys((*default, value))) if isinstance(default, tuple) else value
    return config


def test_every_value_that_a_comment_offers_is_accepted_and_nonsense_is_refused():
    wrong, settings = [], set()
    for system in systems.SYSTEMS:
        for module in (importlib.import_module(f"configs.{system}"), sections):
            for section, name, value in offered(module):
                if section == "selection" or name not in base(system).get(section, ()):
                    continue
                settings.add((section, name))
                try:
                    recipe_check.check(set_to(base(system), section, name, value))
                except ValueError as error:
                    wrong.append(f"{system}: {error}")
                try:
                    recipe_check.check(set_to(base(system), section, name, "nonsense"))
                    wrong.append(f"{system}: {section}.{name} takes nonsense")
                except ValueError as error:
                    assert f"config.{section}.{name} must be one of" in str(error)
    assert not wrong
    assert len(settings) >= 16 and {("training", "loss"), ("export", "selection"), ("training", "tasks")} <= settings


def test_every_closed_set_belongs_to_a_setting_of_the_base_recipe_whose_default_is_in_it():
    met = set()
    for system in systems.SYSTEMS:
        config, own = base(system), systems.find(system).CHOICES
        recipe_check.check(config)
        names = {
            option for option in recipe_check.CHOICES | own if option.split(".")[1] in config[option.split(".")[0]]
        }
        assert set(own) <= names, system
        met |= names
    assert set(recipe_check.CHOICES) <= met


def test_a_system_refuses_a_value_by_itself():
    config = base("sm_sge")
    config.training.loss = "MSE"
    with pytest.raises(ValueError, match="training.loss must be one of 'l1', 'mse', 'l2'; received 'MSE'. Did.*'mse'"):
        systems.find("sm_sge")(config, 3, 1)


def test_entries_of_a_list_are_checked_one_by_one_and_missing_settings_are_not():
    known = {"training.tasks": ("a", "b"), "training.none": ("c",), "none.x": ("d",)}
    choices.check({"training": {"tasks": ("b", "a")}}, known)
    choices.check({"training": {"tasks": ()}, "none": None}, known)
    with pytest.raises(ValueError, match="config.training.tasks must be one of 'a', 'b'; received 'c'"):
        choices.check({"training": {"tasks": ("a", "c")}}, known)


def test_a_probe_that_the_data_set_does_not_have_is_refused():
    config = base("cage")
    config.dataset.update(name="released", probe="q")
    with pytest.raises(ValueError, match="data set 'released' has no probe 'q'; choose probe or a"):
        recipe_check.check(config)


def test_stress_of_images_is_refused():
    config = base("upmnet")
    config.evaluation.stress = True
    with pytest.raises(ValueError, match="evaluation.stress changes views and joints .* upmnet, a system of images"):
        recipe_check.check(config)


def test_a_set_that_is_searched_in_itself_is_not_re_ranked():
    config = base("upmnet")
    config.dataset.update(name="person_sim", probe="test")
    recipe_check.check(config)
    config.evaluation.rerank = True
    with pytest.raises(ValueError, match="evaluation.rerank needs a probe and a gallery; .* 'test'"):
        recipe_check.check(config)


def test_a_misspelt_data_set_is_named_before_its_probe(tmp_path):
    config = base("cage")
    config.dataset.update(name="iass", probe="a")
    with pytest.raises(SystemExit, match="Unknown data set 'iass'. Did you mean 'ias'"):
        main.execute(config, tmp_path)
