# SPDX-License-Identifier: MIT
"""Imports go one way through the house; names of data sets and sizes of files stay where they belong."""

import ast
import pathlib

ROOT = pathlib.Path(__file__).parents[1]
OURS = ("tfskel", "datasets_tfds", "components", "configs", "tools")

LIGHT = (
    "tfskel.arrays",
    "tfskel.choices",
    "tfskel.literal_path",
    "tfskel.model_inputs",
    "tfskel.shipped",
    "tfskel.skeletons",
)
FIT = ("tfskel.data", "tfskel.evaluation", "tfskel.clustering", "tfskel.features", "tfskel.layers", "tfskel.training")
SHARED = ("base", "fit", "frozen_features", "image_system", "recognition", "skeleton_system", "two_stage")
CHECKPOINTS = tuple(f"tfskel.checkpoints.{name}" for name in ("assign", "name_table", "tf1", "weight_file"))
SHARED_BY_SYSTEMS = tuple(f"tfskel.systems.{name}" for name in SHARED)
# Who may import what of ours beside its own part; the longest matching prefix of the importing module decides.
ALLOWED = {
    "tfskel.arrays": (),
    "tfskel.choices": (),
    "tfskel.literal_path": (),
    "tfskel.model_inputs": (),
    "tfskel.shipped": (),
    "tfskel.skeletons": (),
    "tfskel.layers": (),
    "tfskel.clustering": (),
    "tfskel.evaluation": (),
    "tfskel.data": LIGHT,
    "tfskel.features": ("tfskel.arrays",),
    "tfskel.feature_shards": ("tfskel.arrays", "tfskel.features"),
    "tfskel.inference": (*LIGHT, "tfskel.features", "tfskel.clustering", "tfskel.runtimes"),
    "tfskel.runtimes": ("tfskel.literal_path",),
    "tfskel.training": (
        *LIGHT,
        "tfskel.checkpoints.keras_file",
        "tfskel.data",
        "tfskel.evaluation",
        "tfskel.layers.replicas",
    ),
    "tfskel.checkpoints": (*LIGHT, "tfskel.systems"),
    "tfskel.systems": (*LIGHT, *FIT, *SHARED_BY_SYSTEMS, *CHECKPOINTS),
    "datasets_tfds": LIGHT,
    "components": ("tfskel", "datasets_tfds"),
    "configs": (),
    "tools": tuple(part for part in OURS if part != "tools"),
}
# Parts that must stay usable where TensorFlow is not installed or too slow to load.
WITHOUT_TENSORFLOW = (
    *LIGHT,
    "tfskel.clustering",
    "tfskel.evaluation",
    "tfskel.data",
    "tfskel.inference",
    "tfskel.runtimes",
    "configs",
)
DATASET_NAMES_ALLOWED = ("datasets_tfds", "configs", "tfskel.evaluation.protocols")
LONGEST_FILE, LONGEST_FUNCTION = 250, 40


def name_of(path: pathlib.Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


PATHS = {name_of(path): path for package in OURS for path in sorted((ROOT / package).rglob("*.py"))}
TEXTS = {module: path.read_text(encoding="utf-8") for module, path in PATHS.items()}
TREES = {module: ast.parse(text) for module, text in TEXTS.items()}


def imported(nodes) -> list[str]:
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def outside_functions(tree: ast.Module):
    """Nodes that run when the module is imported."""
    inside = {id(child) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for child in ast.walk(node)}
    return (node for node in ast.walk(tree) if id(node) not in inside)


def starts(name: str, prefixes) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def test_the_house_is_found():
    assert len(PATHS) > 100 and {module.split(".")[0] for module in PATHS} == set(OURS)


def own_part(module: str) -> str:
    """A system's folder is a part of its own; else the first two words of a module of tfskel, or the first."""
    words = module.split(".")
    folder = PATHS[module].parent.name
    if words[:2] == ["tfskel", "systems"]:
        return f"tfskel.systems.{folder}" if folder != "systems" else module
    return ".".join(words[:2]) if words[0] == "tfskel" else words[0]


def test_modules_import_only_what_their_part_may():
    wrong = []
    for module, tree in TREES.items():
        owners = [part for part in ALLOWED if starts(module, [part])]  # none for tfskel/__init__.py
        allowed = (own_part(module), *ALLOWED[max(owners, key=len, default="tools")])
        ours = (name for name in imported(ast.walk(tree)) if starts(name, OURS))
        wrong += [f"{module} imports {name}; it may import {allowed}" for name in ours if not starts(name, allowed)]
    assert not wrong


def test_light_modules_load_no_tensorflow_when_imported():
    heavy = ("tensorflow", "keras", "tensorflow_datasets")
    wrong = []
    for module, tree in TREES.items():
        if starts(module, WITHOUT_TENSORFLOW):
            wrong += [(module, name) for name in imported(outside_functions(tree)) if starts(name, heavy)]
    assert not wrong


def test_nobody_imports_tools_and_only_tools_that_need_their_forms_import_tests():
    wrong = []
    for module, tree in TREES.items():
        forbidden = ("tools",) if module in ("tools.bench", "tools.gpu_check", "tools.parity") else ("tools", "tests")
        wrong += [(module, name) for name in imported(ast.walk(tree)) if starts(name, forbidden)]
    assert not wrong


def test_data_set_names_appear_only_where_data_sets_are_described():
    names = {path.parent.name for path in (ROOT / "datasets_tfds").glob("*/*_dataset_builder.py")} - {"released"}
    assert len(names) >= 3
    wrong = []
    for module, tree in TREES.items():
        if not starts(module, DATASET_NAMES_ALLOWED):
            strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            wrong += [(module, value) for value in strings if isinstance(value, str) and value in names]
    assert not wrong


def test_files_and_functions_stay_readable_in_size():
    wrong = [module for module, text in TEXTS.items() if text.count("\n") > LONGEST_FILE]
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                first = node.body[0]
                documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                docstring = first.end_lineno - first.lineno + 1 if documented else 0
                if node.end_lineno - node.lineno + 1 - docstring > LONGEST_FUNCTION:
                    wrong.append(f"{module}.{node.name}")
    assert not wrong


def test_files_state_licence_and_purpose_and_never_unpickle():
    wrong = []
    for module, text in TEXTS.items():
        purpose = PATHS[module].name == "__init__.py" or ast.get_docstring(TREES[module])
        if not text.startswith("# SPDX-License-Identifier: MIT") or not purpose or "allow_pickle=" + "True" in text:
            wrong.append(module)
    assert not wrong
