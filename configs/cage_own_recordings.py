# SPDX-License-Identifier: MIT
"""CAGE on your own recordings, whose form datasets_tfds/own_recordings/README.md describes: NumPy or CSV.

python tools/run.py --config configs/cage_own_recordings.py
A folder other than data/own_recordings: --config.dataset.manual_dir=FOLDER; options: --config.dataset.options.fps=25.
"""

from configs import arguments, cage


@arguments.accepts()
def get_config():
    """The recipe."""
    config = cage.base()
    config.dataset.update(name="own_recordings", cut_gaps=True, centred=True, probe_order="window")
    config.training.epochs = 30
    config.recognition.update(epochs=60, probe_remainder="keep")
    return config
