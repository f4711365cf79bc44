# SPDX-License-Identifier: MIT
"""Arguments of a recipe have the types of their values; a word or value that is not known is refused with a hint."""

import os
import subprocess
import sys

import pytest

from components import recipe_names
from configs import arguments
from tests import fakes

ROOT = fakes.ROOT


@arguments.accepts(view=range(3), probe=("a", "cl.nm"))
def get_config(view=None, probe="a"):
    return view, probe


@arguments.accepts()
def without_arguments():
    return ()


def test_arguments_have_the_types_of_their_values_and_the_functions_defaults():
    assert get_config() == get_config("") == (None, "a")
    assert get_config("view=2") == (2, "a")
    assert get_config("probe=cl.nm,view=0") == (0, "cl.nm")


@pytest.mark.parametrize(
    "text, match",
    [
        ("veiw=2", "'veiw=2' is not an argument of this recipe. Did you mean 'view=2'.*: view=0|1|2; probe=a|cl.nm"),
        ("view=3", "'view=3' is not .*view=0|1|2"),
        ("probe=a,cl.nm", "'cl.nm' is not .*Did you mean 'probe=cl.nm'"),
        ("probe=a,", "'' is not an argument"),
        ("probe", "'probe' is not an argument"),
        ("view=1,view=2", "argument 'view' is given twice in 'view=1,view=2'"),
    ],
)
def test_what_is_not_known_is_refused_with_the_list(text, match):
    with pytest.raises(ValueError, match=match.replace("|", r"\|").replace("?", r"\?")):
        get_config(text)


def test_a_recipe_without_arguments_says_so():
    assert without_arguments() == ()
    with pytest.raises(ValueError, match="'3' is not an argument of this recipe. It has none: leave out the colon"):
        without_arguments("3")


@pytest.mark.parametrize("argument, hint", [("cage_ias.py:b", "'probe=b'"), ("cage_ks20.py:veiw=1", "'view=1'")])
def test_the_refusal_reaches_the_user_without_a_trace(argument, hint):
    command = [sys.executable, ROOT / "tools/run.py", "--config", f"{ROOT}/configs/{argument}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    refused = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert refused.returncode == 1 and f"Did you mean {hint}?" in refused.stderr
    assert "Traceback" not in refused.stderr and len(refused.stderr.strip().splitlines()) == 2


def test_runs_of_different_arguments_have_clean_folder_names_of_their_own():
    names = {
        "configs/cage_ks20.py": "cage_ks20",
        "configs/cage_ks20.py:": "cage_ks20",
        "configs/cage_ias.py:probe=b,variant=plus": "cage_ias_probe_b_variant_plus",
        "configs/hi_mpc_casia_b.py:probe=cl.nm": "hi_mpc_casia_b_probe_cl_nm",
    }
    assert {recipe: recipe_names.default_name(recipe) for recipe in names} == names
