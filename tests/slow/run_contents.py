# SPDX-License-Identifier: MIT
"""What two runs of one recipe have in common: all that they leave but times, and entries in an order of chance.

Weights, SavedModels, checkpoints and TensorBoard events are compared by their values: a graph numbers its nodes as it
comes, and a killed run may have logged a step twice, with equal values.
"""

import collections
import hashlib
import json
import pathlib
import re

from tests import fakes

LEFT_OUT = re.compile(r"(fingerprint\.(json|pb)|saved_model\.pb|\.log|\.lock|/checkpoint|\.data-\d+-of-\d+)$")
"""Names of files of times and of graphs, and of those that are read by another one's name."""
NUMBERED = re.compile(r"(_all_variables/)\d+")
MEASURED = re.compile(
    rb'("(?:milliseconds|bytes)": )[\d.]+|'  # of a SavedModel, in JSON
    rb"(saved_model/1 \| )[^|]+(\|[^|]+\|[^|]+\|)[^|]+|"  # in Markdown
    rb"(saved_model/1</td><td>)[^<]+(</td><td>[^<]+</td><td>[^<]+</td><td>)[^<]+|"  # in HTML
    rb'((?:id="|url\(#)p)[0-9a-f]{10}'  # of a rectangle's last bits, in SVG
)


def of(workdir: pathlib.Path) -> dict[str, str]:
    """Path, and tag and step of an event -> digest of the values."""
    found, events = {}, collections.defaultdict(set)
    for path in sorted(path for path in workdir.rglob("*") if path.is_file()):
        name = path.relative_to(workdir).as_posix()
        if path.name.startswith("events."):
            for key, digest in _events(path):
                events[f"{path.parent.relative_to(workdir).as_posix()} {key}"].add(digest)
        elif not LEFT_OUT.search(name):
            read = next((read for end, read in READERS.items() if path.name.endswith(end)), pathlib.Path.read_bytes)
            found[name] = _digest(read(path).replace(str(workdir).encode(), b""))
    return found | {key: ", ".join(sorted(digests)) for key, digests in events.items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _weights(path: pathlib.Path) -> bytes:
    """Names and values of a file of weights."""
    import h5py

    names: list[str] = []
    with h5py.File(path) as file:
        file.visit(names.append)
        return b"".join(name.encode() + file[name][()].tobytes() for name in names if hasattr(file[name], "dtype"))


def _checkpoint(path: pathlib.Path) -> bytes:
    """Names and values of a checkpoint's or a SavedModel's variables; Keras numbers some of these as it comes."""
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(path.with_suffix("")))
    names = [name for name in reader.get_variable_to_shape_map() if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
    return b"".join(sorted(NUMBERED.sub(r"\1", name).encode() + reader.get_tensor(name).tobytes() for name in names))


def _events(path: pathlib.Path):
    """Tag and step, and digest of the value, of what was logged but times."""
    from tensorboard.backend.event_processing import event_file_loader

    for event in event_file_loader.EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            if not value.tag.endswith("/seconds") and not value.tag.startswith("_hparams_"):
                yield f"{value.tag} step {event.step}", _digest(value.tensor.SerializeToString())


READERS = {
    ".h5": _weights,
    ".index": _checkpoint,
    "metrics.jsonl": lambda path: json.dumps(fakes.logged(path.parent)).encode(),
    "export.json": lambda path: MEASURED.sub(rb"\1", path.read_bytes()),
    "model_card.md": lambda path: MEASURED.sub(rb"\2\3", path.read_bytes()),
    ".html": lambda path: MEASURED.sub(rb"\4\5\6", path.read_bytes()),
}
