# SPDX-License-Identifier: MIT
"""The source code that decides a stage's output: every module of this package that it really imports."""

import ast
import functools
import hashlib
import pathlib
from collections.abc import Iterable

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("tfskel", "datasets_tfds", "components")
READ_BESIDE = ("*.j2", "*.tsv", "*.npz")  # files that modules of the same folder read


def version(modules: Iterable[str], root: pathlib.Path = ROOT) -> str:
    """Hash of the source of some modules and of all that they import, independent of where they are installed."""
    digest = hashlib.sha256()
    for name, path in sorted(closure(modules, root).items()):
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def closure(modules: Iterable[str], root: pathlib.Path = ROOT) -> dict[str, pathlib.Path]:
    """Modules and all of PACKAGES that they import, at the top or inside functions, directly or through others.

    What is chosen by name while running (the system, the data set) is not seen: it must be among `modules`.

    Args:
        modules: import names.
        root: folder that holds the packages.

    Returns:
        import name -> file; files read beside the modules by their name.

    Raises:
        ValueError: one of `modules` does not exist.
    """
    files, waiting = {}, list(modules)
    for name in waiting:
        if _file(name, root) is None:
            raise ValueError(f"module {name!r}, which a stage runs, cannot be found in {root}.")
    while waiting:
        name = waiting.pop()
        path = None if name in files else _file(name, root)
        if path is None:
            continue
        files[name] = path
        waiting += [other for other in _imports(path.read_bytes()) if other.partition(".")[0] in PACKAGES]
        waiting += filter(None, [name.rpartition(".")[0]])  # importing a module runs its package
        beside = (other for pattern in READ_BESIDE for other in path.parent.glob(pattern))
        files |= {str(other.relative_to(root)): other for other in beside}
    return files


def _file(name: str, root: pathlib.Path) -> pathlib.Path | None:
    path = root.joinpath(*name.split("."))
    candidates = (path / "__init__.py", path.with_name(path.name + ".py"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


@functools.cache
def _imports(source: bytes) -> tuple[str, ...]:
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)
