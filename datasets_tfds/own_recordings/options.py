# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

OPTIONS = {
    "format": "",  # "interchange", "csv" or "poses" (files of pose sources); "" means by the files found
    "recordings": "",  # file name; "" means recordings.npz, or recordings.csv
    "splits": "splits.json",
    "joints": "joints",  # key of the joint array in the .npz file
    "skeleton": "",  # name in tfskel.skeletons; "" means by joint names or the number of joints
    "fps": 0.0,  # frames per second; 0 means what the files state
    "split": "",  # rule where no splits are given: "by_recording" or "by_time"; "" means what the recordings allow
    "gap": 6,  # frames left out where that rule cuts a recording, so that no sequence is in two splits
    # Of pose files:
    "layout": "",  # row of layouts/tables.py; "" means by joint names or their number
    "pattern": "",  # regular expression with groups identity and recording for the path of a file, without its ending
    "units": "",  # "m", "cm", "mm", "inch", or "body": every recording scaled to one size; "" means what fits a person
    "confidence": 0.0,  # joints below it count as not seen
    "fill": 0,  # longest gap of a joint, in frames, that is interpolated
    "resample": 0.0,  # frames per second to which recordings are interpolated; 0: as captured
}
