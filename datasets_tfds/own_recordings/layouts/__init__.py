# SPDX-License-Identifier: MIT
"""Joint layouts of pose estimators and motion capture, and how each becomes the joints of a Kinect."""
