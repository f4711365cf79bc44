# SPDX-License-Identifier: MIT
"""Sections of a recipe that are the same for every system."""

from ml_collections import ConfigDict


def dataset() -> ConfigDict:
    """Which data set, and how it is cut into sequences."""
    return ConfigDict(
        {
            "name": "",  # folder under datasets_tfds
            "skeleton": "",  # empty: as the prepared data set says; a name (tfskel.skeletons) is checked against that
            "manual_dir": "",  # where the raw files are; empty: data/<name>
            "data_dir": "",  # where `tfds build` put the prepared data set; empty: inside the run's folder
            "options": {},  # the builder's own options, see datasets_tfds/<name>/README.md
            "centred": True,  # joints relative to the root joint of their frame; False: as captured
            "divisions": (),  # which random divisions of a data set that stores several, each a repeat like the seeds
            "probe": "probe",  # which probe of the data set: a row of tfskel/evaluation/protocols.py
            "length": 6,  # f, frames in a sequence
            "cut_gaps": False,  # no sequence over a jump of the frame numbers; False: over any, as the originals
            "train_rule": "training",  # train sequences: "training" overlap at every shift, "testing" do not overlap
            "probe_order": "recording",  # order of probe sequences: "recording" by recording, or "window" number first
        }
    )


def images() -> ConfigDict:
    """Which data set of images or tracklets, and how large they are fed."""
    return ConfigDict(
        {
            "name": "",  # folder under datasets_tfds
            "manual_dir": "",  # where the raw files are; empty: data/<name>
            "data_dir": "",  # where `tfds build` put the prepared data set; empty: inside the run's folder
            "options": {},  # the builder's own options, see datasets_tfds/<name>/README.md
            "divisions": (),  # which random divisions of a data set that stores several, each a repeat like the seeds
            "probe": "probe",  # which probe of the data set: a row of tfskel/evaluation/protocols.py
            "image_size": 256,  # height that images are resized to, without keeping their shape: half as wide
            # How pixels are resized and scaled: "inception", TensorFlow 1's bilinear and [-1, 1]; or "torchvision",
            # Pillow's bilinear, then ImageNet's mean and deviation.
            "preparation": "inception",
        }
    )


def two_stage_selection() -> ConfigDict:
    """How systems with a recognition network choose epochs beside the original's rule."""
    return ConfigDict(
        {
            "held_out": 0.2,  # share of train identities kept out of a second fit that chooses the epoch; 0: no fit
            "every": 1,  # pre-training epochs between two retrieval scores
        }
    )


def clustering(method: str) -> ConfigDict:
    """How the cluster stage groups the features of the train items."""
    return ConfigDict(
        {
            "method": method,  # "kmeans", "dbscan" or "jaccard" (k-reciprocal distance and DBSCAN)
            "clusters": 0,  # of k-means; 0: as many as there are train identities
            "eps": 1.5,  # of DBSCAN, in units of the median distance to the nearest other item
            "min_samples": 2,  # of both DBSCAN forms
            "jaccard_eps": 0.6,  # largest k-reciprocal Jaccard distance between neighbours, in (0, 1)
            "k1": 20,  # neighbours looked at for reciprocity
            "k2": 6,  # neighbours averaged by query expansion
            "search": "exact",  # neighbour search: "exact", or "ivf" (approximate, for more than 100,000 items)
            "probes": 32,  # cells that an ivf search looks into
        }
    )


def evaluation() -> ConfigDict:
    """What the evaluation computes and draws."""
    return ConfigDict(
        {
            "max_rank": 20,  # length of the CMC curve
            "batch_size": 256,
            "pooling": "",  # frames of a tracklet become one item: "max" or "mean" of them; empty: as the protocol says
            "on": "",  # folder of a run on another data set, whose probe and gallery are searched instead
            "on_probe": "probe",  # which probe of it
            "on_division": 0,  # which of its random divisions, where it has some
            "most_probes": 0,  # probe items that are searched, evenly spread, where there are more; 0: all
            "unknown": True,  # who is a stranger: embeds the train split once more for every selection
            "rerank": False,  # also after k-reciprocal re-ranking, which sees all probes at once
            "stress": False,  # also with other views, scales, bias and lost joints in probe and gallery of skeletons
            "ranked_lists": 6,  # probe items drawn in the report
            "projection": "pca",  # picture of the features: "pca" or "tsne"
        }
    )


def export() -> ConfigDict:
    """Which weights are written for other programs, and in which forms."""
    return ConfigDict(
        {
            "selection": "last",  # "last", "probe-best" or "held-out identities"
            "formats": ("saved_model",),  # and "tflite", "tflite_int8", "onnx" (seconds to a minute each)
        }
    )


def execution() -> dict:
    """How the training is executed, the same for every system; a fit in closed form takes the defaults alone."""
    return {
        # On which devices: "" one, "mirrored" all of this machine, "multi_worker" those of the workers in TF_CONFIG.
        "strategy": "",
        "precision": "float32",  # or networks in 16 bits: "mixed_bfloat16", "mixed_float16"
    }


def end(config: ConfigDict, clustering_method: str) -> ConfigDict:
    """Adds the settings that all trainings have and the sections of the later stages; locks the recipe against misspelt
    keys."""
    config.training.update(execution())
    config.export = export()
    config.clustering = clustering(clustering_method)
    config.evaluation = evaluation()
    config.published = ConfigDict(type_safe=False)  # name of a metric -> value in the paper, for the report
    config.lock()
    return config
