# SPDX-License-Identifier: MIT
"""The evaluate stage on sequences of one number each, where every metric is counted by hand."""

import numpy as np
import pytest

from components import evaluate, reranked
from tests import fakes
from tests.components import invented
from tfskel import arrays, features, systems
from tfskel.data import skeleton_split, stress
from tfskel.evaluation import cmc, protocols

TRAIN = invented.split(("a", 0), ("b", 10), ("c", 20))
GALLERY = (("a", 1), ("b", 11), ("b", 14), ("c", 21))
PROBE = (("a", 0), ("b", 10), ("c", 13))  # c stands beside two gallery sequences of b
FAMILY_A, FAMILY_B = ("A recognition network", "last"), ("B retrieval", "last")


@pytest.fixture
def evaluated(tmp_path, monkeypatch):
    """Function of probe, gallery and settings -> folder of results, (family, selection) -> row."""

    def run(probe=PROBE, gallery=GALLERY, **settings):
        monkeypatch.setitem(systems.SYSTEMS, "reading", "tests.components.invented:Reading")
        config = invented.recipe("reading", **settings)
        test_sets = {config.dataset.probe: invented.split(*probe), "gallery": invented.split(*gallery)}
        recordings = invented.ingest(tmp_path / "recordings", monkeypatch, train=TRAIN, **test_sets)
        model = invented.reading_model(tmp_path / "model", ["a", "b", "c"])
        results = tmp_path / "results"
        results.mkdir()
        evaluate.evaluate(recipe=fakes.sections(config), evaluation=config.evaluation, recordings=recordings,
                          model=model, seed=1, results=results)  # fmt: skip
        return results, {(row["family"], row["selection"]): row for row in fakes.rows(results)}

    return run


def metrics(rows, row, *names):
    return [rows[row]["metrics"][name] for name in names]


def assert_metrics(rows, rank1, mAP, recognised, nAUC):
    assert metrics(rows, FAMILY_B, "rank1", "mAP") == pytest.approx([rank1, mAP], abs=1e-12)
    assert metrics(rows, FAMILY_A, "rank1", "nAUC") == pytest.approx([recognised, nAUC], abs=1e-12)


def test_metrics_of_both_families_are_those_counted_by_hand(evaluated):
    # Of a and b the nearest gallery sequences are their own; c is third for itself. Of the 18 pairs of a right and a
    # wrong class score, one is in the wrong order: c by b.
    results, rows = evaluated()
    assert_metrics(rows, rank1=2 / 3, mAP=(1 + 1 + 1 / 3) / 3, recognised=2 / 3, nAUC=17 / 18)
    assert metrics(rows, FAMILY_B, "rank5", "mINP") == pytest.approx([1, (1 + 1 + 1 / 3) / 3])
    curves, confusion = (np.load(results / name) for name in ("curves.npz", "confusion.npz"))
    np.testing.assert_allclose(curves["B last"][:4], [2 / 3, 2 / 3, 1, 1])
    np.testing.assert_array_equal(curves["A last"], [0.6667, 1, 1])
    np.testing.assert_array_equal(confusion["last"], [[1, 0, 0], [0, 1, 0], [0, 1, 0]])


def test_probe_and_gallery_in_each_others_place_give_other_metrics(evaluated):
    _, rows = evaluated(GALLERY, PROBE)  # the second b has c before its own
    assert_metrics(rows, rank1=3 / 4, mAP=(1 + 1 + 1 / 2 + 1) / 4, recognised=1, nAUC=1)
    assert rows[FAMILY_B]["scored"] == 4


def test_identities_in_each_others_place_give_other_metrics(evaluated):
    turned = [(identity, number) for (_, number), identity in zip(PROBE, "bca", strict=True)]
    _, rows = evaluated(turned)
    assert_metrics(rows, rank1=0, mAP=((1 / 2 + 2 / 3) / 2 + 1 / 4 + 1 / 4) / 3, recognised=0, nAUC=4 / 18)


def test_an_encoder_that_separates_everyone_scores_one(evaluated):
    _, rows = evaluated((("a", 0), ("b", 10), ("c", 20)))
    assert_metrics(rows, rank1=1, mAP=1, recognised=1, nAUC=1)


def test_the_baseline_ranks_the_root_centred_joints(evaluated):
    _, rows = evaluated()
    assert metrics(
        rows, ("B retrieval", evaluate.NO_LEARNING + skeleton_split.BASELINE), "rank1", "mAP"
    ) == pytest.approx([2 / 3, 7 / 9])


def test_distances_between_joints_are_rows_without_learning_plain_and_divided_by_the_deviations_of_train(evaluated):
    _, rows = evaluated()
    plain = evaluate.NO_LEARNING + skeleton_split.DISTANCES
    scaled = evaluate.NO_LEARNING + skeleton_split.SkeletonSplit.STANDARDISED[skeleton_split.DISTANCES]
    assert {("B retrieval", plain), ("B retrieval", scaled)} <= rows.keys()
    assert rows["B retrieval", scaled]["scored"] == 3


