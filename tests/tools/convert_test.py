# SPDX-License-Identifier: MIT
"""tools/convert.py writes pose files in the interchange form."""

import subprocess
import sys

from datasets_tfds.own_recordings import interchange
from tests import fakes
from tests.datasets_tfds.own_recordings import pose_sources


def _convert(*arguments):
    command = [sys.executable, str(fakes.ROOT / "tools/convert.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=fakes.ROOT, capture_output=True, text=True, check=False)


def test_a_folder_of_markers_becomes_recordings_and_splits(tmp_path):
    (tmp_path / "raw").mkdir()
    pose_sources.write_trc(tmp_path / "raw")
    done = _convert(tmp_path / "raw", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "openpose_body25" in done.stdout and "3 train, 3 gallery, 3 probe segments, kinect_v1" in done.stdout
    splits = interchange.read(tmp_path / "out")
    assert [len(rows) for rows in splits.values()] == [3, 3, 3] and splits["probe"][0]["joints"].shape == (40, 20, 3)
    assert interchange.frame_rate(tmp_path / "out") == 30.0


def test_one_person_alone_is_written_as_train_and_a_bad_folder_is_refused(tmp_path):
    pose_sources.write_array(tmp_path / "raw", "kinect_v2")
    first, *others = sorted((tmp_path / "raw").iterdir())
    for person in others:
        person.rename(tmp_path / person.name)
    assert _convert(tmp_path / "raw", tmp_path / "out").returncode == 0
    assert {row["identity"] for row in interchange.read(tmp_path / "out")["train"]} == {first.name}
    refused = _convert(tmp_path / "out2", tmp_path / "out3")
    assert refused.returncode == 1 and "stopped: No file that ends with" in refused.stderr
