# SPDX-License-Identifier: MIT
"""Joint distances on your own recordings, in the form that datasets_tfds/own_recordings/README.md describes.

python tools/run.py --config configs/joint_distances_own_recordings.py
A folder other than data/own_recordings: --config.dataset.manual_dir=FOLDER; options: --config.dataset.options.fps=25.
Settings by draws from the train split: --config.selection.draws=5.
Mean pose and its change beside them: --config configs/joint_distances_own_recordings.py:pose=True.
Without metres: scale_free=True.
"""

from configs import arguments, joint_distances


@arguments.accepts(**joint_distances.ARGUMENTS)
def get_config(pose=False, scale_free=False):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.update(name="own_recordings", cut_gaps=True)
    return config
