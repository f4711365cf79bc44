# SPDX-License-Identifier: MIT
"""iLIDS-VID: persons before two cameras of an airport, ten random halves."""

from datasets_tfds import two_camera_builder


class Builder(two_camera_builder.TwoCameraBuilder):
    """iLIDS-VID tracklets of two cameras, 300 persons, 128 x 64 pixels."""

    SOURCE = "iLIDS-VID, Queen Mary University of London, made from the i-LIDS videos of the UK Home Office"
    HOMEPAGE = "https://xiatian-zhu.github.io/downloads_qmul_iLIDS-VID_ReID_dataset.html"
    CAMERAS = (
        ("sequences/cam1", "sequences/cam2"),
        ("i-LIDS-VID/sequences/cam1", "i-LIDS-VID/sequences/cam2"),
        ("cam1", "cam2"),
    )
    FRAME = r"cam[12]_person\d+_(?P<frame>\d+)\.png"
    EXPECTED = """
  sequences/
    cam1/person001/cam1_person001_00317.png ...
    cam2/person001/cam2_person001_00177.png ...
  lists/
    train_1.txt, test_1.txt, ... train_10.txt, test_10.txt
"""
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
iLIDS-VID is given out by its authors: {HOMEPAGE} - read the conditions there, take the archive and unpack it, so that
manual_dir holds
{EXPECTED}
{two_camera_builder.LISTS_NEEDED}"""
