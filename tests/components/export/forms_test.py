# SPDX-License-Identifier: MIT
"""Forms are chosen before any work; what cannot be had is refused by name."""

import importlib.util

import pytest

from components.export import forms, limits
from tfskel import systems


@pytest.mark.parametrize(
    "formats, want",
    [
        (("saved_model",), ["saved_model"]),
        (("onnx", "saved_model", "onnx"), ["saved_model", "onnx"]),
        (("tflite, saved_model",), ["saved_model", "tflite"]),  # as --config.export.formats=a,b gives it
    ],
)
def test_forms_come_once_and_the_saved_model_first(formats, want):
    assert forms.chosen(formats, "cage") == want


@pytest.mark.parametrize(
    "formats, system, match",
    [
        (("saved_model", "tflight"), "cage", "must be one of .* received 'tflight'. Did you mean 'tflite'"),
        (("onnx",), "cage", "needs 'saved_model'.* Try --config.export.formats=saved_model,onnx"),
        ((), "cage", "needs 'saved_model'"),
        (
            ("saved_model", "tflite_int8"),
            "joint_distances",
            "'tflite_int8', which joint_distances cannot have: .*cosine",
        ),
    ],
)
def test_what_cannot_be_had_is_refused(formats, system, match):
    with pytest.raises(ValueError, match=match):
        forms.chosen(formats, system)


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *of: None if name == "tf2onnx" else there(name, *of))
    with pytest.raises(ValueError, match=r"'onnx', which needs tf2onnx, not installed: pip install 'tfskel\[export\]'"):
        forms.chosen(("saved_model", "onnx"), "cage")
    assert forms.chosen(("saved_model", "tflite"), "cage") == ["saved_model", "tflite"]


def test_tables_name_systems_and_forms_that_there_are():
    assert set(limits.LIMITS) == set(systems.SYSTEMS)
    assert set(limits.ROUNDING) <= set(systems.SYSTEMS)
    assert all(system in systems.SYSTEMS and form in forms.FORMS for system, form in limits.REFUSED)
