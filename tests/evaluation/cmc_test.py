# SPDX-License-Identifier: MIT
"""The three forms of the CMC against loops written from their definitions."""

import types

import numpy as np
import pytest

from tfskel.evaluation import cmc, matches, protocols, ranking

RANKS = 15


def items(rng, rows, identities, cameras=3, values=None):
    vectors = rng.normal(size=(rows, 3)) if values is None else rng.integers(values, size=(rows, 3))
    return types.SimpleNamespace(
        vectors=vectors.astype(float),
        identities=np.array([f"p{i}" for i in rng.integers(identities, size=rows)]),
        cameras=rng.choice(list("abc")[:cameras], rows),
    )


def naive(form, probe, gallery, seed, ranks=RANKS):
    """One probe, one repeat and one identity at a time."""
    random, curve, probes = np.random.RandomState(seed), np.zeros(ranks), 0
    for vector, identity, camera in zip(probe.vectors, probe.identities, probe.cameras, strict=True):
        apart = ((vector - gallery.vectors) ** 2).sum(axis=1)
        same, here = gallery.identities == identity, gallery.cameras == camera
        kept = ~here if form == cmc.SINGLE_SHOT else ~(same & here)
        ranked = [row for row in np.argsort(apart, kind="stable") if kept[row]]
        if not any(same[row] for row in ranked):
            continue
        probes += 1
        repeats = cmc.REPEATS if form == cmc.SINGLE_SHOT else 1
        for _ in range(repeats):
            searched = ranked
            if form == cmc.SINGLE_SHOT:
                names = dict.fromkeys(gallery.identities[row] for row in ranked)
                drawn = {random.choice([r for r in ranked if gallery.identities[r] == name]) for name in names}
                searched = [row for row in ranked if row in drawn]
            found = [place for place, row in enumerate(searched) if same[row]]
            counted = found[:1] if form == cmc.FIRST_MATCH else found
            for earlier, place in enumerate(counted):
                if place - earlier < ranks:
                    curve[place - earlier] += 1 / (len(counted) * repeats)
    return np.cumsum(curve) / probes


@pytest.mark.parametrize("form", cmc.FORMS)
@pytest.mark.parametrize("probes, rows, people, values", [(12, 30, 4, None), (30, 50, 9, 3), (9, 7, 3, 2)])
def test_every_form_equals_the_naive_loop_with_its_draws(form, probes, rows, people, values):
    rng = np.random.default_rng(probes)
    probe, gallery = items(rng, probes, people, values=values), items(rng, rows, people - 1, values=values)
    for seed in (0, 5):
        found = ranking.retrieve(
            probe, gallery, exclude_same="camera", curves=[form], max_rank=RANKS, seed=seed, block_bytes=8 * rows * 4
        )
        np.testing.assert_allclose(found.curves[form], naive(form, probe, gallery, seed), rtol=0, atol=1e-12)


def test_probes_without_a_match_are_left_out_and_counted():
    probe = types.SimpleNamespace(
        vectors=np.zeros((3, 1)), identities=np.array(["a", "b", "stranger"]), cameras=np.array(["1", "1", "1"])
    )
    gallery = types.SimpleNamespace(
        vectors=np.arange(4.0)[:, None], identities=np.array(["b", "a", "b", "a"]), cameras=np.array(list("1222"))
    )
    found = ranking.retrieve(probe, gallery, exclude_same="camera", curves=list(cmc.FORMS), max_rank=4)
    assert found.unmatched == 1 and found.rank(1) == 0
    np.testing.assert_allclose(found.curves[cmc.FIRST_MATCH], [0, 1, 1, 1])
    # a stands second and fourth, so once behind one and once behind two others; b stands behind one other.
    np.testing.assert_allclose(found.curves[cmc.ALL_SHOTS], [0, 3 / 4, 1, 1])
    # Without the probe's camera a, b, a are left of each: who is first depends on which a was drawn.
    np.testing.assert_allclose(found.curves[cmc.SINGLE_SHOT], naive(cmc.SINGLE_SHOT, probe, gallery, 0, 4))
    assert 0 < found.curves[cmc.SINGLE_SHOT][0] < 1 == found.curves[cmc.SINGLE_SHOT][1]


def test_a_protocol_names_the_ranks_of_its_forms_and_no_rank_beyond_the_curve():
    probe, gallery = items(np.random.default_rng(1), 20, 3), items(np.random.default_rng(2), 30, 3)
    protocol = protocols.Protocol(exclude_same="camera", cmc=(cmc.SINGLE_SHOT,))
    metrics = protocol.metrics(protocol.retrieve(probe, gallery, max_rank=5))
    assert {name for name in metrics if " " in name} == {"rank1 single-shot", "rank5 single-shot"}
    assert metrics["rank1 single-shot"] == pytest.approx(naive(cmc.SINGLE_SHOT, probe, gallery, 0)[0], abs=1e-12)
    again = protocol.retrieve(probe, gallery, max_rank=5)
    assert protocol.metrics(again) == metrics


def test_both_directions_are_averaged_in_every_form():
    probe, gallery = items(np.random.default_rng(1), 20, 3), items(np.random.default_rng(2), 30, 3)
    both = protocols.Protocol(both_directions=True, cmc=(cmc.ALL_SHOTS,)).retrieve(probe, gallery)
    ways = [ranking.retrieve(*way, curves=[cmc.ALL_SHOTS]) for way in ((probe, gallery), (gallery, probe))]
    np.testing.assert_allclose(both.curves[cmc.ALL_SHOTS], np.mean([w.curves[cmc.ALL_SHOTS] for w in ways], axis=0))


def test_an_unknown_form_is_named():
    with pytest.raises(ValueError, match="forms of the CMC are first match, all shots, single-shot; received cuhk"):
        cmc.Curves(["cuhk"], matches.Layout(["a"], ["a"]), None, 5)
