# SPDX-License-Identifier: MIT
"""Finds recipes by name: in the working folder, then in the installed package."""

import difflib
import pathlib
import re

INSTALLED = pathlib.Path(__file__).parents[1] / "configs"


def default_name(recipe: str) -> str:
    """Name of a run: configs/x.py -> x, and with arguments configs/x.py:probe=cl.nm,view=3 -> x_probe_cl_nm_view_3."""
    path, _, arguments = recipe.partition(":")
    return "_".join([pathlib.Path(path).stem, *re.findall(r"\w+", arguments)])


def known() -> list[str]:
    """Names of the recipes in the working folder and in the installed package, sorted."""
    paths = (path for folder in (pathlib.Path("configs"), INSTALLED) for path in folder.glob("[a-z]*_*.py"))
    return sorted({path.stem for path in paths if _is_recipe(path)})


def _is_recipe(path: pathlib.Path) -> bool:
    """Whether a file makes a recipe; a system's base and what recipes share do not."""
    return "get_config" in path.read_text(encoding="utf-8", errors="replace")


def find(recipe: str) -> str:
    """Path of a recipe, with its argument.

    Args:
        recipe: "configs/x.py", "x.py" or "x", and maybe ":argument"; a path is looked up as it is, too.

    Raises:
        ValueError: there is no such recipe; the message names those that are known.
    """
    path, colon, argument = recipe.partition(":")
    name = pathlib.Path(path).stem + ".py"
    by_name = [pathlib.Path("configs") / name, INSTALLED / name]
    for candidate in (pathlib.Path(path), *(by_name if str(pathlib.Path(path).parent) in (".", "configs") else ())):
        if candidate.is_file() and _is_recipe(candidate):
            return f"{candidate}{colon}{argument}"
    close = difflib.get_close_matches(pathlib.Path(path).stem, known(), n=1)
    hint = f" Did you mean configs/{close[0]}.py?" if close else ""
    raise ValueError(f"there is no recipe {path}.{hint} Known recipes: {', '.join(known())}.")


def resolve(arguments: list[str]) -> list[str]:
    """Command line arguments in which the value of --config is the path of a file; errors as `find`."""
    resolved, follows = [], False
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if follows:
            argument = find(argument)
        elif name in ("--config", "-config") and equals:
            argument = f"{name}={find(value)}"
        follows = not follows and argument in ("--config", "-config")
        resolved.append(argument)
    return resolved
