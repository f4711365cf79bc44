# SPDX-License-Identifier: MIT
"""Closeness is measured as it is said, and what is not near enough is refused."""

import numpy as np
import pytest

from components.export import comparison, forms
from tfskel.runtimes import runtime

WANTED = {"embed": {"features": np.array([[3.0, 4.0], [0.0, 0.0]]), "part": np.array([[1.0, 0.0], [0.0, 2.0]])}}
GIVEN = {"skeletons": np.zeros((2, 1, 1, 3), np.float32)}


class Moved(runtime.Runtime):
    """Gives what is wanted, with one output changed."""

    signatures = ("embed",)

    def __init__(self, output="part", by=0.0):
        self.output, self.by = output, np.asarray(by)

    def inputs(self, signature):
        return {"skeletons": runtime.Input((None, 1, 1, 3), "float32")}

    def outputs(self, signature):
        return ["features", "part"]

    def run(self, signature, given):
        made = WANTED[signature]
        return {name: values + self.by * (name == self.output) for name, values in made.items()}


def test_the_worst_output_and_item_count():
    found = comparison.measured(Moved(by=[[0, 0], [1.5, 0]]), (forms.DIFFERENCE, 1.0), WANTED, GIVEN)
    assert found["signatures"] == ["embed"] and found["milliseconds"] > 0
    assert found["difference"] == {"embed": 0.75}  # 1.5 of the largest part, 2
    assert found["cosine"]["embed"] == pytest.approx(2 / 2.5)


def test_two_vectors_of_zeros_are_alike_and_one_beside_another_is_not():
    assert comparison.measured(Moved(), forms.ROUNDED, WANTED, GIVEN)["cosine"] == {"embed": 1.0}
    with pytest.raises(ValueError, match="cosine of 0.00000"):
        comparison.measured(Moved("features", [[0, 0], [1, 1]]), forms.ROUNDED, WANTED, GIVEN)


@pytest.mark.parametrize("near, by, match", [
    (forms.SAME, 3e-5, r"'embed' .* differs from the model by 1.5e-05 of its largest value \(allowed 1e-05\)"),
    (forms.ROUNDED, 0.2, r"cosine of 0.98639 to the model \(allowed 0.999 or more\); nothing is published"),
    (forms.SAME, np.nan, "differs from the model by nan"),
    (forms.ROUNDED, np.nan, "cosine of nan"),
])  # fmt: skip
def test_what_is_not_near_enough_is_refused(near, by, match):
    with pytest.raises(ValueError, match=match):
        comparison.measured(Moved(by=by), near, WANTED, GIVEN)


def test_size_is_of_all_files(tmp_path):
    (tmp_path / "onnx").mkdir()
    for name, content in (("a", b"123"), ("b", b"12345")):
        (tmp_path / "onnx" / name).write_bytes(content)
    assert comparison.size(tmp_path) == 8 and comparison.size(tmp_path / "onnx/b") == 5
