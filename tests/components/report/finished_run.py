# SPDX-License-Identifier: MIT
"""A small finished run: the files that the report stage reads, written without running the stages before it."""

import json

import numpy as np

from components import stages
from components.export import model_card
from components.report import skeleton_quality
from configs import sm_sge
from tfskel import features
from tfskel.training import selection

FAMILY_A, FAMILY_B = "A recognition network", "B retrieval"
BASELINE = "no learning: Euclidean distance of root-centred sequences"
UNTRAINED = "no learning: untrained network"
CLUSTERS = {"clusters": 2, "outliers": 5, "ami": 0.5, "ari": 0.25, "purity": 0.875}


def row(family=FAMILY_B, kept="last", **fields):
    metrics = fields.pop("metrics", {"rank1": 0.5, "mAP": 0.25})
    return {"family": family, "selection": kept, "metrics": metrics, **fields}


def sequences(*shape):
    return np.random.default_rng(0).normal(size=(*shape, 4, 20, 3))


POINTER = {"folder": "tfds", "kind": "skeletons", "skeleton": "kinect_v1", "acknowledgement": "Thanks to <all>."}
QUALITY = {
    "splits": {
        "train": {
            "identities": 2,
            "recordings": 3,
            "frames": 1234,
            "dropped_frames": 5,
            "dropped_inside": 2,
            "sequences_per_identity": {"training": {"a": 30, "b": 12}, "testing": {"a": 3, "b": 1}},
            "shorter_than_f": [],
            "jumps": {"count": 0, "first": []},
        }
    },
    "bones": {
        "hip-knee": dict.fromkeys(skeleton_quality.BONES, 26.04) | {"between_recordings_mm": None, "zero_share": 0.0}
    },
    "duplicates": [{"splits": ["train", "probe"], "count": 7, "recordings": []}],
    "warnings": ["train and probe share 7 identical sequences."],
}
ROWS = {
    1: [
        row(FAMILY_A, epoch=9, scored=64, metrics={"rank1": 0.6, "nAUC": 0.9}),
        row(FAMILY_A, selection.PROBE_BEST, epoch=4, scored=64, metrics={"rank1": 0.75}),
        row(epoch=9, scored=64),
        row(kept=BASELINE, epoch=None, scored=64, metrics={"rank1": 0.668}),
    ],
    2: [
        row(FAMILY_A, epoch=7, scored=64, metrics={"rank1": 0.7, "nAUC": 0.8}),
        row(kept=BASELINE, epoch=None, scored=64, metrics={"rank1": 0.668}),
    ],
}
TRAINING = [
    {"phase": "pretraining", "epoch": 0, "seconds": 1.0, "J": 1.0, "accuracy": 0.1},
    {"phase": "pretraining", "epoch": 1, "seconds": 1.0, "J": 0.01, "accuracy": 0.6},
    {"phase": "recognition", "epoch": 0, "seconds": 1.0, "loss": 2.0},
    {"phase": "recognition", "epoch": 1, "held_out/mAP": 0.3},
]
EXPORTED = {
    name: {
        "path": path,
        "bytes": 43104357,
        "difference": {"embed": 2.5e-7, "classify": 5e-7},
        "cosine": {"embed": 1.0, "classify": 0.999967},
        "milliseconds": 1.25,
        "without": without,
    }
    for name, path, without in (
        ("tflite", "model.tflite", {"reconstruct": "a <reason>"}),
        ("saved_model", "saved_model/1", {}),
    )
}
# File -> content, of every seed; text is written as it is, dictionaries of arrays as .npz, the rest as JSON.
FILES = {
    "results/curves.npz": {"A last": [0.6, 0.9, 1.0], "B last": [0.5, 0.7], "B no learning": [0.6, 0.8]},
    "results/confusion.npz": {"last": np.array([[5, 1], [2, 4]]), selection.PROBE_BEST: np.eye(2, dtype=int)},
    # Twelve probe items of two recordings, all alike.
    "results/probes.npz": {
        "drawn": np.array("recordings"),
        "unit": np.repeat(["a", "b"], 6),
        "direction": np.zeros(12, int),
        "last": np.repeat([[0.5], [0.25]], 12, axis=1),
        BASELINE: np.repeat([[0.668], [0.5]], 12, axis=1),
        UNTRAINED: np.repeat([[0.0], [0.1]], 12, axis=1),
    },
    "results/unknown.json": {"note": "Thresholds are learnt from train alone.", "selections": {}},
    "results/ranked.npz": {
        "probe": sequences(1),
        "probe_identity": np.array(["a"]),
        "gallery": sequences(1, 2),
        "identity": np.array([["a", "b"]]),
        "distance": np.array([[0.5, 1.25]]),
    },
    "saved_model/export.json": {"forms": EXPORTED},
    "saved_model/model_card.md": f"# sm_sge\n\n## Results\n{model_card.UNKNOWN}\n",
    "model/metrics.jsonl": "\n".join(map(json.dumps, TRAINING)),
    "clusters/quality.json": CLUSTERS,
    "clusters/members.npz": {
        "items": sequences(3),
        "cluster": np.array([4, 4, 1]),
        "size": np.array([9, 9, 7]),
        "identity": np.array(["a", "<b>", "a"]),
        "distance": np.array([0.125, 0.25, 0.5]),
    },
    "model/pictures.npz": {"attention/x": np.eye(4), "attention/locality target": np.ones((4, 4))},
    "model/reconstruction.npz": {"joints": sequences(), "reconstructed": sequences() + 1},
}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content)
    elif path.suffix == ".npz":
        np.savez(path, **content)
    else:
        path.write_text(json.dumps(content))


def results(classes=("a", "b"), rows=ROWS):
    warnings = ["identities of the probe that are not in train: c"]
    return {seed: {"seed": seed, "rows": rows[seed], "classes": classes, "warnings": warnings} for seed in rows}


def arguments(folder, files=None, metrics=None, quality=QUALITY, identities="a", name="gait_sim"):
    """The stage's arguments, on files written for it; a file with the content None is left out."""
    metrics = metrics or results()
    for seed in metrics:
        for file, content in (FILES | (files or {})).items():
            if content is not None:
                write(folder / f"seed_{seed}" / file, content)
        write(folder / f"seed_{seed}/results/metrics.json", metrics[seed])
        vectors = np.random.default_rng(0).normal(size=(12, 5))
        names = np.repeat([identities, "b"], 6)
        features.Features(vectors, names, names, names).save(folder / f"seed_{seed}/results/probe.npz")
    write(folder / "recordings/quality.json", quality)
    write(folder / "recordings/dataset.json", POINTER | {"name": name})
    config = sm_sge.base()
    config.dataset.name = name
    outputs = ("model", "saved_model", "clusters", "results")
    each = {output: {seed: folder / f"seed_{seed}" / output for seed in metrics} for output in outputs}
    (folder / "report").mkdir(exist_ok=True)
    config.published = {"A rank1": 0.875}
    return {
        "recipe": {section: config.get(section) for section in stages.RECIPE},
        "evaluation": config.evaluation,
        "published": config.published,
        "recordings": folder / "recordings",
        "report": folder / "report",
        **each,
    }
