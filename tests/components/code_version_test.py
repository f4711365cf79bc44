# SPDX-License-Identifier: MIT
"""A stage runs again when any module that decides its output has changed, and not when another system has."""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest

from components import code_version, stages
from configs import cage_gait_sim, hi_mpc_gait_sim, sm_sge_gait_sim
from tfskel import systems

RECIPES = {"cage": cage_gait_sim, "hi_mpc": hi_mpc_gait_sim, "sm_sge": sm_sge_gait_sim}
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


@pytest.mark.parametrize("system", RECIPES)
def test_touching_any_module_that_a_stage_imports_changes_its_version(copy, system):
    config = RECIPES[system].get_config()
    unseen = []
    for stage in stages.STAGES:
        modules = stage.modules(config)
        before = code_version.version(modules, copy)
        files = code_version.closure(modules, copy)
        unseen += [
            (stage.name, name)
            for name, path in files.items()
            if touched(path, lambda modules=modules: code_version.version(modules, copy)) == before
        ]
    assert not unseen


@pytest.mark.parametrize("system", RECIPES)
def test_no_module_of_another_system_is_part_of_a_systems_stages(system):
    config = RECIPES[system].get_config()
    others = set(RECIPES) - {system}
    for stage in FITTED:
        modules = code_version.closure(stage.modules(config))
        assert any(system in name for name in modules)
        assert not [name for name in modules for other in others if other in name]


def test_touching_cage_changes_the_stages_of_cage_alone(copy):
    path = copy.joinpath(*systems.module("cage").split(".")).with_suffix(".py")
    for system, recipe in RECIPES.items():
        config = recipe.get_config()
        before = versions(config, copy)
        after = touched(path, lambda config=config: versions(config, copy))
        changed = {name for name in before if before[name] != after[name]}
        assert changed == ({stage.name for stage in FITTED} if system == "cage" else set())


def test_the_report_runs_again_when_its_template_changes(copy):
    config = cage_gait_sim.get_config()
    before = versions(config, copy)
    template = next(copy.rglob("page.html.j2"))
    assert touched(template, lambda: versions(config, copy))["report"] != before["report"]


def test_an_unknown_module_is_named(tmp_path):
    with pytest.raises(ValueError, match="module 'tfskel.nothing', which a stage runs, cannot be found"):
        code_version.closure(["tfskel.nothing"])


def test_what_a_run_really_loads_is_what_the_versions_cover(tmp_path):
    """Every module of ours that is loaded after a whole run is covered by the stages, or only starts and lists them."""
    settings = {"dataset.options.num_identities": 4, "dataset.options.recordings_per_identity": 4,
                "dataset.options.frames": 24, "network.units": 4, "training.batch_size": 8, "training.epochs": 1,
                "recognition.batch_size": 8, "recognition.epochs": 1}  # fmt: skip
    program = (
        "import atexit, json, sys\n"
        "from components import main\n"
        f"out = {str(tmp_path / 'loaded.json')!r}\n"
        "atexit.register(lambda: json.dump(sorted(sys.modules), open(out, 'w')))\n"
        "main.console()\n"
    )
    flags = [f"--config.{name}={value}" for name, value in settings.items()]
    recipe = str(code_version.ROOT / "configs/sm_sge_gait_sim.py")
    subprocess.run(
        [sys.executable, "-c", program, "--config", recipe, "--workdir", str(tmp_path / "run"), *flags],
        cwd=code_version.ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    ours = {
        name
        for name in json.loads((tmp_path / "loaded.json").read_text())
        if name.partition(".")[0] in code_version.PACKAGES
    }
    config = sm_sge_gait_sim.get_config()
    covered = {name for stage in stages.STAGES for name in code_version.closure(stage.modules(config))}
    starting = (
        "main",
        "recipe_check",
        "option_flags",
        "runner",
        "stages",
        "code_version",
        "recipe_names",
        "terminal",
        "summary",
    )
    assert {"tfskel.systems", "components.train", "datasets_tfds.gait_sim.gait"} <= ours
    assert ours - covered - {f"components.{name}" for name in starting} == set()
