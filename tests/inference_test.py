# SPDX-License-Identifier: MIT
"""Exported models and gallery search, with a small module exported on the spot."""

import importlib.util
import sys

import numpy as np
import pytest

from components.export import onnx, signatures, tflite
from tests import fakes
from tfskel import features, inference

F, J = 4, 5


def export(folder, signatures=("embed", "classify"), joints=J):
    import tensorflow as tf

    module = tf.Module()
    module.weight = tf.Variable(tf.random.stateless_normal((F * joints * 3, 6), (1, 2)))
    spec = tf.TensorSpec((None, F, joints, 3), tf.float32, name="skeletons")

    def embed(skeletons):
        centred = skeletons - skeletons[:, :, :1]
        return {"features": tf.reshape(centred, (-1, F * joints * 3)) @ module.weight}

    def classify(skeletons):
        return {"scores": embed(skeletons)["features"][:, :3]}

    functions = {"embed": embed, "classify": classify, "other": classify}
    made = {name: tf.function(functions[name], input_signature=[spec]) for name in signatures}
    tf.saved_model.save(module, str(folder), signatures=made)
    return module.weight.numpy()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "saved_model"
    weight = export(folder)
    return inference.load(folder), weight


def skeletons(rows=7):
    return np.random.default_rng(0).normal(size=(rows, F, J, 3))


def test_features_and_scores_are_those_of_the_model_in_any_batch_size(exported):
    embedder, weight = exported
    raw = skeletons()
    want = (raw - raw[:, :, :1]).reshape(7, -1) @ weight
    assert (embedder.inputs.length, embedder.inputs.num_joints, embedder.classifies) == (F, J, True)
    for batch_size in (2, 7, 100):
        np.testing.assert_allclose(embedder.embed(raw, batch_size), want, rtol=0, atol=1e-4)
    np.testing.assert_allclose(embedder.scores(raw), want[:, :3], rtol=0, atol=1e-4)


def test_a_model_without_generator_or_pooling_says_so(exported):
    embedder, _ = exported
    assert embedder.poses is None and not embedder.pools
    with pytest.raises(ValueError, match="without signature 'reconstruct': it has no generator"):
        embedder.reconstruct(skeletons(), np.zeros((7, 17, 2)))


@pytest.mark.parametrize(
    "bad, match",
    [
        (skeletons()[0], r"received one sequence \(4, 5, 3\): pass skeletons\[None\]"),
        (
            skeletons()[:, :3],
            r"received shape \(7, 3, 5, 3\). Trained on 4 frames of 5 joints",
        ),
        (skeletons()[:, :, :4], r"received shape \(7, 4, 4, 3\)"),
        (skeletons()[..., :2], r"must be \(N, 4, 5, 3\)"),
        (skeletons().reshape(7, -1), r"received shape \(7, 60\)"),
        (skeletons(0), "N >= 1; received 0"),
        (skeletons().astype(str), "must be numbers"),
        (
            np.where(np.arange(7)[:, None, None, None] == 3, np.nan, skeletons()),
            "in 1 of 7 sequences, the first is 3",
        ),
    ],
)
def test_bad_skeletons_are_named(exported, bad, match):
    with pytest.raises(ValueError, match=match):
        exported[0].embed(bad)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The small module as TFLite and ONNX files, and its weight."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("files")
    weight = export(folder / "saved_model")
    tflite.write(folder / "saved_model", ["embed", "classify"], folder / "model.tflite")
    loaded = tf.saved_model.load(str(folder / "saved_model"))
    spec = {"skeletons": tf.TensorSpec((None, F, J, 3), tf.float32)}
    made = {name: signatures.Signature(spec, lambda skeletons, name=name: loaded.signatures[name](skeletons=skeletons))
            for name in ("embed", "classify")}  # fmt: skip
    onnx.write(made, folder / "onnx")
    return folder, weight


