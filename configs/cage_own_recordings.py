# SPDX-License-Identifier: MIT
"""CAGE on your own recordings, see datasets_tfds/own_recordings/README.md for their form.

python tools/run.py --config configs/cage_own_recordings.py
25 joints: --config.dataset.skeleton=kinect_v2; a folder elsewhere: --config.dataset.manual_dir=FOLDER.
"""

from configs import arguments, cage


@arguments.accepts()
def get_config():
    """The recipe."""
    config = cage.base()
    config.dataset.update(name="own_recordings", skeleton="kinect_v1", centred=True, probe_order="window")
    config.dataset.options = {
        "format": "interchange",  # or "csv"
        "recordings": "recordings.npz",
        "splits": "splits.json",
        "joints": "joints",
    }
    config.training.epochs = 30
    config.recognition.update(epochs=60, probe_remainder="keep")
    return config
