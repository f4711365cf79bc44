# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

OPTIONS = {
    "split": "0",  # which division of splits.json, or "leak_free": all persons that entry 0 does not search are train
    "combine_trainval": True,  # False keeps the last 10 persons of train out, as the split val
}
