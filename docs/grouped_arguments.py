# SPDX-License-Identifier: MIT
"""Extension of Griffe: "a, b: text" and "a: text. b: text" in a docstring are two arguments on a page."""

import re

import griffe

_SECTION = re.compile(r"^(Args|Attributes):\n((?:[ \t]+\S.*\n?|\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^    (?=\S)", re.MULTILINE)
_NAMES = re.compile(r"(\w+(?:, \w+)*): ")


def entries(section: str, known: set[str]) -> str:
    """Entries of a section, indented by four, one for each name."""
    single = []
    for entry in filter(str.strip, _ENTRY.split(section)):
        # A name of the signature behind a full stop begins an entry of its own.
        parts = re.split(r"(?<=[.;])\s+(?=(\w+(?:, \w+)*): )", entry)
        texts = [parts[0]]
        for names, text in zip(parts[1::2], parts[2::2], strict=True):
            if set(names.split(", ")) <= known:
                texts.append(text)
            else:
                texts[-1] += f" {text}"
        for text in texts:
            found = _NAMES.match(text)
            names = found.group(1).split(", ") if found else [""]
            single += [f"    {name}: {text[found.end() :].rstrip()}\n" if found else f"    {text}" for name in names]
    return "".join(single)


class GroupedArguments(griffe.Extension):
    """Gives every argument of a docstring a line of its own before the docstring is parsed."""

    def on_object(self, *, obj: griffe.Object, **_) -> None:
        """Rewrites the docstring of a module, class, function or attribute."""
        if obj.docstring is None:
            return
        function = obj.members.get("__init__", obj) if obj.is_class else obj
        known = {parameter.name for parameter in getattr(function, "parameters", ())} | set(obj.members)
        obj.docstring.value = _SECTION.sub(
            lambda section: f"{section[1]}:\n{entries(section[2], known)}\n", obj.docstring.value + "\n"
        )
