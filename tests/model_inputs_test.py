# SPDX-License-Identifier: MIT
"""What exported models take of images: one size a batch, and what is said about anything else."""

import numpy as np
import pytest

from tfskel import model_inputs


def image(height=4, width=2, channels=3, dtype=np.uint8):
    return np.arange(height * width * channels).reshape(height, width, channels).astype(dtype)


def batches(images, batch_size=3):
    return list(model_inputs.Images().batches(images, batch_size))


def test_images_of_several_sizes_are_batched_with_their_neighbours_of_the_same_size():
    given = [image()] * 4 + [image(6)] + [image()]
    found = batches(given)
    assert [batch.shape for batch in found] == [(3, 4, 2, 3), (1, 4, 2, 3), (1, 6, 2, 3), (1, 4, 2, 3)]
    for batch, want in zip(np.concatenate([b.reshape(len(b), -1)[:, :24] for b in found]), given, strict=True):
        np.testing.assert_array_equal(batch, want.ravel()[:24])
    np.testing.assert_array_equal(np.concatenate(batches(np.stack(given[:4]))), np.stack(given[:4]))


@pytest.mark.parametrize(
    "bad, match",
    [
        (image(), r"received one image \(4, 2, 3\): pass images\[None\]"),
        (image()[None, ..., 0], r"received \(4, 2\). It is grey: repeat it"),
        ([image(), image(channels=1)], r"received \(4, 2, 1\). It is grey"),
        ([image(), image(channels=4)], r"alpha channel: drop it"),
        (np.moveaxis(image(5, 7), -1, 0)[None], r"received \(3, 5, 7\). Channels are the last axis: np.moveaxis"),
        (image()[None, None], r"received \(1, 4, 2, 3\). Pass \(N, H, W, 3\), or a list"),
        (image(dtype=np.float32)[None] / 255, "must be uint8, 0 to 255 as read from a file; received float32"),
        (image(0)[None], "It is empty"),
        (np.zeros((0, 4, 2, 3), np.uint8), "N >= 1; received none"),
        ([], "N >= 1; received none"),
    ],
)
def test_bad_images_are_named(bad, match):
    with pytest.raises(ValueError, match=match):
        batches(bad)
