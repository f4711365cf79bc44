# SPDX-License-Identifier: MIT
"""SM-SGE on your own recordings: put recordings.npz and splits.json (or CSV files) into data/own_recordings.

python tools/run.py --config configs/sm_sge_own_recordings.py --config.dataset.manual_dir=FOLDER
The forms are described in datasets_tfds/own_recordings/README.md. For 25 joints: --config.dataset.skeleton=kinect_v2.
"""

from configs import arguments, sm_sge


@arguments.accepts()
def get_config():
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="own_recordings", skeleton="kinect_v1", probe_order="window")
    config.dataset.options = {
        "format": "interchange",  # or "csv"
        "recordings": "recordings.npz",
        "splits": "splits.json",
        "joints": "joints",
    }
    config.training.update(epochs=30)
    config.recognition.update(epochs=60, probe_remainder="keep")
    return config
