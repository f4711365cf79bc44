# SPDX-License-Identifier: MIT
"""Images and frames of tracklets as small inline pictures."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

QUALITY = 88  # of JPEG; a report holds a few hundred pictures


def draw(items: Sequence[np.ndarray], texts: Sequence[str]) -> list[str]:
    """Each item as one strip of its frames; a frame that is there twice is drawn once.

    Args:
        items: (k, h, w, 3) uint8.
        texts: what each shows.

    Returns:
        HTML text of each.
    """
    return [_image(_strip(frames), text) for frames, text in zip(items, texts, strict=True)]


def _strip(frames: np.ndarray) -> np.ndarray:
    new = [place == 0 or not np.array_equal(frame, frames[place - 1]) for place, frame in enumerate(frames)]
    return np.concatenate(frames[new], axis=1)


def _image(pixels: np.ndarray, text: str) -> str:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=QUALITY)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return f'<img class="photograph" alt="{html.escape(text, quote=True)}" src="data:image/jpeg;base64,{data}">'
