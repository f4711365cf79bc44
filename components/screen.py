# SPDX-License-Identifier: MIT
"""What a run shows and what it only writes down: a few lines on the screen, everything in its log file."""

import contextlib
import faulthandler
import io
import logging as python_logging
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from absl import logging

from components import code_version

LOG = "run.log"
SHORT = python_logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S")
LONG = python_logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")


class _Plain(python_logging.StreamHandler):
    """A line for each message of this package, and the errors of others."""

    def filter(self, record: python_logging.LogRecord) -> bool:
        place = pathlib.Path(record.pathname)
        ours = place.is_relative_to(code_version.ROOT) and place.relative_to(code_version.ROOT).parts[0]
        return record.levelno >= python_logging.ERROR or ours in code_version.PACKAGES


class _Bar(_Plain):
    """On a terminal: lines of the runner and warnings stay, the rest is one line beside the bar of the stage.

    A message's `stage` (text) and `share` (in [0, 1]) of its `extra` move the bar.
    """

    def __init__(self, stream):
        from rich import console, progress, table

        super().__init__(stream)
        shown = console.Console(file=stream, highlight=False, markup=False)
        rest = table.Column(ratio=1, no_wrap=True, overflow="ellipsis")
        columns = (progress.SpinnerColumn(), progress.TextColumn("{task.description}", markup=False),
                   progress.BarColumn(20), progress.TimeElapsedColumn(),
                   progress.TextColumn("{task.fields[said]}", markup=False, table_column=rest))  # fmt: skip
        self.progress = progress.Progress(*columns, console=shown, transient=True, expand=True)
        self.task = self.progress.add_task("", total=1.0, said="", visible=False)

    def emit(self, record: python_logging.LogRecord) -> None:
        try:
            if hasattr(record, "stage"):
                self.progress.reset(self.task, description=record.stage, visible=bool(record.stage), said="")
            if record.levelno >= python_logging.WARNING or hasattr(record, "stays"):
                self.progress.console.print(self.format(record), soft_wrap=True)
            elif not hasattr(record, "stage"):
                share = {"completed": record.share} if hasattr(record, "share") else {}
                self.progress.update(self.task, said=record.getMessage().partition("\n")[0], **share)
        except Exception:
            self.handleError(record)


class _Log(python_logging.FileHandler):
    """The log of a run. Where the disk is full, the run stops at the output that does not fit, and says so."""

    def handleError(self, record):
        """Says nothing of a message that could not be written."""

    def close(self):
        """Closes the file, whether what is left fits or not."""
        with contextlib.suppress(OSError):
            super().close()


@contextlib.contextmanager
def opened() -> Iterator[None]:
    """Keeps the screen for short lines and Python's errors while the programs below Python write into a file.

    Whatever TensorFlow's C++ prints to the standard error goes into the log of the run (see `log`), and nowhere before
    one begins. Messages go to the screen, those of level debug only into the log.
    """
    root, stderr = python_logging.getLogger(), sys.stderr
    handlers, verbosity = root.handlers, logging.get_verbosity()
    with contextlib.ExitStack() as stack:
        terminal = stack.enter_context(_redirected(stderr))
        sys.stderr = terminal
        handler = _Bar(terminal) if terminal.isatty() else _Plain(terminal)
        handler.setFormatter(SHORT)
        handler.setLevel(python_logging.INFO)
        root.handlers = [handler]
        logging.set_verbosity(logging.DEBUG)
        try:
            with getattr(handler, "progress", contextlib.nullcontext()):
                yield
        finally:
            root.handlers, sys.stderr = handlers, stderr
            logging.set_verbosity(verbosity)


@contextlib.contextmanager
def _redirected(stderr) -> Iterator[io.TextIOBase]:
    """The screen as a stream of its own; what else is written to the standard error goes into a file without name."""
    try:
        number = stderr.fileno()
    except (AttributeError, OSError, ValueError):  # a notebook's or a test's, which is no file
        yield stderr
        return
    stderr.flush()
    with contextlib.ExitStack() as stack:
        kept = os.dup(number)
        unnamed = stack.enter_context(tempfile.TemporaryFile())
        terminal = open(os.dup(number), "w", encoding=stderr.encoding, errors="replace", buffering=1)  # noqa: SIM115
        os.dup2(unnamed.fileno(), number)
        _ELSEWHERE.append((number, unnamed))
        faulthandler.enable(terminal)
        try:
            yield terminal
        finally:
            faulthandler.disable()
            stderr.flush()
            _ELSEWHERE.clear()
            os.dup2(kept, number)
            os.close(kept)
            terminal.close()


_ELSEWHERE: list[tuple[int, BinaryIO]] = []
"""While a screen is open: number of the standard error, and the file that it goes to outside of a run."""


@contextlib.contextmanager
def log(workdir: pathlib.Path) -> Iterator[None]:
    """Adds every message to `workdir`/run.log and, while a screen is open, what is written to the standard error."""
    workdir.mkdir(parents=True, exist_ok=True)
    handler = _Log(workdir / LOG, encoding="utf-8")
    handler.setFormatter(LONG)
    root = python_logging.getLogger()
    root.addHandler(handler)
    for number, unnamed in _ELSEWHERE:
        unnamed.seek(0)
        handler.stream.buffer.write(unnamed.read())  # what was said while TensorFlow was loaded
        unnamed.seek(0)
        unnamed.truncate()
        with contextlib.suppress(OSError):
            handler.flush()
        os.dup2(handler.stream.fileno(), number)
    try:
        yield
    finally:
        for number, unnamed in _ELSEWHERE:
            os.dup2(unnamed.fileno(), number)
        root.removeHandler(handler)
        handler.close()
