# SPDX-License-Identifier: MIT
"""Data that many tests read is prepared once."""

import pytest

from tests import fakes


@pytest.fixture(scope="session")
def ingested(tmp_path_factory):
    """The output folder of ingest for the small recipes; the prepared data set lies in its folder tfds."""
    from components import ingest

    folder = tmp_path_factory.mktemp("ingested")
    ingest.ingest(dataset=fakes.recipe("sm_sge").dataset, recordings=folder)
    return folder
