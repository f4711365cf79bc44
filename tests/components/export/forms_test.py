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
    assert forms.chosen(formats) == want


@pytest.mark.parametrize(
    "formats, match",
    [
        (("saved_model", "tflight"), "must be one of .* received 'tflight'. Did you mean 'tflite'"),
        (("onnx",), "needs 'saved_model'.* Try --config.export.formats=saved_model,onnx"),
        ((), "needs 'saved_model'"),
    ],
)
def test_what_cannot_be_had_is_refused(formats, match):
    with pytest.raises(ValueError, match=match):
        forms.chosen(formats)


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *of: None if name == "tf2onnx" else there(name, *of))
    with pytest.raises(ValueError, match=r"'onnx', which needs tf2onnx, not installed: pip install 'tfskel\[export\]'"):
        forms.chosen(("saved_model", "onnx"))
    assert forms.chosen(("saved_model", "tflite")) == ["saved_model", "tflite"]


def test_every_system_says_what_it_cannot_do():
    assert set(limits.LIMITS) == set(systems.SYSTEMS)
