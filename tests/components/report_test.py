# SPDX-License-Identifier: MIT
"""The report: what it says, that it stands alone, and that a failure leaves the earlier page."""

import html.parser
import re

import numpy as np
import pytest

from components import figures, report, report_tables
from tfskel.evaluation import selection

FAMILY_A, FAMILY_B = "A recognition network", "B retrieval"
PARENTS = (-1, 0, 1)


def row(family=FAMILY_B, track="last", **fields):
    metrics = fields.pop("metrics", {"rank1": 0.5, "mAP": 0.25})
    return {"family": family, "track": track, "metrics": metrics, **fields}


def sequence(seed=0):
    return np.random.default_rng(seed).normal(size=(4, 3, 3))


def content(**changes):
    rng = np.random.default_rng(0)
    quality_counts = {
        "identities": 2,
        "recordings": 3,
        "frames": 1234,
        "dropped_frames": 5,
        "dropped_inside": 2,
        "sequences_per_identity": {"training": {"a": 30, "b": 12}, "testing": {"a": 3, "b": 1}},
        "shorter_than_f": [],
        "jumps": {"count": 0, "first": []},
    }
    bone = dict.fromkeys(report_tables.BONES, 26.04) | {"between_recordings_mm": None, "zero_share": 0.0}
    filled = {
        "title": "SM-SGE on walking data",
        "summary": "Trained on 42 sequences of 2 people.",
        "command": "python tools/run.py --config configs/example.py",
        "settings": {"training": {"epochs": 3, "loss": "l1"}, "seeds": (1, 2)},
        "rows": [
            row(FAMILY_A, seed=1, epoch=9, scored=64, metrics={"rank1": 0.6, "nAUC": 0.9}),
            row(FAMILY_A, seed=2, epoch=7, scored=64, metrics={"rank1": 0.7, "nAUC": 0.8}),
            row(FAMILY_A, selection.PROBE_BEST, seed=1, epoch=4, scored=64, metrics={"rank1": 0.75}),
            row(seed=1, epoch=9, scored=64),
        ],
        "baselines": [row(track="no learning", metrics={"rank1": 0.668})],
        "published": [row(FAMILY_A, "paper, table 2", metrics={"rank1": 0.875})],
        "cmc": {"A last": [0.6, 0.9, 1.0], "B last": [0.5, 0.7], "B no learning": [0.6, 0.8]},
        "confusion": np.array([[5, 1], [2, 4]]),
        "classes": ["a", "b"],
        "features": rng.normal(size=(12, 5)),
        "identities": np.repeat(["a", "b"], 6),
        "ranked": [(sequence(), "a", [(sequence(1), "a", 0.5), (sequence(2), "b", 1.25)])],
        "parents": PARENTS,
        "curves": {"pre-training": {"J": [1.0, 0.01], "accuracy": [0.1, 0.6]}, "recognition": {"loss": []}},
        "quality": {
            "splits": {"train": quality_counts},
            "bones": {"hip-knee": bone},
            "duplicates": [{"splits": ["train", "probe"], "count": 7, "recordings": []}],
            "warnings": ["train and probe share 7 identical sequences."],
        },
        "artefacts": {"TensorBoard logs": "runs/example/logs"},
        "warnings": ["identities of the probe that are not in train: c"],
    }
    return report.ReportContent(**(filled | changes))


