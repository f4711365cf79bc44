# SPDX-License-Identifier: MIT
"""Every system has recordings and a comparison; all recordings are met where they are at hand."""

import importlib
import os
import shutil
import subprocess
import sys

import pytest

from tests import fakes
from tests.parity import registry, rows
from tfskel import systems

GOLDEN = fakes.GOLDEN
# System -> why there are no recordings of it.
WITHOUT_RECORDINGS = {"joint_distances": "it is our own: there is no original"}
# What only the full recordings hold.
ONLY_FULL = {
    "cage": {"side_by_side_after5", "cage/testB"},
    "hi_mpc": {"loader_J/test", "labels_from_features/k30_6/labels_eps0.6_ms2"},
    "upmnet": {"features/restored", "grad_cam/PrePool/0", "single_file", "train/features/global", "untrained/ilids"},
    "st_reidnet": {
        "files/E",
        "tensors",
        "start/gan",
        "train/width64/image_every4",
        "baseline/siamese_adam/1/total",
        "gan/loss/0/1/E_t",
        "gan/moved/E",
        "gan/full/gradient/G/de_avg.1.weight",
    },
    "sm_sge": {"sim_loss", "run_loss", "run1", "evaluate/sum_logits"},
}


def uncovered(names, without, golden):
    return [
        name
        for name in names
        if not without.get(name)
        and not any(registry.recognise(path) == name for path in sorted((golden / name).glob("*.npz")))
    ]


def test_every_system_has_recordings_that_are_compared_or_a_named_reason():
    assert uncovered(systems.SYSTEMS, WITHOUT_RECORDINGS, GOLDEN) == []
    assert uncovered(["cage", "new", "excused"], {"excused": "the original cannot be run"}, GOLDEN) == ["new"]
    assert not set(WITHOUT_RECORDINGS) & set(registry.MODULES)


@pytest.mark.slow
@pytest.mark.skipif(not fakes.recorded("TFSKEL_GOLDEN").is_dir(), reason="needs all recordings: TFSKEL_GOLDEN")
@pytest.mark.parametrize("system", registry.MODULES)
def test_the_full_recordings_are_met(system):
    results = list(registry.compare([fakes.recorded("TFSKEL_GOLDEN", system)]))
    assert [result for result in results if isinstance(result, registry.Problem) or not result.ok] == []
    assert ONLY_FULL[system] <= {row.name for row in results if isinstance(row, rows.Row)}


def test_the_tool_finds_the_comparison_from_anywhere(tmp_path):
    shutil.copy(GOLDEN / "sm_sge" / "metrics_a.npz", tmp_path)
    command = [sys.executable, GOLDEN.parents[1] / "tools" / "parity.py", "metrics_a.npz"]
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=tmp_path, env=plain, capture_output=True, text=True, check=True)
    assert "3 rows, 0 failed, 0 files not compared" in done.stdout


def test_the_tool_says_that_an_installed_package_has_no_comparison(tmp_path, monkeypatch, capsys):
    tool = importlib.import_module("tools.parity")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    with pytest.raises(SystemExit):
        tool.main(["metrics_a.npz"])
    assert "not part of an installed package. Run tools/parity.py from a checkout" in capsys.readouterr().err
