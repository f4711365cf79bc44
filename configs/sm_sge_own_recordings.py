# SPDX-License-Identifier: MIT
"""SM-SGE on your own recordings, whose form datasets_tfds/own_recordings/README.md describes: NumPy or CSV.

python tools/run.py --config configs/sm_sge_own_recordings.py
A folder other than data/own_recordings: --config.dataset.manual_dir=FOLDER; options: --config.dataset.options.fps=25.
"""

from configs import arguments, sm_sge


@arguments.accepts()
def get_config():
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="own_recordings", cut_gaps=True, probe_order="window")
    config.training.update(epochs=30)
    config.recognition.update(epochs=60, probe_remainder="keep")
    return config
