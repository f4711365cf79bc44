# SPDX-License-Identifier: MIT
"""Every data set says what it may be used for."""

import pytest

from datasets_tfds import catalogue, licence


@pytest.mark.parametrize("name", catalogue.known())
def test_every_data_set_has_a_sentence_that_ends(name):
    assert licence.of(name).endswith(".")


def test_a_sentence_goes_on_in_indented_lines_and_no_further():
    assert licence.of("biwi") == (
        "CC BY-NC-SA 3.0 according to the owner's description: no commercial use. Nothing of it is in this package."
    )
    assert licence.of("cmu_walk").endswith("directly, even in converted form.")
