# SPDX-License-Identifier: MIT
"""Which pictures of items and tracklets are stored for the report."""

import numpy as np
import pytest

from components import pictures
from tfskel import arrays, features
from tfskel.evaluation import ranking


class Numbers:
    """A split whose picture of a row is the row's number in one pixel."""

    def __init__(self, recording):
        self.recording = np.array(recording)

    def __len__(self):
        return len(self.recording)

    def picture(self, rows):
        return np.broadcast_to(np.asarray(rows, np.uint8)[:, None, None, None], (len(rows), 1, 1, 3))


FRAMES = Numbers(["b"] * 7 + ["a"] * 2 + [""])
"""Two tracklets, and a frame that belongs to none."""


@pytest.mark.parametrize(
    "items, index, want",
    [
        (10, [3, 9], [[3], [9]]),
        (10, [[3, 9]], [[[3], [9]]]),
        (3, [0, 1, 2], [[0, 2, 4, 6], [7, 7, 7, 8], [9, 9, 9, 9]]),
        (3, [[1], [0]], [[[7, 7, 7, 8]], [[0, 2, 4, 6]]]),
    ],
)
def test_items_are_shown_by_themselves_and_tracklets_by_frames_evenly_spaced(items, index, want):
    shown = pictures.of_items(FRAMES, items, np.array(index))
    assert shown.shape == (*np.shape(want), 1, 1, 3)
    np.testing.assert_array_equal(shown[..., 0, 0, 0], want)


def test_ranked_lists_hold_found_and_missed_probes_with_their_nearest_gallery_items(tmp_path):
    names, blank = np.array(["a", "b", "c"]), np.full(3, "")
    probe = features.Features(np.array([[0.0], [1.0], [5.0]]), names, blank, blank)
    gallery = features.Features(np.array([[0.0], [4.0], [1.0]]), names, blank, blank)
    result = ranking.retrieve(probe, gallery, top=2)
    sides = (Numbers(blank), probe), (Numbers(blank), gallery)
    pictures.write_ranked_lists(tmp_path / "ranked.npz", *sides, result, 2)
    stored = arrays.read(tmp_path / "ranked.npz")
    assert stored["probe_identity"].tolist() == ["a", "b"]
    assert stored["identity"].tolist() == [["a", "c"], ["c", "a"]]
    np.testing.assert_array_equal(stored["probe"].ravel()[::3], [0, 1])
    np.testing.assert_array_equal(stored["gallery"].ravel()[::3], [0, 2, 2, 0])
    np.testing.assert_allclose(stored["distance"], [[0, 1], [0, 1]], atol=1e-5)


def test_lists_of_tracklets_end_where_the_gallery_does(tmp_path):
    frames, names = np.array(["t", "t", "u", "u"]), np.array(["a", "b"])
    of_tracklets = features.Features(np.array([[0.0], [1.0]]), names, np.full(2, ""), np.array(["t", "u"]))
    result = ranking.retrieve(of_tracklets, of_tracklets, top=5)
    side = (Numbers(frames), of_tracklets)
    pictures.write_ranked_lists(tmp_path / "ranked.npz", side, side, result, 2)
    stored = arrays.read(tmp_path / "ranked.npz")
    assert stored["gallery"].shape[:3] == (1, 5, pictures.FRAMES)
    np.testing.assert_array_equal(np.isfinite(stored["distance"]), [[True, True, False, False, False]])
