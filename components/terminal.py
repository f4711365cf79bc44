# SPDX-License-Identifier: MIT
"""What a program prints reaches every terminal."""

import io
import sys
from collections.abc import Sequence


def replace_unprintable() -> None:
    """Prints "?" for characters that the terminal's encoding lacks, instead of ending in an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def check_decoded(arguments: Sequence[str]) -> None:
    """Refuses arguments that the locale could not decode, before work is done on files that cannot be written.

    Raises:
        ValueError: names the argument and what to do.
    """
    for argument in arguments:
        if any("\udc80" <= character <= "\udcff" for character in argument):
            shown = argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            raise ValueError(
                f"the encoding of this terminal, {sys.getfilesystemencoding()}, lacks characters of {shown!r}. "
                "Set PYTHONUTF8=1 or a UTF-8 locale, or give another name."
            )
