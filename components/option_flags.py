# SPDX-License-Identifier: MIT
"""Options of a data set on the command line: every one it has, not only those that the recipe names."""

import re
import sys
from collections.abc import Callable, Sequence

from ml_collections import ConfigDict

from datasets_tfds import catalogue

_NAME = re.compile(r"^--?config\.dataset\.name[=\n](.*)$", re.MULTILINE)
_OPTION = re.compile(r"^--?(?:no)?config\.dataset\.options\.(\w+)", re.MULTILINE)


def opened(load: Callable[[str], ConfigDict], given: Sequence[str] = ()) -> Callable[[str], ConfigDict]:
    """The loader of recipes with the options of a command line added.

    An option that the command line sets and the recipe does not name gets the data set's default, and with it the type
    that the flag is parsed as. Others stay unnamed: a recipe with the same settings is the same run.

    Args:
        load: reads a recipe.
        given: the command line; empty for `sys.argv` as it is when the recipe is read.

    Raises (when called):
        ValueError: the data set has no such option; the message lists those it has.
    """

    def parse(path: str) -> ConfigDict:
        recipe = load(path)
        arguments = "\n".join(given or sys.argv)
        keys = _OPTION.findall(arguments)
        if keys:
            name = (_NAME.findall(arguments) or [recipe.dataset.name])[-1]
            defaults = catalogue.options(name)
            options = recipe.dataset.options
            for key in keys:
                catalogue.check_option(name, key, defaults)
            with options.unlocked():
                options.update({key: defaults[key] for key in keys if key not in options})
        return recipe

    return parse
