# SPDX-License-Identifier: MIT
"""The number syntax of text files: what is read, what is refused, and which cell is named."""

import math
import sys

import numpy as np
import pytest

from datasets_tfds.readers import numbers

DECIMALS = {"5": 5.0, "5.": 5.0, ".5": 0.5, "+1.5": 1.5, "-0": -0.0, "1e5": 1e5, "1E-3": 1e-3, " 2.5\t": 2.5}
# What Python's float or int reads and no program writes into a file, and plain damage.
DAMAGE = [
    "1_0.5",
    "1_0",
    "١٢",
    "\uff11",
    "\u00b2",
    "\xa01",
    "1\x1c",
    "0x10",
    "1,5",
    "1 2",
    "",
    " ",
    "e5",
    ".",
    "1e",
    "--1",
    "1.#FOO",
]
NANS = [
    "nan",
    "-nan",
    "NaN",
    "nan(ind)",
    "-nan(ind)",
    "nan(snan)",
    "-1.#IND",
    "1.#QNAN",
    "1.#QNAN00",
    "1.#SNAN",
    "-1.#J",
    "1.#R",
]
INFINITIES = {"inf": math.inf, "-inf": -math.inf, "Infinity": math.inf, "1.#INF": math.inf, "-1.#INF00": -math.inf}


def test_decimal_numbers_are_the_nearest_floats_to_their_text():
    texts = [*DECIMALS, "0.1", "7.62852e-016", "123456789.123456789"]
    for finite in (True, False):
        values = numbers.reals(texts, finite=finite)
        assert values.dtype == np.float64
        assert values.tolist() == [*DECIMALS.values(), 0.1, 7.62852e-16, 123456789.123456789]
    assert math.copysign(1, numbers.reals(["-0"])[0]) == -1
    assert numbers.reals([]).shape == (0,)


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("text", DAMAGE)
def test_damage_is_refused_alone_and_among_numbers_and_its_place_is_said(text, finite):
    for cells, position in (([text], 0), (["1", "2.5", text, "x"], 2)):
        with pytest.raises(numbers.Unreadable, match="expected a (finite )?number; received ") as caught:
            numbers.reals(cells, finite=finite)
        assert (caught.value.position, caught.value.text) == (position, text)


@pytest.mark.parametrize("text", NANS)
def test_not_a_number_is_read_in_every_spelling_where_it_is_allowed(text):
    values = numbers.reals(["1.5", f" {text} "], finite=False)
    assert values[0] == 1.5 and math.isnan(values[1])


def test_infinities_are_read_where_they_are_allowed():
    assert numbers.reals([*INFINITIES, "1e999"], finite=False).tolist() == [*INFINITIES.values(), math.inf]


@pytest.mark.parametrize("text", [*NANS, *INFINITIES, "1e999"])
def test_what_is_not_finite_is_refused_where_finite_numbers_are_needed(text):
    with pytest.raises(ValueError, match="expected a finite number; received '") as caught:
        numbers.reals(["3", text])
    assert caught.value.position == 1


def test_whole_numbers_are_read_up_to_64_bits():
    texts = ["0", "-7", "+12", " 3 ", "007", str(2**63 - 1), str(-(2**63))]
    values = numbers.integers(texts)
    assert values.dtype == np.int64
    assert values.tolist() == [0, -7, 12, 3, 7, 2**63 - 1, -(2**63)]


@pytest.mark.parametrize("text", [*DAMAGE, "1.0", "1e5", "nan", str(2**63), "9" * (sys.get_int_max_str_digits() + 1)])
def test_what_is_not_a_whole_number_of_64_bits_is_refused(text):
    with pytest.raises(numbers.Unreadable, match="expected a whole number; received ") as caught:
        numbers.integers(["1", text])
    assert caught.value.position == 1


def test_a_long_damaged_cell_is_shortened_in_the_message():
    with pytest.raises(ValueError) as caught:
        numbers.reals(["x" * 10_000])
    assert len(str(caught.value)) < 200
