# SPDX-License-Identifier: MIT
"""Feature files in the original's form, whole or in pieces, evaluate to what the system itself gives."""

import numpy as np
import pytest

from tests import fakes
from tfskel.evaluation import feature_files, protocols, tracklets
from tfskel.systems.upmnet import extraction


def networks():
    """Two parts, by the mean colours of halves, and by their largest."""

    def halves(images, reduce):
        return reduce(images.reshape(len(images), 2, -1, 3), axis=2)

    return {"local": lambda images: halves(images, np.mean), "global": lambda images: halves(images, np.max)}


@pytest.mark.parametrize("files", [1, 5])
def test_files_hold_the_frames_of_probe_and_gallery_in_their_order(tmp_path, files):
    given = fakes.image_fit(people=3, frames=2)  # 6 and 6 frames
    extraction.write(tmp_path, networks(), given.probe, given.gallery, files)
    images = np.concatenate([side.read(slice(None)) for side in (given.probe, given.gallery)])
    for name, represent in networks().items():
        pieces = [feature_files.array(path) for path in feature_files.in_order(tmp_path / name)]
        assert [len(piece) for piece in pieces] == ([12] if files == 1 else [2, 2, 2, 2, 4])
        np.testing.assert_array_equal(np.concatenate(pieces), np.swapaxes(represent(images), 1, 2))
    identity, camera = (feature_files.column(tmp_path / f"{name}.mat") for name in ("testID", "testCAM"))
    assert identity.tolist() == [1, 1, 2, 2, 3, 3] * 2 and camera.tolist() == [1] * 6 + [2] * 6


def test_they_evaluate_to_what_the_features_themselves_give(tmp_path):
    given = fakes.image_fit(people=6, frames=3)
    extraction.write(tmp_path, networks(), given.probe, given.gallery, 1)
    columns = [feature_files.column(tmp_path / f"{name}.mat") for name in ("testID", "testCAM")]
    tracklet = np.char.add(*(column.astype(str) for column in columns))
    vectors, first = feature_files.templates([tmp_path / name for name in networks()], tracklet, "max")
    sides = [columns[1][first] == camera for camera in (1, 2)]
    stored = [feature_files.items(vectors[side], columns[0][first][side], columns[1][first][side]) for side in sides]
    direct = []
    for side in (given.probe, given.gallery):
        parts = [np.swapaxes(represent(side.read(slice(None))), 1, 2) for represent in networks().values()]
        pool = tracklets.Pool(side.recording, "max")
        pool.add(np.arange(len(side)), tracklets.frame_descriptors(*parts))
        direct.append(feature_files.items(pool.result(), side.identity[pool.first], side.camera[pool.first]))
    np.testing.assert_allclose(stored[0].vectors, direct[0].vectors, atol=1e-12)
    assert protocols.STANDARD.retrieve(*stored).metrics() == protocols.STANDARD.retrieve(*direct).metrics()


def test_a_tracklet_of_both_comes_once_and_more_files_than_frames_are_refused(tmp_path):
    given = fakes.image_fit(people=3, frames=1)
    everything = fakes.image_split(fakes.photographs(people=3, frames=1))
    extraction.write(tmp_path, networks(), given.probe, everything, 1)
    assert len(feature_files.column(tmp_path / "testID.mat")) == len(everything) == 6
    with pytest.raises(ValueError, match="6 frames do not fill 7 files; set --config.evaluation.mat_files lower"):
        extraction.write(tmp_path, networks(), given.probe, everything, 7)
