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


@pytest.fixture(scope="session")
def ingested_images(tmp_path_factory):
    """The same for systems of images: rendered persons."""
    from components import ingest

    folder = tmp_path_factory.mktemp("ingested_images")
    ingest.ingest(dataset=fakes.recipe("upmnet").dataset, recordings=folder)
    return folder