def test_the_untrained_network_is_evaluated_and_the_best_baseline_has_the_curve(evaluated):
    # All features are 0: the nearest gallery sequence is the first one, and precision counts the whole tie.
    results, rows = evaluated()
    untrained = ("B retrieval", evaluate.NO_LEARNING + evaluate.UNTRAINED)
    assert metrics(rows, untrained, "rank1", "rank5", "mAP") == pytest.approx([1 / 3, 1, 1 / 3])
    assert arrays.read(results / "curves.npz")["B no learning"][0] == pytest.approx(2 / 3)


def test_an_incomplete_last_batch_is_left_out_in_a_row_of_its_own(evaluated):
    _, rows = evaluated(**{"recognition.batch_size": 2})
    complete = rows["A recognition network, complete batches", "last"]
    assert complete["scored"] == 2 and complete["metrics"]["rank1"] == 1 and rows[FAMILY_A]["scored"] == 3


def test_a_stranger_is_never_found_has_no_class_and_is_named(evaluated):
    results, rows = evaluated((*PROBE, ("d", 30)))
    assert_metrics(rows, rank1=2 / 4, mAP=7 / 9, recognised=2 / 3, nAUC=17 / 18)
    assert (rows[FAMILY_B]["scored"], rows[FAMILY_A]["scored"]) == (4, 3)
    warnings = arrays.read_json(results / "metrics.json")["warnings"]
    assert [warning.rpartition(": ")[2] for warning in warnings if "identities" in warning] == ["d", "d"]


def test_forms_of_the_cmc_have_keys_and_curves_of_their_own_and_probes_without_a_match_are_counted(
    evaluated, monkeypatch
):
    monkeypatch.setitem(protocols.PROTOCOLS, ("invented", "probe"), protocols.Protocol(cmc=tuple(cmc.FORMS)[:2]))
    results, rows = evaluated((*PROBE, ("d", 30)))
    assert rows[FAMILY_B]["unmatched"] == 1 and "unmatched" not in rows[FAMILY_A]
    assert metrics(rows, FAMILY_B, "rank1", "rank1 first match", "rank5 first match") == [2 / 4, 2 / 3, 1]
    assert metrics(rows, FAMILY_B, "rank1 all shots") == [2 / 3]
    baseline = ("B retrieval", evaluate.NO_LEARNING + skeleton_split.BASELINE)
    assert rows[baseline]["unmatched"] == 1 and metrics(rows, baseline, "rank1 all shots") == [2 / 3]
    curves = arrays.read(results / "curves.npz")
    np.testing.assert_allclose(curves["B last, first match"][:3], [2 / 3, 2 / 3, 1])


def test_stored_features_and_ranked_lists_are_those_of_the_last_selection(evaluated):
    results, _ = evaluated()
    probe, gallery = (features.load(results / f"{side}.npz") for side in ("probe", "gallery"))
    assert list(zip(probe.identities, probe.vectors[:, 0], strict=True)) == list(PROBE)
    assert list(zip(gallery.identities, gallery.vectors[:, 0], strict=True)) == list(GALLERY)
    ranked = arrays.read(results / "ranked.npz")
    shown = dict(zip(ranked["probe_identity"], ranked["identity"].tolist(), strict=True))
    assert shown["c"][:4] == ["b", "b", "c", "a"]
    place = ranked["probe_identity"].tolist().index("c")
    np.testing.assert_allclose(ranked["distance"][place][:4], [1, 2, 8, 12])


def test_under_stress_every_row_of_one_item_each_is_searched_again(evaluated):
    # The feature is the x of one joint in metres, ten times a person's: a bias of 1 cm changes nobody's rank, while a
    # view turns it away.
    _, rows = evaluated((("a", 0), ("b", 10), ("c", 20)), **{"evaluation.stress": True})
    assert set(rows[FAMILY_B]["stress"]) == set(stress.CHANGES) and "stress" not in rows[FAMILY_A]
    assert rows[FAMILY_B]["stress"]["bias 1 cm"] == {"rank1": 1, "mAP": 1}
    assert rows[FAMILY_B]["stress"]["random views"]["rank1"] < 1
    assert all("stress" in row for (family, _), row in rows.items() if family == FAMILY_B[0])


def test_re_ranked_rows_are_a_family_of_their_own_with_scores_of_their_own(evaluated):
    results, rows = evaluated(**{"evaluation.rerank": True})
    again = {kept: row for (family, kept), row in rows.items() if family == reranked.FAMILY}
    assert set(again) == {kept for family, kept in rows if family == FAMILY_B[0]}
    assert rows[FAMILY_B]["metrics"]["rank1"] == pytest.approx(2 / 3) and again["last"]["scored"] == 3
    scores = arrays.read(results / evaluate.PROBES)[f"{reranked.FAMILY} last"]
    assert scores.shape == (2, 3) and scores[0].mean() == pytest.approx(again["last"]["metrics"]["rank1"])
