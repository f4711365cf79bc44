# SPDX-License-Identifier: MIT
"""All readers by name."""

from tests.intact_files import arrays, images, recordings

READERS = recordings.READERS | images.READERS | arrays.READERS
