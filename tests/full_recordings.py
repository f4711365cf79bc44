# SPDX-License-Identifier: MIT
"""The full recordings, of which tests/golden holds the small part that every run of the tests needs."""

import os
import pathlib

import pytest

NAMED = os.environ.get("TFSKEL_GOLDEN", "")
FOLDER = pathlib.Path(NAMED or "TFSKEL_GOLDEN is not set")
needed = pytest.mark.skipif(not NAMED, reason="TFSKEL_GOLDEN names no folder of full recordings")


def skip_without(path: pathlib.Path) -> None:
    """Skips a test that needs a recording which is not at hand."""
    if not path.exists():
        pytest.skip(f"there is no {path}; TFSKEL_GOLDEN names the folder of full recordings")
