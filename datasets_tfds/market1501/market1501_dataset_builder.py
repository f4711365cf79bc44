# SPDX-License-Identifier: MIT
"""Market-1501: persons before six cameras in front of a supermarket."""

from datasets_tfds import reid_builder
from datasets_tfds.market1501.options import OPTIONS
from datasets_tfds.readers import archive_tree, bounding_boxes, prepared_folder

ARCHIVE = archive_tree.Archive(
    "Market-1501-v15.09.15",
    f"""
  Market-1501-v15.09.15/         may be left out: manual_dir may be this folder itself
    bounding_box_train/0002_c1s1_000451_03.jpg ...     person, camera, sequence, frame, box
    bounding_box_test/...        0000: distractors, -1: junk
    query/...
  poses/00000002_00_0000.txt ... FD-GAN's key points; may be left out
or a folder as FD-GAN and open-reid prepare it, in a folder market1501/ or directly:
{prepared_folder.EXPECTED}""",
)


class Builder(reid_builder.BoxesBuilder):
    """Market-1501 in the division of open-reid (by persons) and in the usual one (3,368 queries)."""

    SOURCE = "Market-1501, Tsinghua University"
    HOMEPAGE = "https://zheng-lab.cecs.anu.edu.au/Project/project_reid.html"
    OPTIONS = OPTIONS
    RULE = bounding_boxes.Rule(
        ARCHIVE,
        cameras=6,
        persons=1502,
        published={"bounding_box_train": 12936, "bounding_box_test": 19732, "query": 3368},
    )
    PREPARED = "market1501"
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
Market-1501 is given out by its authors for research; they name the places to get it: {HOMEPAGE} - unpack the archive,
so that manual_dir holds
{ARCHIVE.expected}"""
