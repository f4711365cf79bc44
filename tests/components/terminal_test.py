# SPDX-License-Identifier: MIT
"""Files are UTF-8 whatever the locale, and every terminal shows what a program prints."""

import ast
import sys

import pytest

from tests import fakes
from tfskel import arrays

PROGRAMS = [path.name for path in sorted((fakes.ROOT / "tools").glob("*.py")) if "__main__" in path.read_text("utf-8")]


def opens_text_without_encoding(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        owner = getattr(call.func.value, "id", getattr(call.func.value, "attr", ""))
        ours = owner in ("arrays", "os", "Image", "zip", "form", "embedding")  # which open no text
        opens = call.func.attr in ("open", "read_text", "write_text") and not ours
    else:
        opens = getattr(call.func, "id", "") == "open"
    if not opens:
        return False
    values = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    binary = any(isinstance(value, ast.Constant) and value.value in ("rb", "wb", "r+b") for value in values)
    return not binary and not any(keyword.arg == "encoding" for keyword in call.keywords)


def test_no_text_file_is_opened_in_the_encoding_of_the_locale():
    offenders = []
    for package in ("tfskel", "datasets_tfds", "components", "configs", "tools"):
        for path in sorted((fakes.ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and opens_text_without_encoding(node):
                    offenders.append(f"{path.relative_to(fakes.ROOT)}:{node.lineno}")
    assert not offenders


ASCII = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_prints_names_that_the_terminal_cannot_show(program, tmp_path):
    """A file name that no program knows appears in its message, with "?" for what ASCII lacks."""
    arguments = {"run.py": ["--config", "zoë_ä.py"]}.get(program, ["zoë_ä", "zoë_ä", "zoë_ä"])
    result = fakes.run([sys.executable, str(fakes.ROOT / "tools" / program), *arguments], tmp_path, **ASCII)
    said = result.stdout + result.stderr
    assert said.isascii() and "UnicodeEncodeError" not in said and result.returncode != 0


def test_a_run_with_names_beyond_ascii_ends_well_on_an_ascii_terminal(tmp_path):
    folder, workdir = tmp_path / "raw", tmp_path / "run"
    fakes.write_csv(folder, fakes.examples(["Zoë", "Łukasz", "李雷"]))
    settings = {"dataset.manual_dir": folder, "dataset.options.format": "csv", "dataset.length": 3,
                "dataset.options.recordings": "recordings.csv"}  # fmt: skip
    result = fakes.run(fakes.command("joint_distances_own_recordings.py", workdir, settings), **ASCII)
    assert result.returncode == 0, result.stderr[-2000:]
    assert "李雷" in (workdir / "report/report.html").read_text("utf-8")
    assert "李雷" in arrays.read_json(workdir / "seed_1/model/system.json")["classes"]


def test_a_folder_that_the_locale_cannot_name_is_refused_before_any_work(tmp_path):
    program = [sys.executable, str(fakes.ROOT / "tools/run.py"), "--config", "sm_sge_gait_sim", "--workdir", "läufe"]
    result = fakes.run(program, tmp_path, **ASCII)
    assert result.returncode == 1 and "lacks characters of 'l?ufe'. Set PYTHONUTF8=1" in result.stderr
    assert not list(tmp_path.iterdir())
