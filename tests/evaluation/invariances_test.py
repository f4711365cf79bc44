# SPDX-License-Identifier: MIT
"""What changes a metric and what does not, over all metrics of the evaluation and of clusterings."""

import dataclasses
import types

import numpy as np
import pytest

from tfskel.clustering import quality
from tfskel.evaluation import auc, matching, protocols, ranking, same_set

IDENTITIES, CLUSTERS, PROBES, GALLERY = 6, 5, 40, 50


@dataclasses.dataclass(frozen=True)
class Case:
    """Probe rows with their identity, class scores and cluster, and gallery rows."""

    probe: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    clusters: np.ndarray
    gallery: np.ndarray
    gallery_labels: np.ndarray

    def at(self, probes=slice(None), gallery=slice(None)) -> "Case":
        """Some rows of the probe and of the gallery."""
        of_probe = (values[probes] for values in (self.probe, self.labels, self.scores, self.clusters))
        return Case(*of_probe, self.gallery[gallery], self.gallery_labels[gallery])

    def mapped(self, function) -> "Case":
        """With a function of all features and scores."""
        return dataclasses.replace(
            self, **{name: function(getattr(self, name)) for name in ("probe", "gallery", "scores")}
        )


def case() -> Case:
    rng = np.random.default_rng(0)
    labels, gallery_labels = (np.arange(rows) % IDENTITIES for rows in (PROBES, GALLERY))
    shapes = rng.normal(size=(IDENTITIES, 3))
    probe, gallery = (shapes[rows] + rng.normal(size=(len(rows), 3)) for rows in (labels, gallery_labels))
    scores = rng.normal(size=(PROBES, IDENTITIES)) + np.eye(IDENTITIES)[labels]
    clusters = np.where(rng.random(PROBES) < 0.6, labels % CLUSTERS, rng.integers(-1, CLUSTERS, PROBES))
    return Case(probe, labels, scores, clusters, gallery, gallery_labels)


def renamed_identities(given: Case) -> Case:
    new = np.array([3, 5, 0, 1, 4, 2])
    return dataclasses.replace(
        given,
        labels=new[given.labels],
        gallery_labels=new[given.gallery_labels],
        scores=given.scores[:, np.argsort(new)],
    )


def dealt_again(given: Case) -> Case:
    return dataclasses.replace(given, labels=np.random.default_rng(1).permutation(given.labels))


def renamed_clusters(given: Case) -> Case:
    return dataclasses.replace(given, clusters=np.where(given.clusters < 0, -1, (given.clusters + 2) % CLUSTERS))


CHANGES = {
    "order of the probe": lambda given: given.at(probes=np.random.default_rng(2).permutation(PROBES)),
    "order of the gallery": lambda given: given.at(gallery=np.random.default_rng(3).permutation(GALLERY)),
    "every probe row twice": lambda given: given.at(probes=np.repeat(np.arange(PROBES), 2)),
    "every gallery row twice": lambda given: given.at(gallery=np.repeat(np.arange(GALLERY), 2)),
    "scale": lambda given: given.mapped(lambda values: 3.7 * values),
    "offset": lambda given: given.mapped(lambda values: values + 2.5),
    "names of the identities": renamed_identities,
    "names of the clusters": renamed_clusters,
    "identities dealt again": dealt_again,
}


def features(vectors, labels):
    return types.SimpleNamespace(vectors=vectors, identities=labels.astype(str))


def retrieved(given: Case):
    return ranking.retrieve(features(given.probe, given.labels), features(given.gallery, given.gallery_labels))


def retrieved_both_ways(given: Case):
    protocol = protocols.Protocol(both_directions=True)
    return protocol.retrieve(features(given.probe, given.labels), features(given.gallery, given.gallery_labels))


def searched_in_itself(given: Case):
    return same_set.retrieve(features(given.probe, given.labels))


def nearest(given: Case) -> float:
    return matching.rank1(matching.match(given.probe, given.gallery), given.labels, given.gallery_labels)


def second_nearest(given: Case) -> float:
    return matching.rank1(matching.match(given.probe, given.probe, same_set=True), given.labels, given.labels)


def clustered(name):
    return lambda given: quality.quality(given.clusters, given.labels)[name]


DEALT, PROBE_TWICE, GALLERY_TWICE = "identities dealt again", "every probe row twice", "every gallery row twice"
# Metric -> function, and the changes that change its value; all others leave it as it is.
METRICS = {
    "rank-1": (lambda given: retrieved(given).rank(1), {DEALT}),
    "CMC": (lambda given: retrieved(given).cmc, {DEALT, GALLERY_TWICE}),
    "mAP": (lambda given: retrieved(given).mAP, {DEALT}),
    "mINP": (lambda given: retrieved(given).mINP, {DEALT}),
    # Of a match that is there twice, the one that is counted has the other before it.
    "mAP by the trapezoid rule": (lambda given: retrieved(given).trapezoid_mAP, {DEALT, GALLERY_TWICE}),
    "rank-1 in both directions": (lambda given: retrieved_both_ways(given).rank(1), {DEALT}),
    "mAP in both directions": (lambda given: retrieved_both_ways(given).mAP, {DEALT}),
    "rank-1 inside one set": (lambda given: searched_in_itself(given).rank(1), {DEALT, PROBE_TWICE}),
    # The first row is no probe.
    "mAP inside one set": (lambda given: searched_in_itself(given).mAP, {DEALT, PROBE_TWICE, "order of the probe"}),
    "rank-1 of matching": (nearest, {DEALT}),
    "rank-1 of matching inside one set": (second_nearest, {DEALT, PROBE_TWICE}),
    "nAUC": (lambda given: auc.micro_nauc(given.scores, given.labels), {DEALT}),
    "Rank-n": (lambda given: auc.rank_n(given.scores, given.labels), {DEALT}),
    "confusion": (
        lambda given: auc.confusion(given.scores, given.labels), {DEALT, PROBE_TWICE, "names of the identities"}
    ),
    "clusters": (clustered("clusters"), set()),
    "outliers": (clustered("outliers"), {PROBE_TWICE}),
    "AMI": (clustered("ami"), {DEALT, PROBE_TWICE}),
    "ARI": (clustered("ari"), {DEALT, PROBE_TWICE}),
    "purity": (clustered("purity"), {DEALT}),
}  # fmt: skip


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_changed_by_what_it_states_and_by_nothing_else(name):
    metric, changed_by = METRICS[name]
    value = metric(case())
    changed = {
        change for change, apply in CHANGES.items() if not np.allclose(metric(apply(case())), value, rtol=0, atol=1e-9)
    }
    assert changed == changed_by
    assert np.all(np.isfinite(value))


def test_features_that_tell_everyone_apart_score_one_and_those_that_lie_score_zero():
    given = case()
    perfect, lying = np.eye(IDENTITIES), np.roll(np.eye(IDENTITIES), 1, axis=0)
    for probe, value in ((perfect, 1.0), (lying, 0.0)):
        told = dataclasses.replace(
            given, probe=probe[given.labels], scores=probe[given.labels], gallery=perfect[given.gallery_labels]
        )
        assert [METRICS[name][0](told) for name in ("rank-1", "rank-1 of matching")] == [value, value]
        assert METRICS["Rank-n"][0](told)[0] == value
    told = dataclasses.replace(given, probe=perfect[given.labels], scores=perfect[given.labels],
                               gallery=perfect[given.gallery_labels], clusters=given.labels)  # fmt: skip
    assert [METRICS[name][0](told) for name in ("mAP", "mINP", "nAUC", "AMI", "ARI", "purity")] == [1.0] * 6
