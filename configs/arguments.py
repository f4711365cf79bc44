# SPDX-License-Identifier: MIT
"""Arguments of a recipe, `configs/<recipe>.py:name=value,name=value`: each has a closed set of typed values."""

import difflib
import functools
from collections.abc import Callable, Iterable

from ml_collections import ConfigDict


def accepts(**values: Iterable) -> Callable[[Callable[..., ConfigDict]], Callable[[str], ConfigDict]]:
    """Turns a function with keyword arguments into the `get_config` of a recipe.

    Args:
        **values: argument -> the values it may have. A value is chosen by its text and handed over with its own type.
            An argument that is left out keeps the function's default.

    Returns:
        a decorator; the decorated function takes the text behind the recipe's colon, raises ValueError for anything it
        does not know, and has the table name -> text -> value as its attribute `values`.
    """
    known = {name: {str(value): value for value in choices} for name, choices in values.items()}

    def declare(recipe: Callable[..., ConfigDict]) -> Callable[[str], ConfigDict]:
        @functools.wraps(recipe)
        def get_config(text: str = "") -> ConfigDict:
            return recipe(**_read(text, known))

        get_config.values = known
        return get_config

    return declare


def _read(text: str, known: dict[str, dict]) -> dict:
    """The typed arguments in `text`; ValueError for a word or value that is not known, or a word given twice."""
    given = {}
    for argument in text.split(",") if text else ():
        name, _, value = argument.partition("=")
        if name in given:
            raise ValueError(f"argument {name!r} is given twice in {text!r}.")
        if value not in known.get(name, ()):
            raise ValueError(f"{argument!r} is not an argument of this recipe. {_help(argument, known)}")
        given[name] = known[name][value]
    return given


def _help(argument: str, known: dict[str, dict]) -> str:
    if not known:
        return "It has none: leave out the colon and what follows."
    forms = [f"{name}={value}" for name, values in known.items() for value in values]
    of_this_value = [form for form in forms if form.endswith(f"={argument}")]
    close = (of_this_value or difflib.get_close_matches(argument, forms, n=1, cutoff=0.7))[:1]
    suggestion = f"Did you mean {close[0]!r}? " if close else ""
    choices = "; ".join(f"{name}={'|'.join(values)}" for name, values in known.items())
    return f"{suggestion}Arguments, separated by commas: {choices}."