@pytest.mark.parametrize("file", ["model.tflite", "onnx/embed.onnx"])
def test_files_of_other_runtimes_give_the_same_in_any_batch_size(files, file):
    folder, weight = files
    embedder, raw = inference.load(folder / file), skeletons()
    want = (raw - raw[:, :, :1]).reshape(7, -1) @ weight
    assert (embedder.inputs.length, embedder.inputs.num_joints, embedder.classifies) == (F, J, True)
    assert embedder.outputs == ["features"] and embedder.argument == "skeletons" and embedder.poses is None
    for batch_size in (2, 7, 100):
        np.testing.assert_allclose(embedder.embed(raw, batch_size), want, rtol=0, atol=1e-4)
    np.testing.assert_allclose(embedder.scores(raw), want[:, :3], rtol=0, atol=1e-4)
    with pytest.raises(ValueError, match="received one sequence"):
        embedder.embed(raw[0])


def test_files_are_loaded_and_run_without_tensorflow(files):
    folder, _ = files
    np.save(folder / "raw.npy", skeletons().astype(np.float32))
    program = (
        "import sys, numpy, tfskel\n"
        f"for file in ('model.tflite', 'onnx/embed.onnx'):\n"
        f"    vectors = tfskel.load(r'{folder}/' + file).embed(numpy.load(r'{folder}/raw.npy'))\n"
        "nearest, _ = tfskel.Gallery(vectors, numpy.arange(7).astype(str)).rank(vectors, 1)\n"
        "assert nearest[:, 0].tolist() == list('0123456')\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    result = fakes.run([sys.executable, "-c", program])
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.strip() == "[]"


def test_an_onnx_file_alone_embeds_and_classifies_no_more(files, tmp_path):
    (tmp_path / "mine.onnx").write_bytes((files[0] / "onnx/embed.onnx").read_bytes())
    embedder = inference.load(tmp_path / "mine.onnx")
    assert embedder.embed(skeletons()).shape == (7, 6) and not embedder.classifies


@pytest.mark.parametrize("ending, kind", [(".tflite", "TFLite"), (".onnx", "ONNX")])
def test_missing_and_damaged_files_are_named(tmp_path, ending, kind):
    path = tmp_path / f"model{ending}"
    with pytest.raises(FileNotFoundError, match=f"model{ending} is no file. Write it with .*export.formats"):
        inference.load(path)
    path.write_bytes(b"damaged")
    with pytest.raises(ValueError, match=f"model{ending} is a damaged {kind} file"):
        inference.load(path)


@pytest.mark.parametrize("file", ["model.tflite", "onnx/embed.onnx"])
def test_a_missing_runtime_says_what_to_install(files, file, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *of: None)
    with pytest.raises(ImportError, match=r"not installed: pip install 'tfskel\[export\]'"):
        inference.load(files[0] / file)


def test_missing_damaged_and_foreign_models_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no saved_model.pb.*Give the folder that the export stage wrote"):
        inference.load(tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere is no folder"):
        inference.load(tmp_path / "nowhere")
    export(tmp_path / "foreign", signatures=("other",))
    with pytest.raises(ValueError, match=r"no signature 'embed'.*the signatures are \['other'\]"):
        inference.load(tmp_path / "foreign")
    (tmp_path / "foreign/saved_model.pb").write_bytes(b"damaged")
    with pytest.raises(ValueError, match="is a damaged SavedModel"):
        inference.load(tmp_path / "foreign")


@pytest.mark.parametrize("name", ["x[1]", "x*", "x?", "x\\1", "{a,b}", "two words", "ñ名"])
def test_a_model_loads_from_a_folder_of_any_name(tmp_path, name):
    weight = export(tmp_path / "plain")
    (tmp_path / "plain").rename(tmp_path / name)
    raw = skeletons()
    want = (raw - raw[:, :, :1]).reshape(7, -1) @ weight
    np.testing.assert_allclose(inference.load(tmp_path / name).embed(raw), want, rtol=0, atol=1e-4)


def test_the_highest_version_is_taken_and_what_is_no_version_is_left_alone(tmp_path):
    for name, joints in (("9", 3), ("10", 4), ("notes", 5)):
        export(tmp_path / "saved_model" / name, joints=joints)
    (tmp_path / "saved_model/11").mkdir()
    for given in ("", "saved_model", "saved_model/10"):
        assert inference.load(tmp_path / given).inputs.num_joints == 4
    assert inference.load(str(tmp_path / "saved_model/9")).inputs.num_joints == 3


def test_a_model_without_recognition_network_says_so(tmp_path):
    export(tmp_path / "model", signatures=("embed",))
    with pytest.raises(ValueError, match="exported without signature 'classify'"):
        inference.load(tmp_path / "model").scores(skeletons())


def gallery(rows=30):
    pytest.importorskip("faiss")
    rng = np.random.default_rng(1)
    return inference.Gallery(rng.normal(size=(rows, 6)), np.array([f"p{i}" for i in range(rows)]))


def test_gallery_ranks_by_euclidean_distance():
    known = gallery()
    vectors = np.random.default_rng(2).normal(size=(40, 6)).astype(np.float32)
    vectors[0] = known.vectors[17]
    identities, distances = known.rank(vectors, 4)
    full = np.linalg.norm(vectors[:, None].astype(np.float64) - known.vectors, axis=-1)
    want = np.argsort(full, axis=1)[:, :4]
    np.testing.assert_array_equal(identities, known.identities[want])
    np.testing.assert_allclose(distances, np.take_along_axis(full, want, axis=1), rtol=0, atol=1e-12)
    assert (identities[0, 0], distances[0, 0]) == ("p17", 0.0)


def test_gallery_is_stored_and_features_files_are_galleries(tmp_path):
    known = gallery()
    known.save(tmp_path / "gallery.npz")
    again = inference.Gallery.load(tmp_path / "gallery.npz")
    np.testing.assert_array_equal(again.vectors, known.vectors)
    assert again.identities.tolist() == known.identities.tolist()
    names = np.array(["a", "b"])
    features.Features(np.eye(2), names, names, names).save(tmp_path / "features.npz")
    assert inference.Gallery.load(tmp_path / "features.npz").rank(np.eye(2), 1)[0].tolist() == [["a"], ["b"]]


def test_bad_queries_are_named():
    known = gallery(3)
    with pytest.raises(ValueError, match=r"must be \(N, 6\) like the gallery; received \(2, 5\)"):
        known.rank(np.zeros((2, 5)))
    with pytest.raises(ValueError, match="k must be 1 to 3, the rows of the gallery; received 5"):
        known.rank(np.zeros((2, 6)))
    with pytest.raises(ValueError, match="NaN or infinite"):
        known.rank(np.full((2, 6), np.nan), 1)
    with pytest.raises(ValueError, match="at least one row"):
        inference.Gallery(np.zeros((0, 6)), np.array([], str))


def test_missing_faiss_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ImportError, match=r"pip install 'tfskel\[cpu\]'"):
        inference.Gallery(np.eye(2), np.array(["a", "b"]))


def test_a_gallery_ranks_many_probes_at_once_as_it_ranks_one_by_one():
    rng = np.random.default_rng(0)
    known, asked = (10 + 0.01 * rng.normal(size=(rows, 128)).astype(np.float32) for rows in (600, 100))
    gallery = inference.Gallery(known, np.arange(600).astype(str))
    squares = ((asked[:, None].astype(float) - known) ** 2).sum(axis=2)
    nearest = np.argsort(squares, axis=1)[:, :3]
    identities, distances = gallery.rank(asked, k=3)
    np.testing.assert_array_equal(identities, nearest.astype(str))
    np.testing.assert_allclose(distances, np.sqrt(np.take_along_axis(squares, nearest, axis=1)))
    alone = np.concatenate([gallery.rank(row[None], k=3)[0] for row in asked])
    np.testing.assert_array_equal(alone, identities)
