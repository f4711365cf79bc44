# SPDX-License-Identifier: MIT
"""PRID 2011, multi-shot: persons before two cameras on a street, ten random halves."""

from datasets_tfds import two_camera_builder


class Builder(two_camera_builder.TwoCameraBuilder):
    """PRID 2011 tracklets of two cameras, 178 persons of both, 128 x 64 pixels."""

    SOURCE = "PRID 2011, Institute of Computer Graphics and Vision, Graz University of Technology"
    HOMEPAGE = (
        "https://www.tugraz.at/institute/icg/research/team-bischof/learning-recognition-surveillance/downloads/prid11"
    )
    CAMERAS = (
        ("multi_shot/cam_a", "multi_shot/cam_b"),
        ("prid_2011/multi_shot/cam_a", "prid_2011/multi_shot/cam_b"),
        ("cam_a", "cam_b"),
        ("cam1", "cam2"),
    )
    FRAME = r"(?P<frame>\d+)\.png"
    EXPECTED = """
  multi_shot/
    cam_a/person_0001/0001.png ...
    cam_b/person_0001/0001.png ...
  lists/
    train_1.txt, test_1.txt, ... train_10.txt, test_10.txt
"""
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
PRID 2011 is given out by the Graz University of Technology: {HOMEPAGE} - take the archive with the multi-shot folder
and unpack it, so that manual_dir holds
{EXPECTED}
{two_camera_builder.LISTS_NEEDED}"""
