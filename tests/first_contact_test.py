# SPDX-License-Identifier: MIT
"""What a newcomer types first answers at once: nothing heavy is loaded before there is work for it."""

import sys

import pytest

from tests import fakes

HEAVY = (
    "tensorflow",
    "keras",
    "tensorflow_datasets",
    "apache_beam",
    "matplotlib",
    "pandas",
    "scipy",
    "sklearn",
    "faiss",
)
PROGRAM = """
import runpy, sys
sys.argv[1:] = ["--help"]
try:
    {start}
except SystemExit:
    pass
print("\\nloaded:", *(name for name in {heavy} if name in sys.modules))
"""


@pytest.mark.parametrize(
    "start, said",
    [
        ("import tfskel", ""),
        ("runpy.run_path('tools/run.py', run_name='__main__')", "--config"),
        ("from components import main; main.console()", "Recipes, found in"),
        ("from components.compare import main; main.console()", "Compares recipes"),
        ("from components import identify; identify.console()", "identify"),
        ("from components import embed; embed.console()", "Parquet shards"),
        ("from components import shards; shards.console()", "tfskel-shards neighbours"),
    ],
    ids=["import", "tools/run.py", "tfskel-run", "tfskel-compare", "tfskel-identify", "tfskel-embed", "tfskel-shards"],
)
def test_help_loads_nothing_heavy(start, said):
    result = fakes.run([sys.executable, "-c", PROGRAM.format(start=start, heavy=HEAVY)])
    assert said in result.stdout and result.stdout.endswith("loaded:\n"), result.stdout[-500:] + result.stderr[-2000:]
