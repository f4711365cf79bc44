# SPDX-License-Identifier: MIT
"""The system that the documentation adds is made from its page, and learns."""

import importlib
import re

import numpy as np

import configs
from tests import fakes
from tfskel import systems

PAGE = (fakes.ROOT / "docs/add_a_system.md").read_text(encoding="utf-8")


def test_the_system_of_the_page_is_made_by_its_files_and_one_line_and_learns(tmp_path, monkeypatch):
    for name, text in re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(systems, "__path__", [*systems.__path__, str(tmp_path / "tfskel/systems")])
    monkeypatch.setattr(configs, "__path__", [*configs.__path__, str(tmp_path / "configs")])
    ((name, place),) = re.findall(r'^    "(\w+)": "(.*)",$', PAGE, re.MULTILINE)
    monkeypatch.setitem(systems.SYSTEMS, name, place)
    recipe = importlib.import_module(f"configs.{name}_cmu_walk").get_config()
    recipe.dataset.update(length=4, skeleton="openpose")
    recipe.network.units = 16
    recipe.training.batch_size = 8
    fit = fakes.fit(f=4)
    system = systems.find(recipe.system)(recipe, classes=len(fit.train.classes), seed=1)
    (phase,) = system.phases(fit)
    losses = [float(phase.step(*batch)["total"]) for epoch in range(5) for batch in phase.batches(epoch)]
    assert np.mean(losses[-3:]) < 0.5 * np.mean(losses[:3])
    assert phase.score(0)["probe/rank1"] > 0.9
