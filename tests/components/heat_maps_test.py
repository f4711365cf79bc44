# SPDX-License-Identifier: MIT
"""Heat maps: what stands beside what, and how strong a cell is drawn."""

import re

import numpy as np

from components import heat_maps


def opacities(svg):
    return [float(value) for value in re.findall(r'fill-opacity="([\d.]+)"', svg)]


def test_matrices_of_one_group_share_a_figure_and_a_scale():
    matrices = {
        "attention/x": np.array([[0.0, 1.0]]),
        "attention/target": np.array([[2.0, 4.0]]),
        "relation": np.eye(2),
    }
    attention, relation = heat_maps.groups(matrices)
    weakest = heat_maps.SHADES
    want = [weakest + (1 - weakest) * share for share in (0, 0.25, 0.5, 1)]
    np.testing.assert_allclose(opacities(attention.svg), want, atol=0.006)
    assert (
        ">x</text>" in attention.svg and ">target</text>" in attention.svg and "x, target, from 0 to 4" in attention.svg
    )
    assert "relation" in relation.caption and len(opacities(relation.svg)) == 4


def test_equal_values_are_drawn_strong_and_names_are_escaped():
    (figure,) = heat_maps.groups({"a/<b>": np.ones((2, 3))})
    assert opacities(figure.svg) == [1.0] * 6
    assert "&lt;b&gt;" in figure.svg and "<b>" not in figure.svg
