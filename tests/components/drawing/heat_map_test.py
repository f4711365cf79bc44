# SPDX-License-Identifier: MIT
"""Heat maps: how strong a cell is drawn, and what stands beside what."""

import re

import numpy as np
from matplotlib.figure import Figure

from components.drawing import heat_map
from components.report import figures


def opacities(matrix, *arguments, **options):
    image = heat_map.draw(Figure().add_subplot(), np.asarray(matrix, float), *arguments, **options)
    return image.to_rgba(image.get_array())[..., 3].ravel()


def test_larger_values_are_more_opaque_between_the_faintest_and_full():
    faintest = heat_map.FAINTEST
    want = [faintest + (1 - faintest) * share for share in (0, 0.25, 0.5, 1)]
    np.testing.assert_allclose(opacities([[0, 1], [2, 4]]), want, atol=0.005)
    np.testing.assert_allclose(opacities([[1, 2]], (0, 4), faintest=0.0), [0.25, 0.5], atol=0.005)


def test_equal_values_are_drawn_strong():
    assert opacities(np.zeros((2, 3))).tolist() == [1.0] * 6


def test_names_stand_at_rows_and_columns():
    axes = Figure().add_subplot()
    heat_map.draw(axes, np.eye(2), rows=("a", "b"), columns=("c", "d"))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["c", "d"]


def test_matrices_of_one_group_share_a_figure_and_a_scale(monkeypatch):
    drawn = []
    real = heat_map.draw
    monkeypatch.setattr(
        heat_map,
        "draw",
        lambda axes, matrix, limits, **names: drawn.append(limits) or real(axes, matrix, limits, **names),
    )
    matrices = {"attention/x": np.array([[0.0, 1.0]]), "attention/a <b>": np.array([[2.0, 4.0]]), "relation": np.eye(2)}
    attention, relation = figures.maps(matrices)
    assert drawn == [(0, 4), (0, 4), (0, 1)]
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", attention.svg)
    assert texts == ["looked at", "asks", "x", "looked at", "asks", "a &lt;b&gt;"]
    assert 'aria-label="attention: heat maps of x, a &lt;b&gt;, from 0 to 4."' in attention.svg
    assert "<b>" not in attention.svg and "relation" in relation.caption
    assert figures.maps({}) == []


def test_pixels_for_tensorboard_have_the_colour_of_the_largest_value_and_a_title():
    picture, untitled = (heat_map.pixels(np.eye(3), title, ["a", "b", "c"], ["a", "b", "c"]) for title in ("title", ""))
    assert picture.dtype == np.uint8 and picture.shape == untitled.shape == (550, 600, 4)
    assert (untitled == [0x2F, 0x7E, 0xD8, 255]).all(axis=-1).sum() > 10_000
    assert (picture != untitled).any()
