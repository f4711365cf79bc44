# SPDX-License-Identifier: MIT
"""What the cluster stage stores of its clusters, with and without any."""

import numpy as np
import pytest

from components import cluster
from configs import sections
from tfskel import clustering, features
from tfskel.clustering import prototypes
from tfskel.data import recordings
from tfskel.data import skeleton_split as sequences


@pytest.fixture
def found():
    rng = np.random.default_rng(0)
    examples = [{"joints": rng.normal(size=(24, 5, 3)).astype(np.float32), "identity": f"p{k}"} for k in range(3)]
    train = sequences.build(recordings.Recordings.from_list(examples), f=4).distinct()
    return train, features.extract(lambda rows: {"x": train.read(rows).reshape(len(rows), -1)}, train, 16)["x"]


def test_each_sequence_is_clustered_once(found):
    cut, _ = found
    assert len(np.unique(cut.windows.start)) == len(cut) == 3 * 21


@pytest.mark.parametrize("method", cluster.SETTINGS)
def test_every_method_of_the_recipe_runs_with_its_sections_settings(found, method):
    section = sections.clustering(method)
    settings = cluster.SETTINGS[method](found[1].vectors, section, 3, 0)
    labels = clustering.cluster(found[1].vectors, method, **settings)
    assert labels.shape == (63,) and labels.min() >= -1


def test_members_are_centred_sequences_of_their_cluster(found):
    cut, vectors = found
    labels = cut.labels
    means = prototypes.prototypes(vectors.vectors, labels)
    members = cluster._members(cut, vectors, labels, means)
    assert members["identity"].tolist() == [f"p{k}" for k in members["cluster"]]
    assert members["size"].tolist() == [21] * 12 and not members["items"][..., 0, :].any()


def test_outliers_alone_leave_no_members_and_no_error(found):
    cut, vectors = found
    labels = np.full(len(cut), -1)
    members = cluster._members(cut, vectors, labels, prototypes.prototypes(vectors.vectors, labels))
    assert {name: len(values) for name, values in members.items()} == dict.fromkeys(members, 0)
