# SPDX-License-Identifier: MIT
"""DukeMTMC-reID: persons before eight cameras on a campus. Withdrawn by its owner; for those who hold a copy."""

from datasets_tfds import reid_builder
from datasets_tfds.dukemtmc_reid.options import OPTIONS
from datasets_tfds.readers import archive_tree, bounding_boxes, prepared_folder

ARCHIVE = archive_tree.Archive(
    "DukeMTMC-reID",
    f"""
  DukeMTMC-reID/                 may be left out: manual_dir may be this folder itself
    bounding_box_train/0001_c2_f0046182.jpg ...        person, camera, frame
    bounding_box_test/...
    query/...
  poses/00000000_01_0000.txt ... FD-GAN's key points, persons renumbered; may be left out
or a folder as FD-GAN and open-reid prepare it, in a folder dukemtmc/ or directly:
{prepared_folder.EXPECTED}""",
)


class Builder(reid_builder.BoxesBuilder):
    """DukeMTMC-reID in the division of open-reid (by persons) and in the usual one (2,228 queries)."""

    SOURCE = "DukeMTMC-reID, made from DukeMTMC (Duke University), which its authors have withdrawn"
    HOMEPAGE = "https://github.com/sxzrt/DukeMTMC-reID_evaluation"
    OPTIONS = OPTIONS
    RULE = bounding_boxes.Rule(
        ARCHIVE,
        cameras=8,
        persons=0,
        published={"bounding_box_train": 16522, "bounding_box_test": 17661, "query": 2228},
    )
    PREPARED = "dukemtmc"
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
DukeMTMC was withdrawn by its authors in 2019, and should not be used for new work; there is no place to get it. Those
who hold a copy of DukeMTMC-reID arrange it so that manual_dir holds
{ARCHIVE.expected}"""
