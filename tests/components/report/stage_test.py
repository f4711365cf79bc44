# SPDX-License-Identifier: MIT
"""The report stage on a finished run: what the page says, that it stands alone, and what a failure leaves."""

import html.parser
import json
import re

import numpy as np
import pytest

from components.report import figures, stage
from tests.components.report import finished_run


def page(folder, **changes):
    stage.report(**finished_run.arguments(folder, **changes))
    return (folder / "report" / stage.PAGE).read_text(encoding="utf-8")


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


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, page(folder)


def test_page_says_what_was_run_and_how_well_it_works(written):
    text = Page(written[1]).text
    for phrase in (
        "sm_sge on gait_sim",
        "sequences of 6 frames, skeleton kinect_v1, seeds 1, 2. train: 2 identities, 3 recordings.",
        "identities of the probe that are not in train: c",
        "A · recognition network",
        "B · probe/gallery retrieval",
        "65.0 ± 7.1",  # mean and sample deviation of 60 and 70
        "60.0 · 70.0",
        "no learning 66.8",
        "never compare them. Protocol: 'probe' is searched in 'gallery'.",
        "published 87.5",
        "B retrieval, last, beside the best row without learning: Rank-1 50.0 does not beat 66.8 ("
        "Euclidean distance of root-centred sequences): -16.8 points (-16.8 to -16.8). Intervals: 95 %, 1,000 paired "
        "draws of the 2 recordings of the probe.",
        "the epoch with the best score on the probe itself, hence optimistic",
        "b taken for a: 2 of 6 sequences",
        "1 · ✓ same person",
        "2 · ✗ other",
        "distance 1.250",
        "train and probe share 7 identical sequences.",
        "training.loss 'l1'",
        "/seed_1/model/tensorboard",
        "1,234",
        "tflite is without reconstruct: a <reason>. form file bytes largest difference",
        "saved_model saved_model/1 43,104,357 5.0e-07 0.999967 1.25 tflite",
    ):
        assert phrase in text, phrase


def test_the_model_card_is_completed_with_verdicts_and_tables(written):
    card = (written[0] / "report/model_card.md").read_text()
    assert card.startswith("# sm_sge\n\n## Results\n- ") and "Not evaluated" not in card
    assert "- B retrieval, last, beside the best row without learning: Rank-1 50.0 does not beat 66.8" in card
    assert "B retrieval, percent:\n\n| epoch chosen by | Rank-1 | mAP |\n| --- | --- | --- |\n" in card
    assert "| last | 50.0 | 25.0 |" in card


def test_the_acknowledgement_that_the_data_set_asks_for_is_shown(written):
    assert "Thanks to <all>." in Page(written[1]).text


def test_metrics_of_all_seeds_and_the_baseline_once_are_in_one_file(written):
    stored = json.loads((written[0] / "report" / stage.METRICS).read_text())
    assert [(line["family"][0], line["selection"], line["seed"]) for line in stored["rows"]] == [
        ("A", "last", 1), ("A", "probe-best", 1), ("B", "last", 1), ("A", "last", 2),
    ]  # fmt: skip
    assert [line["selection"] for line in stored["baselines"]] == [finished_run.BASELINE]
    assert stored["published"][0]["metrics"] == {"rank1": 0.875}
    assert stored["clusters"] == {"1": finished_run.CLUSTERS, "2": finished_run.CLUSTERS}
    assert stored["warnings"] == ["identities of the probe that are not in train: c"]


def test_baselines_that_differ_between_seeds_are_means_beside_which_the_result_is_judged(tmp_path):
    untrained = finished_run.UNTRAINED
    rows = {
        seed: [finished_run.row(), finished_run.row(kept=untrained, metrics={"rank1": value})]
        for seed, value in ((1, 0.2), (2, 0.4))
    }
    text = Page(page(tmp_path, metrics=finished_run.results(rows=rows))).text
    assert f"{untrained} mean ± sd of seeds 1, 2 30.0 ± 14.1 20.0 · 40.0" in text
    assert "Rank-1 50.0 beats 30.0 (untrained network): +50.0 points (+50.0 to +50.0)." in text


