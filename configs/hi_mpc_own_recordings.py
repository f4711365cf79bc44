# SPDX-License-Identifier: MIT
"""Hi-MPC on your own recordings, whose form datasets_tfds/own_recordings/README.md describes: NumPy or CSV.

python tools/run.py --config configs/hi_mpc_own_recordings.py
A folder other than data/own_recordings: --config.dataset.manual_dir=FOLDER; options: --config.dataset.options.fps=25.
"""

from configs import arguments, hi_mpc


@arguments.accepts()
def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="own_recordings", cut_gaps=True, probe_order="window")
    config.training.update(batch_size=64, epochs=30, probe_remainder="keep")
    return config
