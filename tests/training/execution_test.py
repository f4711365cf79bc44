# SPDX-License-Identifier: MIT
"""How a training is executed: what goes together, what is said of it, and which worker a process is."""

import importlib
import json

import pytest

from components import recipe_check
from tfskel.training import execution


@pytest.fixture
def recipe():
    def made(system="hi_mpc", **settings):
        config = importlib.import_module(f"configs.{system}").base()
        config.training.update(settings)
        return config

    return made


def test_a_result_says_that_it_was_trained_otherwise_than_for_parity(recipe):
    assert execution.said(recipe().training) == "" and execution.usual(recipe().training)
    found = execution.said(recipe(strategy="mirrored", precision="mixed_bfloat16").training)
    assert found == (
        "Trained on all devices of one machine, which add in another order, with networks that compute in bfloat16, "
        "to 3 digits: not comparable with the original digit by digit."
    )


def test_float16_on_several_devices_is_refused_before_any_work(recipe):
    recipe_check.check(recipe(strategy="mirrored", precision="mixed_bfloat16"))
    with pytest.raises(ValueError, match="replicas cannot agree on .*'mirrored'. Use mixed_bfloat16"):
        recipe_check.check(recipe(strategy="mirrored", precision="mixed_float16"))


@pytest.mark.parametrize("setting, value", [("strategy", "mirrored"), ("precision", "mixed_bfloat16")])
def test_a_fit_in_closed_form_takes_neither(recipe, setting, value):
    recipe_check.check(recipe("joint_distances"))
    with pytest.raises(ValueError, match=f"config.training.{setting} must be one of '.*'; received '{value}'"):
        recipe_check.check(recipe("joint_distances", **{setting: value}))


@pytest.mark.parametrize("system", ["cage", "hi_mpc", "sm_sge", "st_reidnet", "upmnet"])
def test_every_system_that_learns_by_steps_takes_both(recipe, system):
    recipe_check.check(recipe(system, strategy="multi_worker", precision="mixed_bfloat16"))


def test_the_first_worker_is_the_chief_and_other_clusters_are_refused(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert execution.task() == 0
    hosts = {"worker": ["a:1", "b:1"]}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": hosts, "task": {"type": "worker", "index": 1}}))
    assert execution.task() == 1
    for cluster, index in ((hosts | {"ps": ["c:1"]}, 0), (hosts, 2)):
        described = {"cluster": cluster, "task": {"type": "worker", "index": index}}
        monkeypatch.setenv("TF_CONFIG", json.dumps(described))
        with pytest.raises(ValueError, match="index of this process, counted from 0; received"):
            execution.task()
