# SPDX-License-Identifier: MIT
"""A few damaged files for each reader; tests/slow/mutated_inputs.py reads thousands, also through TensorFlow."""

import pytest

from tests import mutations
from tests.intact_files import every
from tests.intact_files import reader as readers

LIGHT = sorted(name for name, reader in every.READERS.items() if not reader.heavy)
FILES = 9  # of each reader


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", LIGHT)
def test_a_damaged_file_is_read_correctly_or_refused_by_its_name(name, tmp_path):
    reader, folder = every.READERS[name], tmp_path / "intact"
    folder.mkdir()
    reader.write(folder)
    content, intact = (folder / reader.file).read_bytes(), reader.read(folder)
    faults = []
    for number in range(FILES):
        kind, damaged = mutations.of(content, reader.kinds, number)
        outcome, why = readers.outcome(reader, folder, intact, damaged)
        faults += [f"number {number}, {kind}: {why}"] if outcome == "fault" else []
    assert not faults
