# SPDX-License-Identifier: MIT
"""Every option of a data set is a flag of its type, and a misspelt one is refused before anything heavy is loaded."""

import importlib
import subprocess
import sys

import pytest
from absl import flags
from ml_collections import config_flags

from components import option_flags
from datasets_tfds import catalogue
from tests import fakes

ROOT = fakes.ROOT
RECIPE = str(ROOT / "configs/sm_sge_own_recordings.py")


def parsed(monkeypatch, *arguments):
    argv = ["run.py", f"--config={RECIPE}", *arguments]
    monkeypatch.setattr(sys, "argv", argv)
    values = flags.FlagValues()
    config_flags.DEFINE_config_file("config", flag_values=values)
    values["config"].parser.parse = option_flags.opened(values["config"].parser.parse)
    values(argv)
    return values.config


OTHER = {bool: ("False", False), int: ("7", 7), float: ("25", 25.0), str: ("word", "word"), tuple: ("('a',)", ("a",))}


@pytest.mark.parametrize("name", catalogue.known())
def test_every_option_of_a_data_set_is_a_flag_of_its_type(monkeypatch, name):
    builder = importlib.import_module(f"datasets_tfds.{name}.{name}_dataset_builder").Builder
    assert catalogue.options(name) == builder.OPTIONS
    for option, default in builder.OPTIONS.items():
        text, value = OTHER.get(type(default), ("{'a': 1}", {"a": 1}))
        config = parsed(monkeypatch, f"--config.dataset.name={name}", f"--config.dataset.options.{option}={text}")
        assert config.dataset.options.to_dict()[option] == value
        assert type(config.dataset.options.to_dict()[option]) is type(default)


def test_options_that_are_not_on_the_command_line_stay_out_of_the_recipe(monkeypatch):
    before = parsed(monkeypatch).dataset.options.to_dict()
    assert parsed(monkeypatch, "--config.dataset.options.fps", "25").dataset.options.to_dict() == before | {"fps": 25.0}


def test_a_bool_option_may_be_given_without_a_value(monkeypatch):
    config = parsed(monkeypatch, "--config.dataset.name", "biwi", "--noconfig.dataset.options.clip")
    assert config.dataset.options.clip is False


@pytest.mark.parametrize(
    "argument, message",
    [
        ("--config.dataset.options.fsp=25", "unknown option 'fsp'. Did you mean 'fps'? Options: format='', "),
        ("--config.dataset.options.fps=fast", "could not convert string to float: 'fast'"),
    ],
)
def test_a_misspelt_option_is_refused_with_the_list_and_without_tensorflow(argument, message):
    command = [sys.executable, "-X", "importtime", str(ROOT / "tools/run.py"), "--config", RECIPE, argument]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode != 0 and message in result.stderr and "Traceback" not in result.stderr
    assert "tensorflow" not in result.stderr and "ml_collections" in result.stderr
