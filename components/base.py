# SPDX-License-Identifier: MIT
"""What a component is: a typed function whose signature says which folders it reads and writes."""

import dataclasses
import functools
import hashlib
import importlib.util
import inspect
import pathlib
import typing
from collections.abc import Callable, Iterator

RECIPE = ("system", "dataset", "network", "training", "recognition", "selection")


@dataclasses.dataclass(frozen=True)
class Role:
    """What the runner hands to an argument of a component."""

    kind: str


Param = typing.Annotated[typing.Any, Role("param")]
"""A section of the recipe with the argument's name; None when the recipe has no such section."""
Recipe = typing.Annotated[dict, Role("recipe")]
"""The sections named in RECIPE as a dictionary: what a system is built from. Sections the recipe lacks are None."""
Seed = typing.Annotated[int, Role("seed")]
"""The seed of this run. A component with a seed runs once for each seed of the recipe."""
Input = typing.Annotated[pathlib.Path, Role("input")]
"""The folder that another component wrote as its output of the same name."""
Each = typing.Annotated[dict[int, pathlib.Path], Role("each")]
"""Like Input, for an output that exists once for each seed: seed -> folder."""
Output = typing.Annotated[pathlib.Path, Role("output")]
"""The empty folder to write. It appears under its final name only when the component returns."""
Resumable = typing.Annotated[pathlib.Path, Role("resumable")]
"""Like Output, but what an interrupted run with the same fingerprint left is still there."""


@dataclasses.dataclass(frozen=True)
class Component:
    """A typed function and what its signature declares.

    Attributes:
        name: stage name on the command line, the function's name.
        function: the body; called with keyword arguments.
        roles: argument name -> role.
        packages: importable modules or packages whose source is part of the fingerprint.
        source: recipe -> JSON-able state of files outside the run that the component reads, or None.
    """

    name: str
    function: Callable
    roles: dict[str, str]
    packages: tuple[str, ...]
    source: Callable | None = None

    def __call__(self, **arguments):
        """Runs the body directly, as tests do."""
        return self.function(**arguments)

    def named(self, *kinds: str) -> list[str]:
        """Names of the arguments that have one of the given roles."""
        return [name for name, kind in self.roles.items() if kind in kinds]

    @property
    def output(self) -> str:
        """Name of the output folder."""
        return self.named("output", "resumable")[0]

    @property
    def per_seed(self) -> bool:
        """Whether the component runs once for each seed."""
        return bool(self.named("seed"))

    @property
    def resumable(self) -> bool:
        """Whether what an interrupted run left is handed to the next one."""
        return bool(self.named("resumable"))


def component(*packages: str, source: Callable | None = None) -> Callable[[Callable], Component]:
    """Declares a typed function as a component.

    Args:
        *packages: modules or packages whose source code decides the result, as import names. The module of the
            function itself is always included.
        source: recipe -> JSON-able state of files outside the run (raw data); part of the fingerprint.

    Raises:
        TypeError: an argument has no role, or there is not exactly one output.
    """

    def declare(function: Callable) -> Component:
        hints = typing.get_type_hints(function, include_extras=True)
        roles = {}
        for name in inspect.signature(function).parameters:
            found = [item.kind for item in getattr(hints.get(name), "__metadata__", ()) if isinstance(item, Role)]
            if not found:
                raise TypeError(
                    f"argument {name!r} of component {function.__name__} has no role; annotate it with one of "
                    "base.Param, base.Recipe, base.Seed, base.Input, base.Each, base.Output, base.Resumable."
                )
            roles[name] = found[0]
        if sum(kind in ("output", "resumable") for kind in roles.values()) != 1:
            raise TypeError(f"component {function.__name__} must have exactly one output; its roles are {roles}.")
        return Component(function.__name__, function, roles, (*packages, function.__module__), source)

    return declare


def _sources(package: str) -> Iterator[pathlib.Path]:
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ValueError(f"package {package!r}, part of a stage's fingerprint, cannot be found.")
    for folder in spec.submodule_search_locations or ():
        yield from sorted(pathlib.Path(folder).rglob("*.py"))
    if not spec.submodule_search_locations and spec.origin:
        yield pathlib.Path(spec.origin)


@functools.cache
def code_version(packages: tuple[str, ...]) -> str:
    """Hash of the source of modules and packages, independent of where they are installed."""
    digest = hashlib.sha256()
    for package in sorted(set(packages)):
        digest.update(package.encode())
        for path in _sources(package):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
