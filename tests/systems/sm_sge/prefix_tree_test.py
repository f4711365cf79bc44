# SPDX-License-Identifier: MIT
"""Plans over sub-sequences: every sub-sequence is a path, shared prefixes are shared nodes."""

import numpy as np
import pytest

from tfskel.systems.sm_sge import prefix_tree


def paths(plan):
    """Frames from the root to each node, level by level."""
    above, found = [[]], []
    for parents, frames in zip(plan.parents, plan.frames, strict=True):
        level = [[*(above[p] if found else []), frame] for p, frame in zip(parents, frames, strict=True)]
        found, above = found + level, level
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_tree_has_one_node_per_different_prefix(seed):
    rng = np.random.RandomState(seed)
    lists = [sorted(rng.choice(5, k, replace=False).tolist()) for k in (1, 2, 2, 3, 4, 5, 5)]
    plan = prefix_tree.tree(lists)
    different = {tuple(x[:k]) for x in lists for k in range(1, len(x) + 1)}
    assert sorted(map(tuple, paths(plan))) == sorted(different)
    assert plan.nodes == len(different)


def test_weights_of_nodes_sum_the_shares_of_the_sub_sequences_through_them():
    lists = [[0], [0, 1], [1, 2]]
    plan = prefix_tree.tree(lists)
    want = {(0,): (1 + 1 / 2) / 3, (1,): (1 / 2) / 3, (0, 1): (1 / 2) / 3, (1, 2): (1 / 2) / 3}
    got = dict(zip(map(tuple, paths(plan)), plan.weights(lambda length: 1 / length), strict=True))
    assert got == pytest.approx(want)
    assert plan.weights(lambda length: 1 / length).sum() == pytest.approx(1)


def test_shrinking_rows_hold_the_longest_first():
    lists = [[3], [0, 2], [1], [0, 1, 3]]
    plan = prefix_tree.shrinking_rows([3, 2, 1, 1])
    assert [column.tolist() for column in prefix_tree.columns(lists)] == [[0, 0, 3, 1], [1, 2], [3]]
    assert plan.parents == [[0, 1, 2, 3], [0, 1], [0]]
    assert plan.weights(lambda length: 1 / length).tolist() == pytest.approx(
        [1 / 12, 1 / 8, 1 / 4, 1 / 4, 1 / 12, 1 / 8, 1 / 12]
    )
    with pytest.raises(ValueError, match=r"descending order; received \[1, 2\]"):
        prefix_tree.shrinking_rows([1, 2])
