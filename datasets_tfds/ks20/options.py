# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

OPTIONS = {
    "seed": 0,
    "draws": {},
    "grouping": "original",
    "frame_order": "name",
    "unknown_bodies": "keep",
}
