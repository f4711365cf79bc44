# SPDX-License-Identifier: MIT
"""Image files as bytes: read as they are, and looked at closely enough that reading them later cannot fail."""

import io
import pathlib
import warnings

from PIL import Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG")
_SCAN, _END = b"\xff\xda", b"\xff\xd9"  # marks of a JPEG file: pixels begin, and the file ends
ENDINGS = (".png", ".jpg", ".jpeg")
MODES = ("RGB", "L", "1", "P", "LA", "RGBA", "CMYK")
"""Colours that are read as RGB: grey and palette images are converted, an alpha channel is dropped."""


def read(path: pathlib.Path) -> bytes:
    """Content of an image file.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is empty.
    """
    if not path.is_file():
        raise FileNotFoundError(f"image {path} is missing; copy it again, or take it out of the list.")
    encoded = path.read_bytes()
    if not encoded:
        raise ValueError(f"image {path} is empty; copy it again, or remove it.")
    return encoded


def size(encoded: bytes, where: str) -> tuple[int, int]:
    """Height and width of an encoded image; all of it is decoded.

    Args:
        encoded: content of the file.
        where: names the image in messages.

    Raises:
        ValueError: no image, truncated, or of a format or colours that are not read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.open(io.BytesIO(encoded)).verify()  # checksums, also of parts that decoding here leaves out
            image = Image.open(io.BytesIO(encoded))
            _check_kind(image, where)
            image.load()
            if image.format == "JPEG" and encoded.rfind(_END) < encoded.rfind(_SCAN):
                raise OSError("its end is missing")  # Pillow fills up with grey where other decoders stop
    except UnidentifiedImageError:
        raise ValueError(f"{where}: not an image; expected a PNG or JPEG file. Remove it, or copy it again.") from None
    except (OSError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError(f"{where}: truncated or damaged image ({error}); copy it again, or remove it.") from error
    return image.height, image.width


def _check_kind(image: Image.Image, where: str) -> None:
    if image.format not in FORMATS:
        raise ValueError(f"{where}: a {image.format} image; expected PNG or JPEG. Convert it.")
    if image.mode not in MODES:
        raise ValueError(f"{where}: colours of mode {image.mode}; expected 8 bits a channel. Convert the image to RGB.")
    if getattr(image, "n_frames", 1) > 1:
        raise ValueError(f"{where}: {image.n_frames} pictures in one file; expected one. Store them as files.")
