# SPDX-License-Identifier: MIT
"""Original variables become our weights: order of gates, halves of LSTM kernels, stacked heads, joined columns."""

import numpy as np

from tfskel.checkpoints import convert, name_table
from tfskel.checkpoints.name_table import Entry


def test_every_kind_of_entry_is_placed_as_the_original_stores_it():
    rng, H = np.random.RandomState(0), 2
    original = {"cell/kernel": rng.randn(3 + H, 4 * H), "cell/bias": rng.randn(4 * H), "copy": rng.randn(3, 4 * H)}
    original |= {"head": rng.randn(1, 3, 1), "head_1": rng.randn(1, 3, 1), "W": rng.randn(3, 2), "W_1": rng.randn(3, 4)}
    entries = name_table.lstm("cell/", "lstm/") | {"copy": Entry("copy", kind="gates")}
    entries |= {name_table.numbered("head", k): Entry("heads", (k,)) for k in range(2)}
    entries |= {"W": Entry("kernel", (slice(None), slice(0, 2))), "W_1": Entry("kernel", (slice(None), slice(2, 6)))}
    found = name_table.to_ours(original | {"W/Adam_1": np.zeros(1)}, entries, name_table.OPTIMISER_STATE)
    ours = [0, 1, 4, 5, 2, 3, 6, 7]  # input, forget, candidate, output
    np.testing.assert_array_equal(found.pop("lstm/kernel"), original["cell/kernel"][:3, ours])
    np.testing.assert_array_equal(found.pop("lstm/recurrent_kernel"), original["cell/kernel"][3:, ours])
    np.testing.assert_array_equal(found.pop("lstm/bias"), original["cell/bias"][ours] + [0, 0, 1, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(found.pop("copy"), original["copy"][:, ours])
    np.testing.assert_array_equal(found.pop("heads"), [original["head"][0, :, 0], original["head_1"][0, :, 0]])
    np.testing.assert_array_equal(found.pop("kernel"), np.hstack([original["W"], original["W_1"]]))
    assert not found


def test_every_system_with_a_module_of_original_names_can_be_converted():
    assert {"cage", "hi_mpc", "sm_sge"} <= set(convert.convertible())
