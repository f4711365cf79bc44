# SPDX-License-Identifier: MIT
"""A recognition network without anyone to recognise is refused, and people are named in plain text."""

import types

import numpy as np
import pytest

from tfskel.systems import two_stage


def test_a_probe_of_strangers_is_refused_with_plain_names():
    train = types.SimpleNamespace(classes=[np.str_("anna"), "ben"])
    probe = types.SimpleNamespace(labels=np.array([-1, -1]), identity=np.array(["zoe", "carl"]))
    with pytest.raises(ValueError, match=r"train has anna, ben, the probe carl, zoe\.$"):
        two_stage.enrolled(types.SimpleNamespace(train=train, probe=probe))
