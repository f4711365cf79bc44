# SPDX-License-Identifier: MIT
"""Sections of a recipe that are the same for every system."""

from ml_collections import ConfigDict


def dataset() -> ConfigDict:
    """Which data set, and how it is cut into sequences."""
    return ConfigDict(
        {
            "name": "",  # folder under datasets_tfds
            "skeleton": "kinect_v1",  # kinect_v1 (20 joints), kinect_v2 (25), openpose (14)
            "manual_dir": "",  # where the raw files are; empty: data/<name>, then ../shared/data/<name>
            "data_dir": "",  # where `tfds build` put the prepared data set; empty: inside the run's folder
            "options": {},  # the builder's own options, see datasets_tfds/<name>/README.md
            "probe": "probe",  # which probe of the data set: a row of tfskel/evaluation/protocols.py
            "length": 6,  # f, frames in a sequence
            "train_rule": "training",  # train sequences: "training" overlap at every shift, "testing" do not overlap
            "probe_order": "recording",  # order of probe sequences: "recording" by recording, or "window" number first
        }
    )
