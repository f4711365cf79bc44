# SPDX-License-Identifier: MIT
"""Retrieval after re-ranking follows the protocol: both directions, and what is not searched."""

import dataclasses

import numpy as np
import pytest

from components import reranked
from tfskel import features
from tfskel.evaluation import protocols


def items(seed, count=12):
    """Items of four persons before two cameras."""
    rng = np.random.default_rng(seed)
    who = np.arange(count) % 4
    vectors = np.eye(4)[who] + 0.6 * rng.normal(size=(count, 4))
    cameras = rng.choice(["x", "y"], count)
    return features.Features(vectors, who.astype(str), cameras, [""] * count)


PROBE, GALLERY = items(0), items(1, 16)


def found(**protocol):
    return reranked.retrieve(protocols.Protocol(**protocol), PROBE, GALLERY, max_rank=5)


def test_both_directions_are_the_mean_of_two_searches():
    there, both = found(), found(both_directions=True)
    back = reranked.retrieve(protocols.STANDARD, GALLERY, PROBE, max_rank=5)
    assert both.mAP == pytest.approx((there.mAP + back.mAP) / 2)
    np.testing.assert_array_equal(both.reverse.first_match, back.first_match)


def test_what_the_protocol_does_not_search_is_not_found():
    all_of_it, other_cameras, without = found(), found(exclude_same="camera"), found(junk="3")
    assert np.isnan(without.average_precision[PROBE.identities == "3"]).all()
    same = dataclasses.replace(GALLERY, cameras=np.full(len(GALLERY), "z"))
    never_same = reranked.retrieve(protocols.Protocol(exclude_same="camera"), PROBE, same, max_rank=5)
    np.testing.assert_array_equal(never_same.average_precision, all_of_it.average_precision)
    assert other_cameras.mAP != all_of_it.mAP
