# SPDX-License-Identifier: MIT
"""The notebook of the documentation runs as it stands and prints what its page says."""

import re

import pytest

from tests import fakes

jupytext = pytest.importorskip("jupytext", reason="the notebook needs the extra docs")
nbclient = pytest.importorskip("nbclient", reason="the notebook needs the extra docs")

PAGE = fakes.ROOT / "docs/who_is_it.md"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
POINTS = 1.1  # two of 187 sequences; other processors round otherwise


def test_the_notebook_prints_what_its_page_says_and_draws_its_picture(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(fakes.ROOT))
    notebook = jupytext.read(PAGE)
    at = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=at).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    printed = "".join(output.text for output in outputs if output.get("name") == "stdout" and "tmp" not in output.text)
    said = "".join(re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    assert NUMBER.sub("0", printed) == NUMBER.sub("0", said)
    assert [float(one) for one in NUMBER.findall(printed)] == pytest.approx(
        list(map(float, NUMBER.findall(said))), abs=POINTS
    )
    assert (tmp_path / "who_is_it.png").stat().st_size > 10_000
