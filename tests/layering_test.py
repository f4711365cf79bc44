# SPDX-License-Identifier: MIT
"""Imports go one way through the house; names of data sets and sizes of files stay where they belong."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
OURS = ("tfskel", "datasets_tfds", "components", "configs", "tools")

# Who may import what of ours; the longest matching prefix of the importing module decides.
ALLOWED = {
    "tfskel.skeletons": (),
    "tfskel.io": ("tfskel.io",),
    "tfskel.layers": ("tfskel.layers",),
    "tfskel.losses": (),
    "tfskel.clustering": ("tfskel.clustering",),
    "tfskel.evaluation": ("tfskel.evaluation",),
    "tfskel.data": ("tfskel.data", "tfskel.literal_path", "tfskel.skeletons"),
    "tfskel.models": ("tfskel.models", "tfskel.layers", "tfskel.skeletons"),
    "tfskel.features": (),
    "tfskel.literal_path": (),
    "tfskel.inference": ("tfskel.features", "tfskel.literal_path"),
    "tfskel.checkpoints": ("tfskel.checkpoints", "tfskel.literal_path", "tfskel.models", "tfskel.skeletons"),
    "tfskel.training": ("tfskel",),
    "tfskel.parity": ("tfskel",),
    "tfskel.systems": (),
    "datasets_tfds": ("datasets_tfds", "tfskel.literal_path", "tfskel.skeletons", "tfskel.io"),
    "components": ("components", "tfskel", "datasets_tfds"),
    "configs": ("configs",),
    "tools": OURS,
}
# Parts that must stay usable where TensorFlow is not installed or too slow to load.
WITHOUT_TENSORFLOW = (
    "tfskel.skeletons",
    "tfskel.literal_path",
    "tfskel.io",
    "tfskel.clustering",
    "tfskel.evaluation",
    "tfskel.data",
    "configs",
)
DATASET_NAMES_ALLOWED = ("datasets_tfds", "configs", "tfskel.evaluation.protocols")
LONGEST_FILE, LONGEST_FUNCTION = 250, 40


def modules() -> dict[str, pathlib.Path]:
    found = {}
    for package in OURS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def imported(path: pathlib.Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def at_import_time(path: pathlib.Path) -> list[str]:
    """Modules imported outside functions."""
    tree = ast.parse(path.read_text())
    inside = {id(child) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for child in ast.walk(node)}
    names = []
    for node in ast.walk(tree):
        if id(node) not in inside and isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif id(node) not in inside and isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names


def starts(name: str, prefixes) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_what_its_part_may(module):
    owners = [part for part in ALLOWED if starts(module, [part])]
    if not owners:
        return  # the package files tfskel/__init__.py and the like
    allowed = ALLOWED[max(owners, key=len)]
    wrong = [name for name in imported(MODULES[module]) if starts(name, OURS) and not starts(name, allowed)]
    assert not wrong, f"{module} may import {allowed or 'nothing of ours'}, but imports {wrong}"


@pytest.mark.parametrize("module", [name for name in MODULES if starts(name, WITHOUT_TENSORFLOW)])
def test_module_loads_no_tensorflow_when_imported(module):
    assert not [
        name for name in at_import_time(MODULES[module]) if starts(name, ("tensorflow", "keras", "tensorflow_datasets"))
    ]


def test_nobody_imports_tools():
    for module, path in MODULES.items():
        assert not [name for name in imported(path) if starts(name, ("tools",))], module


def test_data_set_names_appear_only_where_data_sets_are_described():
    names = {path.parent.name for path in (ROOT / "datasets_tfds").glob("*/*_dataset_builder.py")} - {"released"}
    assert len(names) >= 3
    for module, path in MODULES.items():
        if not starts(module, DATASET_NAMES_ALLOWED):
            strings = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
            assert not names & {value for value in strings if isinstance(value, str)}, module


@pytest.mark.parametrize("module", MODULES)
def test_file_and_function_sizes_stay_readable(module):
    text = MODULES[module].read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(getattr(first, "value", None), ast.Constant)
            doc = first.end_lineno - first.lineno + 1 if documented else 0
            assert node.end_lineno - node.lineno + 1 - doc <= LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("module", MODULES)
def test_file_states_licence_and_purpose_and_never_unpickles(module):
    text = MODULES[module].read_text()
    assert text.startswith("# SPDX-License-Identifier: MIT")
    if MODULES[module].name != "__init__.py":
        assert ast.get_docstring(ast.parse(text))
    assert "allow_pickle=" + "True" not in text
