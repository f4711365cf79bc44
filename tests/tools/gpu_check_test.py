# SPDX-License-Identifier: MIT
"""The check of a GPU machine: what a measured step says, and that a file is written whatever happens."""

import json

import pytest

from tests.training import steps
from tools import gpu_check


def test_a_step_is_measured_in_every_number_format():
    rows = gpu_check.measure("recognition", "tiny")
    assert [row["precision"] for row in rows] == ["float32", "mixed_bfloat16", "mixed_float16"]
    assert rows[0]["apart"] == 0 and all(0 < row["seconds"] < row["first"] and row["bytes"] > 0 for row in rows)
    assert 0 < rows[2]["apart"] < rows[1]["apart"] < 0.02  # 11 and 8 bits of mantissa


@pytest.fixture
def check(monkeypatch, tmp_path):
    def run(answers, *words):
        monkeypatch.setattr(gpu_check, "_run", lambda command, until: answers[command[1] == "--measure"])
        monkeypatch.setenv("TFSKEL_GOLDEN", str(tmp_path / "golden"))
        for name in ("cage/enc_la_revrec_ias_f6.npz", "notes/read.txt"):  # a folder of recordings, and one without any
            (tmp_path / "golden" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "golden" / name).touch()
        status = gpu_check.main(["--out", str(tmp_path / "found.json"), *words])
        return status, json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))

    return run


def test_the_file_holds_steps_parity_and_that_there_is_no_gpu(check, capsys):
    row = {"step": "x", "precision": "float32", "first": 1.0, "seconds": 0.5, "bytes": 3e6, "total": 1.0, "apart": 0.0}
    status, found = check({True: (0, f"a warning\n{json.dumps([row])}"), False: (0, "\n3 rows, 0 failed")})
    assert status == 0 and found["steps"] == [row] * len(steps.TINY) and found["note"] == gpu_check.NO_GPU
    assert found["parity"] == [{"folder": "cage", "met": True, "summary": "3 rows, 0 failed", "said": []}]
    assert "0.5000" in capsys.readouterr().out


def test_what_fails_or_has_no_time_is_named_and_fails_the_check(check):
    status, found = check({True: (None, ""), False: (1, "row\n3 rows, 1 failed")}, "--seconds", "0")
    assert status == 1 and {row["problem"] for row in found["steps"]} == {"no time left"}
    assert found["parity"][0]["said"] == ["row"] and not found["parity"][0]["met"]
