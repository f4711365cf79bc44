# SPDX-License-Identifier: MIT
"""Recipes are found by name in the working folder, then in the installed package, also from a wheel."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from components import recipe_names
from tests import fakes

ROOT = fakes.ROOT


@pytest.mark.parametrize("name", ["configs/cage_ks20.py", "cage_ks20.py", "cage_ks20", "configs/cage_ks20.py:3"])
def test_a_recipe_is_found_by_name_in_any_folder(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path, _, argument = recipe_names.find(name).partition(":")
    assert pathlib.Path(path) == recipe_names.INSTALLED / "cage_ks20.py" and argument == name.partition(":")[2]


def test_the_working_folder_goes_before_the_installed_package(tmp_path, monkeypatch):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/cage_ks20.py").write_text("def get_config(): ...")
    monkeypatch.chdir(tmp_path)
    assert recipe_names.find("configs/cage_ks20.py") == "configs/cage_ks20.py"
    (tmp_path / "mine_x.py").write_text("def get_config(): ...")
    assert recipe_names.find("mine_x.py:b") == "mine_x.py:b"


@pytest.mark.parametrize("name", ["configs/cage_ks21.py", "cage_ks21"])
def test_an_unknown_recipe_is_refused_with_a_suggestion_and_the_list(name):
    with pytest.raises(ValueError, match=r"no recipe .*Did you mean configs/cage_ks20.py\? Known recipes: cage_biwi, "):
        recipe_names.find(name)


def test_the_bases_of_recipes_are_not_listed_as_recipes():
    known = recipe_names.known()
    assert "sm_sge_gait_sim" in known and not {"sm_sge", "hi_mpc", "cage", "sections", "arguments"} & set(known)
    with pytest.raises(ValueError, match="there is no recipe configs/sm_sge.py. Did you mean configs/sm_sge_"):
        recipe_names.find("configs/sm_sge.py")


def test_a_recipe_in_another_folder_is_never_replaced_by_one_of_the_same_name():
    with pytest.raises(ValueError, match="there is no recipe elsewhere/cage_ks20.py"):
        recipe_names.find("elsewhere/cage_ks20.py")


def test_both_ways_to_give_a_flag_are_resolved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = str(recipe_names.INSTALLED / "cage_ks20.py")
    given = ["--config", "cage_ks20", "--workdir", "cage_ks20"]
    assert recipe_names.resolve(given) == ["--config", found, "--workdir", "cage_ks20"]
    assert recipe_names.resolve(["--config=cage_ks20", "--config.seeds=1"]) == [f"--config={found}", "--config.seeds=1"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A fresh target folder with the wheel that this checkout builds."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    packages = ("tfskel", "datasets_tfds", "components", "configs")
    for package in packages:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run(wheel, check=True, capture_output=True, timeout=300)
    target = [*pip, "install", "--no-deps", "--target", str(folder / "site"), str(next(folder.glob("*.whl")))]
    subprocess.run(target, check=True, capture_output=True, timeout=300)
    return folder / "site"


def run_installed(installed, folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, str(installed / "bin/tfskel-run"), *arguments],
        cwd=folder, env=environment | {"PYTHONPATH": str(installed)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_an_installed_wheel_runs_the_ingest_of_the_demo_recipe_in_an_empty_folder(installed, tmp_path):
    small = ("--config.dataset.options.num_identities=3", "--config.dataset.options.frames=20")
    result = run_installed(
        installed, tmp_path, "--config", "configs/sm_sge_gait_sim.py", "--stages=ingest", "--workdir", "run", *small
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert (tmp_path / "run/recordings/quality.json").is_file()


def test_help_of_an_installed_wheel_lists_the_recipes(installed, tmp_path):
    result = run_installed(installed, tmp_path, "--help")
    assert "sm_sge_gait_sim" in result.stdout and "hi_mpc_gait_sim" in result.stdout


def test_an_installed_wheel_has_every_file_of_the_models_of_the_package(installed):
    ours, theirs = (
        {str(path.relative_to(root)) for path in (root / "tfskel/shipped").glob("[!_]*/**/*") if path.is_file()}
        for root in (ROOT, installed)
    )
    assert ours and ours == theirs
