# SPDX-License-Identifier: MIT
"""The screen gets a few lines, the log of a run everything: also what is printed below Python."""

import logging
import os
import pathlib
import pty
import subprocess
import sys

import pytest

from components import screen
from tests import fakes
from tfskel import arrays

PROGRAM = """
import os, pathlib, sys, time
from absl import logging
from components import runner, screen
def said(level, text, of="tfskel", **extra):
    code = f"logging.{level}({text!r}, extra={extra!r})"
    exec(compile(code, str(pathlib.Path(runner.__file__).parents[1] / of / "said.py"), "exec"))
with screen.opened():
    os.write(2, b"chatter while loading\\n")
    with screen.log(pathlib.Path("run")):
        os.write(2, b"chatter while running\\n")
        said("info", "stage train: running", stage="train")
        said("info", "epoch 3/4", share=0.75)
        time.sleep(0.5)  # the bar is drawn ten times a second
        said("debug", "the recipe")
        said("warning", "too few identities")
        said("info", "stage train: ran", stays=True, stage="")
        said("warning", "something is deprecated", of="tensorflow")
    os.write(2, b"chatter behind\\n")
    print("to whom it concerns", file=sys.stderr)
os.write(2, b"the end\\n")
raise SystemExit("stopped: a mistake")
"""
SHOWN = ("too few identities", "stage train: ran", "to whom it concerns", "the end", "stopped: a mistake")
WRITTEN = ("chatter while loading", "chatter while running", "stage train: running", "epoch 3/4", "the recipe",
           "too few identities", "stage train: ran", "something is deprecated")  # fmt: skip


def program(folder):
    path = folder / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return [sys.executable, str(path)]


def on_terminal(words, folder):
    """What a program writes to its standard error when that is a terminal."""
    ours, theirs = pty.openpty()
    environment = fakes.environment(TERM="xterm", COLUMNS="100")
    process = subprocess.Popen(words, cwd=folder, env=environment, stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    parts = []
    while True:
        try:
            parts.append(os.read(ours, 4096))
        except OSError:  # the other end is closed
            break
        if not parts[-1]:
            break
    process.wait()
    os.close(ours)
    return b"".join(parts).decode()


def test_a_stream_gets_lines_and_the_log_gets_all(tmp_path):
    done = fakes.run(program(tmp_path), tmp_path)
    assert all(text in done.stderr for text in (*SHOWN, "epoch 3/4", "stage train: running"))
    assert not [text for text in ("chatter", "the recipe", "deprecated", "\x1b") if text in done.stderr]
    written = arrays.read_text(tmp_path / "run/run.log")
    places = [written.index(text) for text in WRITTEN]
    assert places == sorted(places) and "chatter behind" not in written and "concerns" not in written


def test_a_terminal_gets_one_line_that_moves_and_lines_that_stay(tmp_path):
    said = on_terminal(program(tmp_path), tmp_path)
    assert all(text in said for text in SHOWN) and "epoch 3/4" in said
    assert "\x1b[2K" in said and "chatter" not in said and "the recipe" not in said and "deprecated" not in said
    assert said.index("too few") < said.index("train: ran") < said.index("stopped: a mistake")
    assert "chatter while running" in arrays.read_text(tmp_path / "run/run.log")


def test_a_second_run_is_added_to_the_log(tmp_path):
    for _ in range(2):
        fakes.run(program(tmp_path), tmp_path)
    assert arrays.read_text(tmp_path / "run/run.log").count("chatter while loading") == 2


@pytest.mark.skipif(not pathlib.Path("/dev/full").exists(), reason="a device that is always full, as Linux has it")
def test_a_log_that_does_not_fit_stops_nothing_and_says_nothing(tmp_path, capfd):
    (tmp_path / screen.LOG).symlink_to("/dev/full")
    with screen.log(tmp_path):
        logging.getLogger().warning("does not fit")
    assert "No space" not in capfd.readouterr().err
