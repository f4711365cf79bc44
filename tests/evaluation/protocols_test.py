# SPDX-License-Identifier: MIT
"""Every protocol scores what a training selects epochs by: features without meaning never look perfect."""

import numpy as np
import pytest
from ml_collections import ConfigDict

from tfskel import features
from tfskel.data import recordings
from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import protocols
from tfskel.systems import fit as fit_data
from tfskel.systems import two_stage
from tfskel.systems.hi_mpc import system as hi_mpc_system

F, PEOPLE = 4, 6
ROWS = {"standard": protocols.STANDARD, **{"/".join(key): row for key, row in protocols.PROTOCOLS.items()}}


def walkers(seed):
    rng = np.random.default_rng(seed)
    return recordings.Recordings.from_list(
        {"joints": rng.normal(size=(40, 14, 3)).astype(np.float32), "identity": f"p{person}", "recording": f"{take}"}
        for take in range(2)
        for person in range(PEOPLE)
    )


def fit(protocol):
    """What a fit sees under a protocol: probe and gallery are the same sequences where their splits are."""
    names = list(dict.fromkeys((protocol.train, protocol.probe, protocol.gallery)))
    cut = {name: sequences.build(walkers(number), f=F, rule="testing", root=None) for number, name in enumerate(names)}
    return fit_data.Fit(*(cut[name] for name in (protocol.train, protocol.probe, protocol.gallery)), "probe", protocol)


def represented(encode):
    return lambda data: features.extract(lambda rows: {"features": encode(data.read(rows))}, data, 64)


def random_encoder(joints):
    """Features that depend on a sequence and say nothing about its person."""
    return joints.reshape(len(joints), -1) @ np.random.default_rng(0).normal(size=(F * 14 * 3, 8))


def two_stage_score(data, encode):
    return two_stage.retrieval(data, represented(encode))


def hi_mpc_score(data, encode):
    system = object.__new__(hi_mpc_system.HiMPCSystem)
    system.recipe = {"training": ConfigDict({"probe_remainder": "keep", "batch_size": 8})}
    system.features = represented(encode)
    return {name.replace("MSMR/", ""): value for name, value in system.score(data).items()}


@pytest.mark.parametrize("score", [two_stage_score, hi_mpc_score])
def test_a_random_encoder_never_looks_perfect_and_a_perfect_one_always_to_the_selection_of_epochs(score):
    for name, protocol in ROWS.items():
        data = fit(protocol)
        label = {
            joints.tobytes(): label
            for side in (data.probe, data.gallery)
            for joints, label in zip(side.read(slice(None)), side.labels, strict=True)
        }

        def perfect(joints, label=label):
            return np.eye(PEOPLE)[[label[rows.tobytes()] for rows in joints]]

        assert score(data, random_encoder)["probe/rank1"] < 0.6, name
        assert score(data, perfect)["probe/rank1"] == 1, name