class Page(html.parser.HTMLParser):
    """Collects text, pictures and references; checks that tags are closed in order."""

    VOID = {"meta", "br", "link", "img", "hr"}

    def __init__(self, page):
        super().__init__()
        self.open, self.words, self.pictures, self.links, self.ids = [], [], [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.open += [tag] * (tag not in self.VOID)
        self.links += [attrs[key] for key in ("href", "src", "xlink:href") if key in attrs]
        self.ids += [attrs["id"]] if "id" in attrs else []
        if tag == "svg":
            self.pictures.append(attrs)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open = self.open[: len(self.open) - (tag not in self.VOID)]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def page(**changes):
    return Page(report.render(content(**changes)))


def test_page_says_what_was_run_and_how_well_it_works():
    text = page().text
    for phrase in (
        "SM-SGE on walking data",
        "Trained on 42 sequences of 2 people.",
        "identities of the probe that are not in train: c",
        "A · recognition network",
        "B · probe/gallery retrieval",
        "65.0 ± 7.1",  # mean and sample deviation of 60 and 70
        "60.0 · 70.0",
        "no learning 66.8",
        "published 87.5",
        "the epoch with the best score on the probe itself, hence optimistic",
        "b taken for a: 2 of 6 sequences",
        "1 · ✓ same person",
        "2 · ✗ other",
        "distance 1.250",
        "train and probe share 7 identical sequences.",
        "training.loss 'l1'",
        "runs/example/logs",
        "1,234",
    ):
        assert phrase in text, phrase


def test_page_needs_no_network_and_every_picture_has_words():
    found = page()
    inside = [link for link in found.links if not link.startswith("data:image/png")]
    assert inside and all(link.startswith("#") and link[1:] in found.ids for link in inside)
    assert len(found.pictures) == 2 + 3 + 1 + 1 + 2  # curves, skeletons, confusion, features, training
    assert all(picture["role"] == "img" and picture["aria-label"] for picture in found.pictures)
    assert "url(http" not in report.render(content()) and figures.INK not in report.render(content())


def test_text_of_the_data_is_never_markup():
    nasty = "<script>alert('x')</script> & $x_1$"
    raw = report.render(
        content(
            title=nasty,
            classes=[nasty, "b"],
            identities=np.repeat([nasty, "b"], 6),
            ranked=[(sequence(), nasty, [(sequence(), '"><b>', 1.0)])],
            cmc={f"A {nasty}": [0.5, 1.0]},
            curves={nasty: {nasty: [1.0, 2.0]}},
        )
    )
    assert "<script" not in raw and "<b>" not in raw
    assert nasty in Page(raw).text


def test_missing_sections_are_left_out():
    raw = report.render(report.ReportContent("Bare"))
    assert "Bare" in raw and not Page(raw).pictures
    assert not re.search('id="(results|curves|lists|confusion|features|training|data)"', raw)


def test_headline_prefers_the_track_that_never_saw_the_probe():
    rows = [row(track=name, seed=1) for name in (selection.PROBE_BEST, selection.LAST, selection.HELD_OUT)]
    found = report_tables.families(rows, [], [])
    assert [(family.letter, family.track) for family in found] == [("B", selection.HELD_OUT)]
    assert report_tables.families(rows[:1], [], [])[0].track == selection.PROBE_BEST


def test_lines_hold_mean_deviation_each_seed_and_dashes_for_missing_numbers():
    rows = [row(seed=s, epoch=s, scored=1500, metrics={"rank1": v}) for s, v in ((3, 0.5), (4, 0.6), (5, 0.7))]
    rows[0]["metrics"]["mINP"] = float("nan")
    family = report_tables.families(rows, [row(track="no learning", metrics={"mAP": 0.3})], [])[0]
    assert family.columns == ["Rank-1", "mAP", "mINP"]
    assert family.lines[0].seeds == "mean ± sd of seeds 3, 4, 5"
    assert family.lines[0].cells == [
        ("60.0 ± 10.0", "50.0 · 60.0 · 70.0"),
        ("–", "– · – · –"),
        ("–", "– · – · –"),
        ("3 · 4 · 5", ""),
        ("1,500", ""),
    ]
    assert [cell for cell, _ in family.lines[1].cells] == ["–", "30.0", "–", "", ""]


def test_large_feature_sets_are_thinned_and_the_page_stays_small():
    rng = np.random.default_rng(0)
    many = np.repeat([f"person {i}" for i in range(164)], 30)
    counts = rng.integers(0, 9, size=(164, 164))
    raw = report.render(
        content(
            features=rng.normal(size=(len(many), 8)),
            identities=many,
            confusion=counts,
            classes=[f"person {i}" for i in range(164)],
            curves={"long": {"loss": rng.random(5000)}},
        )
    )
    assert f"{figures.POINTS} features, 164 persons, {figures.NAMED} of them named" in raw
    assert len(raw.encode()) < 3_000_000


def test_a_failed_write_leaves_the_earlier_page(tmp_path, monkeypatch):
    path = tmp_path / "run" / "report.html"
    report.write(path, report.ReportContent("First"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        report.write(path, report.ReportContent("Second"))
    assert "First" in path.read_text(encoding="utf-8") and len(list(path.parent.iterdir())) == 1


@pytest.mark.parametrize(
    "change, match",
    [
        ({"confusion": np.zeros((3, 3))}, r"\(C, C\) for C = 2 classes; received \(3, 3\)"),
        ({"identities": ["a"]}, "received 12 features and 1 identities"),
        ({"parents": (-1, 0)}, r"for the J = 2 parents; received \(4, 3, 3\)"),
        ({"rows": [row("retrieval")]}, "must name its family, A or B; received 'retrieval'"),
    ],
)
def test_content_that_does_not_fit_is_named(change, match):
    with pytest.raises(ValueError, match=match):
        report.render(content(**change))


def test_clusters_are_shown_with_their_quality_and_the_sequences_nearest_to_the_prototypes():
    quality = {"clusters": 2, "outliers": 5, "ami": 0.5, "ari": 0.25, "purity": 0.875}
    members = {
        "joints": np.stack([sequence(k) for k in range(3)]), "cluster": np.array([4, 4, 1]),
        "size": np.array([9, 9, 7]),
        "identity": np.array(["a", "<b>", "a"]), "distance": np.array([0.125, 0.25, 0.5]),
    }  # fmt: skip
    page = report.render(content(clusters={1: quality, 2: quality | {"clusters": 1}}, members=members))
    section = page[page.index('<h2 id="clusters">') :]
    assert "9 sequences" in section and "7 sequences" in section and "87.5" in section
    assert section.index("9 sequences") < section.index("distance 0.250") < section.index("7 sequences")
    assert "&lt;b&gt;" in section and "seed 2: all sequences in one cluster" in section


def test_no_cluster_at_all_is_a_sentence():
    quality = {"clusters": 0, "outliers": 12, "ami": 0.0, "ari": 0.0, "purity": 0.0}
    nothing = {"joints": np.zeros((0, 4, 3, 3)), "cluster": np.zeros(0, int)}
    page = report.render(content(clusters={3: quality}, members=nothing))
    assert "seed 3: no cluster, every sequence is an outlier" in page and "nearest to its prototype" not in page


def test_matrices_and_a_reconstruction_are_drawn_and_left_out_without():
    pictures = {"attention/x": np.eye(4), "attention/locality target": np.ones((4, 4))}
    page = report.render(content(pictures=pictures, reconstruction=(sequence(0), sequence(1))))
    section = page[page.index('<h2 id="inside">') :]
    assert "locality target" in section and "given back" in section and section.count('class="skeleton"') >= 2
    assert 'id="inside"' not in report.render(content())
