# SPDX-License-Identifier: MIT
"""`import tfskel` is cheap and offers the useful names."""

import importlib.metadata
import subprocess
import sys

import pytest

import tfskel
from tests import fakes


def test_every_useful_name_is_what_it_says():
    for name in tfskel.__all__:
        if name != "__version__":
            value = getattr(tfskel, name)
            assert getattr(value, "__name__", name) == name
    assert set(tfskel.__all__) <= set(dir(tfskel))


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(AttributeError, match="no attribute 'laod'; it offers __version__, load"):
        tfskel.laod  # noqa: B018


def test_importing_the_package_loads_neither_tensorflow_nor_scipy():
    heavy = ("tensorflow", "keras", "scipy", "faiss")
    program = f"import sys, tfskel; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], cwd=fakes.ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_installed_version_is_the_one_of_the_package():
    assert importlib.metadata.version("tfskel") == tfskel.__version__
