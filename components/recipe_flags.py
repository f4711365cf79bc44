# SPDX-License-Identifier: MIT
"""Recipes and their settings as the command line of the runner gives them, read without being one."""

import shlex

from absl import flags
from ml_collections import ConfigDict, config_flags

from components import option_flags, recipe_names


def read(text: str) -> tuple[str, list[str], ConfigDict]:
    """A recipe with settings, e.g. "configs/cage_ias.py:probe=b --config.training.epochs=3".

    Returns:
        (path of the recipe with its argument, settings as they were given, the resolved recipe, locked).

    Raises:
        ValueError: no such recipe, a misspelt key or a value of the wrong type; the message has a suggestion.
    """
    try:
        recipe, *settings = shlex.split(text) or [""]
        path = recipe_names.find(recipe)
        arguments = ["", f"--config={path}", *settings]
        values = flags.FlagValues()
        config_flags.DEFINE_config_file("config", lock_config=True, flag_values=values, sys_argv=arguments)
        values["config"].parser.parse = option_flags.opened(values["config"].parser.parse, arguments)
        words = values(arguments)[1:]
    except (AttributeError, KeyError, TypeError, ValueError, flags.Error) as error:
        raise ValueError(f"{text!r} cannot be used: {reason(error)}") from error
    if words:
        raise ValueError(f"{text!r} cannot be used: {words[0]!r} is no setting; give --config.section.key=value.")
    return path, settings, values.config


def reason(error: BaseException) -> str:
    """What a recipe or its flags say is wrong, without the trace that the loader puts around it."""
    while "Error whilst parsing config file" in str(error) and error.__context__:
        error = error.__context__
    while isinstance(error, Exception) and error.args:
        error = error.args[0]  # a KeyError shows its message in quotes
    return str(error)
