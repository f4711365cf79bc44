# SPDX-License-Identifier: MIT
"""Data that many tests read is prepared once; what takes longest is tested first."""

import pytest

from tests import fakes


def pytest_configure(config):
    """Workers take files in the order of collection, not those of most tests first."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items):
    """Long files come first: those of small tests then fill what two workers have left."""
    items.sort(key=lambda item: not {"end_to_end", "tools"} & set(item.path.parts))


@pytest.fixture
def untraced():
    """Until the test ends, compiled functions run line by line: a few steps take less time than their trace."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


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
