# SPDX-License-Identifier: MIT
"""Settings with a closed set of values, checked before any work."""

import difflib
from collections.abc import Collection, Mapping


def check(recipe: Mapping, choices: Mapping[str, Collection]) -> None:
    """Refuses a setting that is none of its values.

    Args:
        recipe: section -> settings. Sections and settings that it lacks are not checked.
        choices: "section.setting" -> the values it may have, in the order of the message; where the setting is a tuple,
            each of its entries must be one of them.

    Raises:
        ValueError: another value; the message lists those known.
    """
    for option, values in choices.items():
        section, _, name = option.partition(".")
        settings = recipe.get(section)
        if settings is None or name not in settings:
            continue
        entries = settings[name] if isinstance(settings[name], tuple | list) else (settings[name],)
        for entry in entries:
            if entry not in values:
                close = difflib.get_close_matches(str(entry).lower(), map(str, values), n=1)
                suggestion = f" Did you mean {close[0]!r}?" if close else ""
                known = ", ".join(map(repr, values))
                raise ValueError(f"config.{option} must be one of {known}; received {entry!r}.{suggestion}")
