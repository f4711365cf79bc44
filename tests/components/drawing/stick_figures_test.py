# SPDX-License-Identifier: MIT
"""Stick figures on small cases."""

import re

import numpy as np

from components.drawing import stick_figures

PARENTS = (-1, 0, 1)
TALL = np.array([[[0, 0, 0], [0, 1, 0], [0, 3, 0]]], float)


def test_stick_figures_join_children_to_parents_in_one_scale():
    drawn = stick_figures.draw([TALL, TALL[None] / 2], ["a", "<b>"], PARENTS)
    boxes = {re.search('viewBox="([^"]*)"', svg)[1] for svg in drawn}
    assert boxes == {"-0.080 -3.080 0.160 3.160"}
    bones = [re.search('path d="([^"]*)"', svg)[1] for svg in drawn]
    assert bones[0].replace("-0.000", "0.000") == "M0.000 0.000L0.000 -1.000M0.000 -1.000L0.000 -3.000"
    assert "L0.000 -1.500" in bones[1] and 'aria-label="&lt;b&gt;"' in drawn[1]
