# SPDX-License-Identifier: MIT
"""Intact files of arrays and facts: NumPy, PyTorch, TensorFlow, MATLAB, Parquet, JSON."""

import json

import numpy as np

from tests import fakes, mutations
from tests.intact_files.reader import Reader


def _save_array(folder):
    np.save(folder / "array.npy", fakes.walk(1, 1, 4))


def _released_array(folder):
    from datasets_tfds.released import npy

    return npy.load_array(folder / "array.npy")


def _save_ids(folder):
    np.save(folder / "ids.npy", {3: [0, 4, 9], 0: [], 12: np.array([1, 2])})


def _released_ids(folder):
    from datasets_tfds.released import npy

    return npy.load_ids(folder / "ids.npy")


WEIGHTS = {f"layer_{n}/kernel": np.linspace(0, 1, 30 + n, dtype=np.float32).reshape(-1, 1) for n in range(3)}


def _write_torch(form: str):
    def write(folder):
        from tests.checkpoints import torch_writing

        torch_writing.WRITERS[form](folder / "net.pth", torch_writing.state(WEIGHTS))

    return write


def _write_weights(ending: str):
    def write(folder):
        from tfskel.checkpoints import weight_file

        weight_file.write(folder / f"net{ending}", WEIGHTS)

    return write


def _weights(name: str):
    def read(folder):
        from tfskel.checkpoints import weight_file

        return weight_file.read(folder / name)

    return read


def _write_checkpoint(folder):
    import tensorflow as tf

    arguments = {"tensor_names": list(WEIGHTS), "shape_and_slices": [""] * len(WEIGHTS)}
    tf.raw_ops.SaveV2(prefix=str(folder / "model.ckpt"), tensors=list(WEIGHTS.values()), **arguments)


def _write_mat(folder):
    from scipy import io

    io.savemat(folder / "features.mat", {"features": fakes.walk(1, 1, 5)})


def _write_packed_mat(folder):
    from scipy import io

    io.savemat(folder / "features.mat", {"features": fakes.walk(1, 1, 5)}, do_compression=True)


def _mat(folder):
    from tfskel.evaluation import feature_files

    return feature_files.array(folder / "features.mat")


def _write_tracks(folder):
    from scipy import io

    table = np.array([[1, 3, 1, 1], [4, 6, 1, 2], [7, 9, 2, 1]], np.float64)
    io.savemat(folder / "tracks.mat", {"track": table})


def _tracks(folder):
    from tfskel.evaluation import feature_files

    return feature_files.track_table(folder / "tracks.mat")


def _write_people(folder):
    from tfskel import known_people

    rng = np.random.default_rng(0)
    known_people.KnownPeople(rng.normal(size=(9, 4)), np.repeat(["a", "b", "c"], 3), "model").save(
        folder / "people.npz"
    )


def _people(folder):
    from tfskel import known_people

    found = known_people.KnownPeople.load(folder / "people.npz")
    return found.vectors, found.names, found.model


def _write_shard(folder):
    from tfskel import feature_shards, features

    names = np.array(["a", "b", "c", "d"])
    of = features.Features(np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32), names, names, names)
    feature_shards.write(folder, 0, 1, {"features": of})


def _shard(folder):
    from tfskel import feature_shards

    found = feature_shards.read(folder)
    return found.vectors, found.identities


def _write_fingerprint(folder):
    from components import artefacts

    work = artefacts.begin(folder / "output", {"settings": {"a": 1}}, resume=False)
    (work / "values.txt").write_text("1 2 3")
    artefacts.publish(folder / "output", {"settings": {"a": 1}})


def _fingerprint(folder):
    from components import artefacts

    return artefacts.finished(folder / "output", {"settings": {"a": 1}})


def _write_json(folder):
    content = {"a": [1, 2.5, {"b": None}], "splits": {"train": [["r", 0, 3]]}}
    (folder / "content.json").write_text(json.dumps(content, indent=1))


def _json(folder):
    from tfskel import arrays

    return arrays.read_json(folder / "content.json")


READERS = {
    "released array": Reader(_save_array, "array.npy", _released_array, mutations.BINARY),
    "released identities": Reader(_save_ids, "ids.npy", _released_ids, mutations.BINARY),
    "pytorch, zip": Reader(_write_torch("zip"), "net.pth", _weights("net.pth"), mutations.BINARY, heavy=True),
    "pytorch, stream": Reader(_write_torch("stream"), "net.pth", _weights("net.pth"), mutations.BINARY, heavy=True),
    "safetensors": Reader(_write_weights(".safetensors"), "net.safetensors", _weights("net.safetensors"),
                          mutations.BINARY, heavy=True),
    "npz weights": Reader(_write_weights(".npz"), "net.npz", _weights("net.npz"), mutations.BINARY, checked=True,
                          heavy=True),
    "checkpoint index": Reader(_write_checkpoint, "model.ckpt.index", _weights("model.ckpt"), mutations.BINARY,
                               heavy=True, named="model.ckpt"),
    "checkpoint data": Reader(_write_checkpoint, "model.ckpt.data-00000-of-00001", _weights("model.ckpt"),
                              mutations.BINARY, checked=True, heavy=True, named="model.ckpt"),
    "matlab": Reader(_write_mat, "features.mat", _mat, mutations.BINARY),
    "matlab, packed": Reader(_write_packed_mat, "features.mat", _mat, mutations.BINARY, checked=True),
    "tracks": Reader(_write_tracks, "tracks.mat", _tracks, mutations.BINARY),
    "people": Reader(_write_people, "people.npz", _people, mutations.BINARY, checked=True),
    "shard of features": Reader(_write_shard, "features-00000-of-00001.parquet", _shard, mutations.BINARY,
                                checked=True),
    "fingerprint": Reader(_write_fingerprint, "output/fingerprint.json", _fingerprint),
    "json": Reader(_write_json, "content.json", _json),
}  # fmt: skip