def test_metrics_begin_with_the_sentences_that_the_screen_says(written):
    text = (written[0] / "report/metrics.json").read_text(encoding="utf-8")
    first, second, *_ = stage.sentences(json.loads(text))
    assert list(json.loads(text))[:1] == ["sentences"] and json.loads(text)["sentences"][:2] == [first, second]
    assert first.startswith("B retrieval, last, beside the best row without learning: Rank-1 50.0 does not beat 66.8")
    assert second == "Thresholds are learnt from train alone."


def test_page_needs_no_network_and_every_picture_has_words(written):
    found = Page(written[1])
    inside = [link for link in found.links if not link.startswith("data:image/png")]
    assert inside and all(link.startswith("#") and link[1:] in found.ids for link in inside)
    # Rank curves, ranked list, confusion, features, clusters, maps, reconstruction, training.
    assert len(found.pictures) == 2 + 3 + 1 + 1 + 3 + 1 + 2 + 2
    assert all(picture["role"] == "img" and picture["aria-label"] for picture in found.pictures)
    assert "url(http" not in written[1] and figures.INK not in written[1]


def test_clusters_come_with_the_sequences_nearest_to_their_prototypes(written):
    section = written[1][written[1].index('<h2 id="clusters">') :]
    assert "9 sequences" in section and "7 sequences" in section and "87.5" in section
    assert section.index("9 sequences") < section.index("distance 0.250") < section.index("7 sequences")
    assert "&lt;b&gt;" in section
    section = section[section.index('<h2 id="inside">') :]
    assert "locality target" in section and "given back" in section and section.count('class="skeleton"') == 2


def test_series_of_the_last_epoch_may_be_shorter_but_gaps_leave_a_series_out(written):
    text = written[1][written[1].index('<h2 id="training">') :]
    assert "pretraining, loss per epoch: J from 1 to 0.01" in text and "recognition, one epoch" in text
    assert "held_out/mAP" not in text and "seconds" not in text


def test_text_of_the_data_is_never_markup(tmp_path):
    nasty = "<script>alert('x')</script> & $x_1$"
    raw = page(
        tmp_path,
        name=nasty,
        identities=nasty,
        metrics=finished_run.results(classes=[nasty, "b"]),
        files={
            "results/curves.npz": {f"A {nasty.replace('/', '')}": [0.5, 1.0]},
            "results/ranked.npz": finished_run.FILES["results/ranked.npz"] | {"identity": np.array([[nasty, '"><b>']])},
            "model/metrics.jsonl": json.dumps({"phase": nasty, "epoch": 0, nasty: 1.0}),
        },
    )
    assert "<script" not in raw and "<b>" not in raw
    assert nasty in Page(raw).text


def test_what_a_system_does_not_have_is_left_out(tmp_path):
    metrics = finished_run.results(
        rows={1: [line for line in finished_run.ROWS[1] if line["family"] == finished_run.FAMILY_B]}
    )
    raw = page(
        tmp_path,
        metrics=metrics,
        files={
            "results/confusion.npz": {},
            "model/pictures.npz": {},
            "model/reconstruction.npz": None,
            "model/metrics.jsonl": "",
        },
    )
    assert not re.search('id="(confusion|inside|training)"', raw)
    assert re.search('id="results"', raw) and "seed 1. train" in raw


def test_clusters_that_say_nothing_are_a_sentence(tmp_path):
    nothing = {"items": finished_run.sequences(0), "cluster": np.zeros(0, int)}
    none = finished_run.CLUSTERS | {"clusters": 0}
    raw = page(tmp_path, files={"clusters/members.npz": nothing, "clusters/quality.json": none})
    assert "seed 1, 2: no cluster, all sequences are outliers" in raw and "nearest to its prototype" not in raw
    raw = page(tmp_path, files={"clusters/quality.json": finished_run.CLUSTERS | {"clusters": 1}})
    assert "seed 1, 2: all sequences in one cluster" in raw


def test_a_failed_write_leaves_the_earlier_page(tmp_path, monkeypatch):
    earlier = page(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        stage.report(**finished_run.arguments(tmp_path, name="another"))
    assert (tmp_path / "report" / stage.PAGE).read_text(encoding="utf-8") == earlier


def test_a_damaged_result_is_named(tmp_path):
    given = finished_run.arguments(tmp_path)
    (tmp_path / "seed_2/results/metrics.json").write_text("{")
    with pytest.raises(ValueError, match="seed_2/results/metrics.json: not a JSON file .*--force"):
        stage.report(**given)
