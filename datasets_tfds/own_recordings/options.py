# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

OPTIONS = {
    "format": "",  # "interchange" or "csv"; "" means by the files found
    "recordings": "",  # file name; "" means recordings.npz, or recordings.csv
    "splits": "splits.json",
    "joints": "joints",  # key of the joint array in the .npz file
    "skeleton": "",  # name in tfskel.skeletons; "" means by joint names or the number of joints
    "fps": 0.0,  # frames per second, only recorded; 0 means what the .npz file states
}
