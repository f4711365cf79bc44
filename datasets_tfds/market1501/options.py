# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

OPTIONS = {
    "split": 0,  # which division of a prepared folder's splits.json
    "combine_trainval": True,  # False keeps the last 100 persons of train out, as the split val
}
