# SPDX-License-Identifier: MIT
"""Single images that are searched in their own set: dancers, whose camera is the moment."""

import io

import numpy as np
import pytest
from PIL import Image

from components import evaluate, ingest, train
from components.report import verdict
from tests import fakes
from tfskel import arrays, features, systems
from tfskel.data import image_split
from tfskel.evaluation import protocols
from tfskel.training import phase as phases

OPTIONS = {"set": "dancers", "train_videos": 1, "test_videos": 2, "persons_per_video": 2, "train_frames": 2,
           "test_frames": 3, "height": 32}  # fmt: skip
PROTOCOL = protocols.protocol("person_sim", "test")
RECORDED = fakes.recorded("TFSKEL_GOLDEN", "st_reidnet/end_to_end/dancers.npz")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Output of the stage for weights that were never trained."""
    recordings, model, folder = (tmp_path_factory.mktemp(name) for name in ("recordings", "model", "results"))
    config = fakes.recipe("upmnet", **{"dataset.probe": "test", "dataset.options": OPTIONS})
    ingest.ingest(dataset=config.dataset, recordings=recordings)
    system = systems.find(config.system)(config, 2, 1)
    for phase, models in system.models.items():
        for name, network in models.items():
            network.save_weights(model / phases.weights_name(phase, name, "last"))
    described = {"system": config.system, "classes": ["a", "b"], "seed": 1,
                 "epochs": {phase: {"last": 0} for phase in system.models}}  # fmt: skip
    arrays.write_json(model / train.DESCRIPTION, described)
    evaluate.evaluate(recipe=fakes.sections(config), evaluation=config.evaluation, recordings=recordings, model=model,
                      seed=1, results=folder)  # fmt: skip
    return folder


def test_every_image_is_searched_among_all_others_of_other_moments_and_the_form_is_named(results):
    found = {row["selection"]: row for row in fakes.rows(results)}
    assert {row["scored"] for row in found.values()} == {12} and not any("levels" in row for row in found.values())
    assert {"rank1", "mAP", "rank1 single-shot", "rank10 single-shot"} <= found["last"]["metrics"].keys()
    probe = features.load(results / "probe.npz")
    again = PROTOCOL.metrics(PROTOCOL.retrieve(probe, probe))
    assert found["last"]["metrics"] == pytest.approx(again)
    assert "B last, single-shot" in arrays.read(results / "curves.npz")
    ranked = arrays.read(results / "ranked.npz")
    assert ranked["probe"].shape[1:] == (1, 128, 64, 3) and np.isfinite(ranked["distance"]).all()
    for image, nearest in zip(ranked["probe"], ranked["gallery"], strict=True):
        assert not any(np.array_equal(image, other) for other in nearest), "an image is not found in itself"


def test_a_verdict_is_drawn_over_persons_of_videos(results):
    rows = [row | {"seed": 1} for row in fakes.rows(results)]
    own, base = ([row for row in rows if row["selection"].startswith(evaluate.NO_LEARNING) == learnt_nothing]
                 for learnt_nothing in (False, True))  # fmt: skip
    said = verdict.verdicts(own, base, {1: arrays.read(results / evaluate.PROBES)})
    assert {one["metric"] for one in said} == {"rank1", "mAP"}
    assert {one["drawn"] for one in said} == {"4 recordings of the probe"}
    assert {one["baseline"] for one in said} <= {row["selection"] for row in base}


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.skipif(not RECORDED.is_file(), reason="needs all recordings: TFSKEL_GOLDEN")
def test_recorded_dancers_are_as_hard_as_recorded_for_what_learns_nothing():
    stored = {name: values[np.load(RECORDED)["is_test"]] for name, values in np.load(RECORDED).items()}
    columns = zip(stored["images"], stored["person"], stored["frame"], strict=True)
    dancers = fakes.image_split(
        [{"image": png(pixels), "identity": f"{person:04d}", "camera": str(frame), "tracklet": "", "frame": frame,
          "path": f"{person}_{frame}", "height": 96, "width": 48} for pixels, person, frame in columns]
    )  # fmt: skip
    percent = {}
    for name, found in features.extract(dancers.baselines, dancers, 64).items():
        metrics = PROTOCOL.metrics(PROTOCOL.retrieve(found, found))
        percent[name] = [100 * metrics[key] for key in ("mAP", "rank1 single-shot", "rank5 single-shot")]
    np.testing.assert_allclose(percent[image_split.PIXELS], [31.6, 29.6, 80.2], atol=1)
