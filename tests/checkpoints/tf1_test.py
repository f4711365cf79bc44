# SPDX-License-Identifier: MIT
"""The prefix of a checkpoint is a name, whatever letters it has."""

import pytest

from tfskel.checkpoints import tf1


def test_brackets_in_a_name_are_no_pattern(tmp_path):
    prefix = tmp_path / "trained[1].ckpt"
    (tmp_path / "trained[1].ckpt.index").touch()
    (tmp_path / "trained1.ckpt.data-00000-of-00001").touch()
    with pytest.raises(FileNotFoundError, match=r"has no trained\[1\]\.ckpt\.data-00000-of-00001"):
        tf1.prefix_of(prefix)
    (tmp_path / "trained[1].ckpt.data-00000-of-00001").touch()
    assert tf1.prefix_of(prefix) == prefix
