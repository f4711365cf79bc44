# SPDX-License-Identifier: MIT
"""Every protocol scores what a training selects epochs by: features without meaning never look perfect."""

import types

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
        {
            "joints": rng.normal(size=(40, 14, 3)).astype(np.float32),
            "identity": f"p{person}",
            "recording": f"{take}",
            "camera": f"{seed} {take}",
        }
        for take in range(2)
        for person in range(PEOPLE)
    )


def fit(protocol):
    """What a fit sees under a protocol: probe and gallery are the same sequences where their splits are.

    Each recording of a person has a camera of its own. A sequence is an item, whatever the protocol makes of frames.
    """
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


def items(*rows):
    """Features of items: (number, identity, camera)."""
    values, identities, cameras = zip(*rows, strict=True)
    return types.SimpleNamespace(
        vectors=np.array(values, float)[:, None],
        identities=np.array(identities),
        cameras=np.array(cameras),
        recordings=np.array(cameras),
    )


def test_both_directions_are_averaged_and_lists_are_of_the_first():
    probe, gallery = items((0, "a", "1"), (10, "b", "1")), items((4, "a", "2"), (4.5, "b", "2"))
    found = protocols.Protocol(both_directions=True, trapezoid=True).retrieve(probe, gallery, max_rank=2, top=1)
    # There each finds itself; on the way back b is nearer to a.
    np.testing.assert_allclose(found.cmc, [0.75, 1])
    metrics = protocols.Protocol(trapezoid=True).metrics(found)
    assert [metrics[name] for name in ("rank1", "mAP", "mINP", "mAP trapezoid")] == [0.75, 0.875, 0.875, 0.8125]
    assert found.first_match.tolist() == [1, 1] and found.top_index.tolist() == [[0], [1]]


def test_junk_is_not_searched_and_the_probe_does_not_find_its_own_camera():
    protocol = protocols.protocol("dukemtmc_videoreid", "probe")
    gallery = items((0, "a", "1"), (1, "-1", "2"), (2, "b", "2"), (3, "a", "2"))
    found = protocol.retrieve(items((0, "a", "1")), gallery, top=3)
    assert found.first_match.tolist() == [2] and found.top_index.tolist() == [[2, 3, -1]]
    assert protocol.metrics(found)["mAP trapezoid"] == (1 / 2 + 0) / 2


def test_every_protocol_says_what_it_searches_and_what_it_leaves_out():
    words = {
        (
            "person_sim",
            "test",
        ): "'test' is searched in itself; gallery items of the probe's identity and camera are left",
        ("ilids_vid", "probe"): "'probe' is searched in 'gallery' and back; frames of a tracklet are one item (max).",
        ("market1501", "usual"): "gallery items of '-1' are left out.",
        ("market1501", "probe"): "this is not the usual protocol of the data set, which is its probe `usual`.",
        ("released", "nm_nm"): "the nearest item is taken for the probe itself and left out of the ranks.",
    }
    for row, text in words.items():
        assert text in protocols.protocol(*row).text, row
    assert len({row.text for row in protocols.PROTOCOLS.values()}) > 10


def test_a_protocol_of_tracklets_pools_their_frames_and_one_of_sequences_does_not():
    pool = protocols.protocol("prid2011", "probe").pool(["t", "t", "u"])
    pool.add(np.arange(3), np.eye(3))
    np.testing.assert_allclose(pool.result(), [[0.5**0.5, 0.5**0.5, 0], [0, 0, 1]])
    assert protocols.STANDARD.pool(["t"], normalised=False) is None
