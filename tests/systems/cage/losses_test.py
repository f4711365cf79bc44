# SPDX-License-Identifier: MIT
"""Locality target and contrast of neighbours against their definitions."""

import numpy as np
import pytest

from tfskel.systems.cage import losses


def literal_contrast(vectors, temperature):
    """The original's list of vectors 2..N and 1..N-1, one row after the other."""
    rows = np.concatenate([vectors[1:], vectors[:-1]])
    count, half = len(rows), len(rows) // 2
    total = 0.0
    for i in range(count):
        similar = [rows[i] @ rows[k] / np.linalg.norm(rows[i]) / np.linalg.norm(rows[k]) / temperature
                   for k in range(count)]  # fmt: skip
        others = sum(np.exp(similar[k]) for k in range(count) if k != i)
        total -= np.log(np.exp(similar[i + half if i < half else i - half]) / others)
    return total / count


@pytest.mark.parametrize("count, temperature", [(2, 0.5), (3, 0.1), (9, 0.1)])
def test_contrast_is_the_literal_sum_over_the_doubled_list(count, temperature):
    vectors = np.random.RandomState(count).randn(2, count, 5)
    want = [literal_contrast(stream, temperature) for stream in vectors]
    np.testing.assert_allclose(losses.contrast(vectors.astype("f"), temperature), want, rtol=1e-5)


def test_a_contrast_needs_two_sequences():
    with pytest.raises(ValueError, match="at least 2 sequences in a batch; received 1"):
        losses.contrast(np.ones((3, 1, 4), "f"), 0.1)


def test_the_locality_target_is_a_gaussian_around_the_mirrored_frame():
    f = 6
    want = [[np.exp(-((s - (f - 1 - t)) ** 2) / (2 * (f / 2) ** 2)) for s in range(f)] for t in range(f)]
    np.testing.assert_allclose(losses.locality_target(f), want, rtol=1e-6)
    alignments = np.random.RandomState(0).rand(2, 3, f, f).astype("f")
    sums = [0.5 * np.sum((stream * (1 - np.array(want))) ** 2) for stream in alignments]
    np.testing.assert_allclose(losses.locality(alignments), sums, rtol=1e-5)
