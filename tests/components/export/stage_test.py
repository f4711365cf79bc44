# SPDX-License-Identifier: MIT
"""What the export stage writes runs outside Python's object loader, and in other forms, like the Keras models."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from components import train
from components.export import forms, stage
from tests import fakes
from tfskel import arrays, identifier, inference, systems
from tfskel.training import phase as phases

CLASSES = 4
OUTPUTS = {
    "cage": {"embed": {"features", "frames", "axis_x", "axis_y", "axis_z"}, "classify": {"scores"}},
    "sm_sge": {"embed": {"features"}, "classify": {"scores"}},
    "hi_mpc": {"embed": {"features", "joints", "parts", "bodies"}},
    "joint_distances": {"embed": {"features"}},
    "st_reidnet": {"embed": {"features"}, "embed_tracklet": {"features"}},
    "upmnet": {"embed": {"features", "local", "global"}, "embed_tracklet": {"features"}},
}


# Conversions take seconds: every form of one system, one other form of the rest.
FORMATS = {"hi_mpc": tuple(forms.FORMS)}


def recipe_of(system, formats=None):
    formats = formats or FORMATS.get(system, ("saved_model", "tflite"))
    layout = {"dataset.skeleton": "kinect_v1"} if system in fakes.SMALL else {}
    return fakes.recipe(system, **{"export.formats": formats} | layout)


def untrained(config, folder):
    """A system with every weight moved from its initial value, and its folder as the train stage leaves one."""
    system = systems.find(config.system)(config, CLASSES, 1)
    rng = np.random.default_rng(3)
    for phase, models in system.models.items():
        for name, model in models.items():
            for weight in model.weights:
                weight.assign(weight + 0.1 * rng.normal(size=weight.shape))
            model.save_weights(folder / phases.weights_name(phase, name, "last"))
    epochs = {phase: {"last": 0} for phase in system.models}
    described = {"system": config.system, "classes": [f"p{i}" for i in range(CLASSES)], "epochs": epochs, "seed": 1}
    arrays.write_json(folder / train.DESCRIPTION, described)
    return system


def exported(config, recordings, folder):
    """(system, output folder of the stage)."""
    model, saved_model = folder / "model", folder / "saved_model"
    model.mkdir(parents=True)
    saved_model.mkdir()
    system = untrained(config, model)
    stage.export(recipe=fakes.sections(config), export=config.export, evaluation=config.evaluation,
                 recordings=recordings, model=model, seed=1, saved_model=saved_model)  # fmt: skip
    return system, saved_model


@pytest.fixture(scope="module", params=systems.SYSTEMS)
def system_and_folder(request, ingested, ingested_images, tmp_path_factory):
    name = request.param
    data = ingested if name in fakes.SMALL else ingested_images
    return name, *exported(recipe_of(name), data, tmp_path_factory.mktemp(name))


def items(rows, system):
    """Items as captured; images of a size of their own."""
    if system.INPUT == "images":
        return np.random.default_rng(5).integers(0, 256, (rows, 50, 30, 3)).astype(np.uint8)
    shape = (rows, system.length, system.skeleton.num_joints, 3)
    return np.random.default_rng(5).normal(1.0, 0.5, shape).astype(np.float32)


def computed(system, raw):
    """Signature -> output -> values, by the functions that training and evaluation use."""
    batch = system.prepare(tf.constant(raw))
    values = {"embed": {"features": system.represent(batch)["features"].numpy()}}
    if system.CLASSIFIER:
        values["classify"] = {"scores": system.scores(batch).numpy()}
    if system.INPUT == "images":
        largest = values["embed"]["features"].max(axis=0)
        values["embed_tracklet"] = {"features": largest / np.linalg.norm(largest)}
    return values


def assert_close(received, wanted):
    np.testing.assert_allclose(received, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())


def test_every_signature_runs_in_a_session_at_any_batch_size(system_and_folder):
    name, system, folder = system_and_folder
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        loaded = tf.compat.v1.saved_model.loader.load(session, ["serve"], str(folder / "saved_model/1"))
        signatures = {key: loaded.signature_def[key] for key in loaded.signature_def if not key.startswith("__")}
        template = signatures.pop("template", None)
        assert template is None or list(template.inputs) == ["vectors"]
        assert {key: set(value.outputs) for key, value in signatures.items()} == {
            **OUTPUTS[name], "serving_default": OUTPUTS[name]["embed"],
        }  # fmt: skip
        assert all(list(value.inputs) == [system.INPUT] for value in signatures.values())
        received = {
            (key, rows): session.run(
                {output: tensor.name for output, tensor in signature.outputs.items()},
                {signature.inputs[system.INPUT].name: items(rows, system)},
            )
            for key, signature in signatures.items()
            for rows in (1, 9)
        }
    for (key, rows), outputs in received.items():
        wanted = computed(system, items(rows, system))["embed" if key == "serving_default" else key]
        for output, values in wanted.items():
            assert_close(outputs[output], values)


@pytest.mark.parametrize("system_and_folder", ["cage"], indirect=True)
def test_tensorflows_command_line_runs_the_last_signature_of_a_system(system_and_folder, tmp_path):
    _, system, folder = system_and_folder
    raw = items(2, system)
    np.save(tmp_path / "raw.npy", raw)
    key, outputs = list(computed(system, raw).items())[-1]
    program = pathlib.Path(sys.executable).with_name("saved_model_cli")
    words = f"run --dir {folder}/saved_model/1 --tag_set serve --signature_def {key} --outdir {tmp_path}"
    words += f" --inputs {system.INPUT}={tmp_path}/raw.npy"
    result = subprocess.run([program, *words.split()], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]
    for output, values in outputs.items():
        assert_close(np.load(tmp_path / f"{output}.npy"), values)


def assert_near(form, received, wanted):
    """Features are as near as a form allows."""
    if form == "tflite_int8":
        lengths = np.linalg.norm(received, axis=-1) * np.linalg.norm(wanted, axis=-1)
        assert ((received * wanted).sum(axis=-1) / lengths).min() >= 0.998
    else:
        np.testing.assert_allclose(received, wanted, rtol=0, atol=2e-5 * np.abs(wanted).max())


def test_every_form_loads_and_gives_what_the_system_gives_at_any_number_of_items(system_and_folder):
    _, system, folder = system_and_folder
    for name, form in arrays.read_json(folder / stage.DESCRIPTION)["forms"].items():
        embedder = inference.load(folder / form["path"])
        for rows in (1, 6):
            raw = items(rows, system)
            wanted = computed(system, raw)
            assert_near(name, embedder.embed(raw), wanted["embed"]["features"])
        if embedder.classifies:
            assert_near(name, embedder.scores(raw), wanted["classify"]["scores"])
        if embedder.pools:
            assert_near(name, embedder.embed_tracklet(raw), wanted["embed_tracklet"]["features"])
        assert (embedder.classifies, embedder.pools) == ("classify" in wanted, "embed_tracklet" in wanted)


def test_tflite_is_resized_to_any_number_of_items(system_and_folder):
    _, system, folder = system_and_folder
    interpreter, raw = tf.lite.Interpreter(model_path=str(folder / "model.tflite")), items(6, system)
    embed = interpreter.get_signature_runner("embed")
    assert_near("tflite", embed(**{system.INPUT: raw})["features"], computed(system, raw)["embed"]["features"])


@pytest.mark.parametrize("given", ["", "saved_model", "saved_model/1"])
def test_inference_takes_the_output_the_versions_and_one_version(system_and_folder, given):
    _, system, folder = system_and_folder
    raw = items(3, system)
    wanted = computed(system, raw)
    embedder = inference.load(folder / given)
    assert_close(embedder.embed(raw), wanted["embed"]["features"])
    assert embedder.classifies == ("classify" in wanted)
    if embedder.classifies:
        assert_close(embedder.scores(raw), wanted["classify"]["scores"])
    assert embedder.pools == ("embed_tracklet" in wanted)
    if embedder.pools:
        assert_close(embedder.embed_tracklet(raw, 2), wanted["embed_tracklet"]["features"])
        assert_close(embedder.embed_tracklet(list(raw)), wanted["embed_tracklet"]["features"])
    else:
        with pytest.raises(ValueError, match="without signature 'template'"):
            embedder.embed_tracklet(raw)


def test_people_are_named_by_tracklets_and_by_a_stream_of_images(system_and_folder):
    name, _, folder = system_and_folder
    if name != "st_reidnet":  # whose random weights tell these pictures apart
        pytest.skip("one model of images")
    rng = np.random.default_rng(7)
    people = {name: rng.integers(0, 256, (1, 50, 30, 3)) for name in "abc"}
    seen = {name: (face + rng.integers(-9, 10, (6, *face.shape[1:]))).clip(0, 255) for name, face in people.items()}
    embedder, model = inference.load(folder), identifier.fingerprint(folder / "saved_model")
    found = identifier.Identifier(embedder, model, threshold=np.inf)
    for name, images in seen.items():
        assert found.enrol(name, images[:3].astype(np.uint8)) == 1
    for name, images in seen.items():
        query = images[3:].astype(np.uint8)
        whole, streamed = found.identify(list(query)), [found.observe(frame)[0] for frame in query]
        assert whole.name == streamed[-1].name == name
        assert streamed[-1].distance == pytest.approx(whole.distance, rel=1e-3, abs=1e-5)
        found.reset()
    assert found.identify([query[0], query[1][:40]]).name == "c"  # frames of different sizes


def test_an_output_folder_named_like_a_pattern_is_exported_and_loads(ingested, tmp_path):
    system, folder = exported(recipe_of("hi_mpc"), ingested, tmp_path / "x[1]")
    raw = items(3, system)
    assert_close(inference.load(folder).embed(raw), computed(system, raw)["embed"]["features"])


def test_the_description_names_selection_input_classes_and_differences(system_and_folder):
    name, system, folder = system_and_folder
    described = arrays.read_json(folder / "export.json")
    facts = {"selection", "argument", "input", "classes", "forms"}
    assert set(described) == facts | ({"skeleton"} if name in fakes.SMALL else set())
    assert described["argument"] == system.INPUT and described["input"] == system.raw_spec.shape.as_list()
    assert described["classes"] == ["p0", "p1", "p2", "p3"]
    assert set(described["forms"]) == set(recipe_of(name).export.formats)
    offered = set(OUTPUTS[name]) | ({"template"} if "embed_tracklet" in OUTPUTS[name] else set())
    for form, found in described["forms"].items():
        assert set(found["signatures"]) == set(found["difference"]) == offered - set(found["without"])
        assert set(found["without"]) <= {"embed_tracklet"} and found["milliseconds"] > 0
        assert found["bytes"] >= (folder / found["path"]).stat().st_size
        if form != "tflite_int8":
            assert max(found["difference"].values()) <= 2e-5 and min(found["cosine"].values()) > 0.9999


@pytest.mark.slow  # conversions of every system to every form
@pytest.mark.parametrize("name", systems.SYSTEMS)
def test_every_system_has_every_form(name, ingested, ingested_images, tmp_path):
    _, folder = exported(
        recipe_of(name, tuple(forms.FORMS)), ingested if name in fakes.SMALL else ingested_images, tmp_path
    )
    for form in arrays.read_json(folder / stage.DESCRIPTION)["forms"].values():
        assert (folder / form["path"]).exists() and "embed" in form["signatures"]


def test_the_model_card_says_data_limits_forms_and_licence(system_and_folder):
    name, _, folder = system_and_folder
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    assert card.startswith(f"# {name}, trained on {'gait_sim' if name in fakes.SMALL else 'person_sim'}\n")
    for title in ("Model", "Data", "Epoch", "Results", "Forms", "Limits", "Use", "Licence"):
        assert f"\n## {title}\n" in card
    assert "| train | " in card and "| tflite | model.tflite | " in card
    assert ": MIT, like the package" in card


def test_a_selection_that_kept_no_epoch_cannot_be_exported(ingested, tmp_path):
    config = recipe_of("hi_mpc")
    config.export.selection = "held-out identities"
    with pytest.raises(ValueError, match="selection 'held-out identities' kept no epoch of phase contrast with seed"):
        exported(config, ingested, tmp_path)
