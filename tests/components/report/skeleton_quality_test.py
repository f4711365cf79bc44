# SPDX-License-Identifier: MIT
"""What the report shows of the quality of recordings of skeletons."""

from components.report import skeleton_quality
from tests.components.report import finished_run


def test_recordings_with_left_and_right_exchanged_are_a_table_and_without_there_is_none():
    quality = finished_run.QUALITY
    row = {"split": "train", "recording": "r7", "limbs": "legs", "frames": 1200, "share": 0.125}
    titles = [table.caption for table in skeleton_quality.tables(quality)]
    more = skeleton_quality.tables(quality | {"swaps": {"exchanged": [row], "untold": []}})
    (table,) = (table for table in more if table.caption not in titles)
    assert table.caption == "Left and right exchanged" and len(more) == len(titles) + 1
    assert table.rows == [["train", "r7", "legs", "1,200", "12.5"]]
