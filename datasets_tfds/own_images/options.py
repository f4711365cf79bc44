# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

OPTIONS = {
    "list": "",  # CSV file; "" means images.csv where there is one, else folders
    "levels": "",  # folders: "identity/camera", "camera/identity" or "identity"; "" means by what is found
    "camera": r"(?<![A-Za-z])c(?:am(?:era)?)?[_-]?\d+",  # regular expression: the camera in a file's or a folder's name
    "stills": False,  # folders: True makes each image an item of its own, not a frame of a tracklet
    "train": 0.5,  # share of identities to learn from, where no splits are given
    "seed": 0,  # decides which they are
}
