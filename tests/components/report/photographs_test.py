# SPDX-License-Identifier: MIT
"""Strips of frames: what can be seen in the inline pictures."""

import base64
import io
import re

import numpy as np
from PIL import Image

from components.report import photographs


def pixels(markup):
    data = re.fullmatch('<img class="photograph" alt="[^"<>]*" src="data:image/jpeg;base64,([^"]*)">', markup)[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))).astype(int)


def test_frames_stand_beside_each_other_and_repeated_ones_once():
    colours = np.array([[200, 30, 30], [200, 30, 30], [30, 30, 200]], np.uint8)
    frames = np.broadcast_to(colours[:, None, None], (3, 32, 16, 3))
    strip, single = (pixels(markup) for markup in photographs.draw([frames, frames[:2]], ["a", '"><b>']))
    assert strip.shape == (32, 32, 3) and single.shape == (32, 16, 3)
    np.testing.assert_allclose(strip[:, 4], np.broadcast_to(colours[0], (32, 3)), atol=8)
    np.testing.assert_allclose(strip[:, 28], np.broadcast_to(colours[2], (32, 3)), atol=8)
