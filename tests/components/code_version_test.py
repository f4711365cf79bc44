# SPDX-License-Identifier: MIT
"""A stage runs again when any module that decides its output has changed, and not when another system has."""

import pathlib
import shutil

import pytest

from components import code_version, stages
from tests import fakes
from tfskel import systems

RECIPES = {name: fakes.recipe(name) for name in systems.SYSTEMS}
FITTED = [stage for stage in stages.STAGES if stage.recipe and stage.repeated]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    root = tmp_path_factory.mktemp("copy")
    for package in code_version.PACKAGES:
        shutil.copytree(code_version.ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def versions(config, root):
    return {stage.name: code_version.version(stage.modules(config), root) for stage in stages.STAGES}


def touched(path: pathlib.Path, measure):
    """What `measure` returns while the file has one line more."""
    before = path.read_bytes()
    path.write_bytes(before + b"\n# touched\n")
    try:
        return measure()
    finally:
        path.write_bytes(before)


def test_touching_any_module_that_a_stage_imports_changes_its_version(copy):
    seen, unseen = set(), []
    for config in RECIPES.values():
        for stage in stages.STAGES:
            modules = stage.modules(config)
            before = code_version.version(modules, copy)
            files = code_version.closure(modules, copy)
            unseen += [
                (config.system, stage.name, name)
                for name, path in files.items()
                if (stage.name, name) not in seen
                and touched(path, lambda modules=modules: code_version.version(modules, copy)) == before
            ]
            seen |= {(stage.name, name) for name in files}
    assert len(seen) > 500 and not unseen


@pytest.mark.parametrize("system", RECIPES)
def test_no_module_of_another_system_is_part_of_a_systems_stages(system):
    config = RECIPES[system]
    others = set(RECIPES) - {system}
    for stage in FITTED:
        modules = code_version.closure(stage.modules(config))
        assert any(system in name for name in modules)
        assert not [name for name in modules for other in others if other in name]


def test_touching_cage_changes_the_stages_of_cage_alone(copy):
    path = copy.joinpath(*systems.module("cage").split(".")).with_suffix(".py")
    for system, config in RECIPES.items():
        before = versions(config, copy)
        after = touched(path, lambda config=config: versions(config, copy))
        changed = {name for name in before if before[name] != after[name]}
        assert changed == ({stage.name for stage in FITTED} if system == "cage" else set())


def test_the_report_runs_again_when_its_template_changes(copy):
    config = RECIPES["cage"]
    before = versions(config, copy)
    template = next(copy.rglob("page.html.j2"))
    assert touched(template, lambda: versions(config, copy))["report"] != before["report"]


def test_an_unknown_module_is_named(tmp_path):
    with pytest.raises(ValueError, match="module 'tfskel.nothing', which a stage runs, cannot be found"):
        code_version.closure(["tfskel.nothing"])


def test_templates_of_the_report_decide_no_training():
    files = code_version.closure(["components.train", "components.evaluate"])
    assert not [name for name in files if name.endswith(".j2")]
