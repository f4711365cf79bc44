# SPDX-License-Identifier: MIT
"""Scatters against literal sums, the discriminant against its definition, and the stored simulated people."""

import numpy as np
import pytest

from tfskel import skeletons
from tfskel.systems.joint_distances import model, simulated, statistics
from tools import joint_distances as tool


def sample(seed=0, sizes=(4, 7, 2), dimensions=6):
    rng = np.random.default_rng(seed)
    classes = rng.permutation(np.repeat([f"c{k}" for k in range(len(sizes))], sizes))
    return rng.normal(size=(len(classes), dimensions)) + 3, classes


def literal(rows, classes):
    names = sorted(set(classes))
    weight = {name: 1 / (len(names) * np.sum(classes == name)) for name in names}
    mean = sum(weight[name] * row for row, name in zip(rows, classes, strict=True))
    means = {name: rows[classes == name].mean(axis=0) for name in names}
    within = sum(
        weight[name] * np.outer(row - means[name], row - means[name]) for row, name in zip(rows, classes, strict=True)
    )
    between = sum(np.outer(means[name] - mean, means[name] - mean) for name in names) / len(names)
    return mean, within, between


@pytest.mark.parametrize("cuts", [(), (5,), (1, 2, 12)])
def test_statistics_equal_the_sums_of_their_definition_however_the_rows_are_cut(cuts):
    rows, classes = sample()
    found = statistics.measure(np.split(rows, cuts), classes)
    for got, want in zip(vars(found).values(), literal(rows, classes), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-12)


def test_a_class_counts_the_same_whatever_its_size():
    rows, classes = sample()
    often = np.concatenate([rows, *[rows[classes == "c1"]] * 5]), np.concatenate([classes, ["c1"] * 35])
    for got, want in zip(
        vars(statistics.measure([often[0]], often[1])).values(),
        vars(statistics.measure([rows], classes)).values(),
        strict=True,
    ):
        np.testing.assert_allclose(got, want, atol=1e-12)


def test_classes_of_one_sequence_each_are_refused():
    with pytest.raises(ValueError, match="none of 5 classes has two different sequences.*training.classes='identity'"):
        statistics.measure([np.random.default_rng(0).normal(size=(5, 3))], np.arange(5))


def test_pooling_weighs_the_scatters_and_keeps_the_real_mean():
    real, prior = (statistics.measure([rows], classes) for rows, classes in map(sample, (1, 2)))
    pooled = statistics.pool(real, prior, 0.7)
    np.testing.assert_allclose(pooled.within, 0.7 * real.within + 0.3 * prior.within)
    np.testing.assert_allclose(pooled.between, 0.7 * real.between + 0.3 * prior.between)
    np.testing.assert_array_equal(pooled.mean, real.mean)


@pytest.mark.parametrize("shrinkage", [0.03, 0.3])
def test_the_discriminant_solves_its_equation_and_moves_the_mean_to_zero(shrinkage):
    rows, classes = sample()
    found = statistics.measure([rows], classes)
    solved = statistics.solve(found, shrinkage, 2)
    scale = np.sqrt(np.diagonal(found.within) + np.diagonal(found.between))
    within, between = found.within / np.outer(scale, scale), found.between / np.outer(scale, scale)
    within = (1 - shrinkage) * within + shrinkage * np.trace(within) / 6 * np.eye(6)
    vectors = solved.kernel * scale[:, None]
    np.testing.assert_allclose(between @ vectors, within @ vectors * solved.eigenvalues, atol=1e-10)
    np.testing.assert_allclose(vectors.T @ within @ vectors, np.eye(2), atol=1e-10)
    np.testing.assert_allclose((found.mean - solved.centre) @ solved.kernel, 0, atol=1e-10)
    every = np.linalg.eigvals(np.linalg.solve(within, between)).real
    np.testing.assert_allclose(solved.eigenvalues, np.sort(every)[::-1][:2], atol=1e-10)


def test_a_number_that_never_changes_is_left_out():
    rows, classes = sample()
    constant = np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
    solved = statistics.solve(statistics.measure([constant], classes), 0.1, 2)
    assert np.isfinite(solved.kernel).all() and np.abs(solved.kernel[-1]).max() < 1e-6


@pytest.mark.parametrize("scale_free", [False, True])
@pytest.mark.parametrize("skeleton", skeletons.SKELETONS)
def test_every_layout_has_simulated_people_with_their_command(skeleton, scale_free):
    whole = simulated.read(skeleton, scale_free, pose=True)
    size = model.Descriptor(skeleton, scale_free, pose=True).size
    assert whole.mean.shape == (size,) and whole.within.shape == whole.between.shape == (size, size)
    assert np.linalg.eigvalsh(whole.within).min() > -1e-3 * np.diagonal(whole.within).max()
    pairs = model.Descriptor(skeleton, scale_free).size
    few = simulated.read(skeleton, scale_free, pose=False)
    np.testing.assert_array_equal(few.between, whole.between[:pairs, :pairs])
    assert str(np.load(simulated.FILE)["command"]) == "python tools/joint_distances.py simulate --seed=1"


def test_simulated_people_are_stored_as_they_are_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "PEOPLE", 4)
    walks = tool.population("openpose", seed=3)
    assert walks.joints.shape[1] == 14 and len(walks) == 24
    packed = tool.statistics(walks, "openpose", scale_free=False, length=4)
    np.savez(tmp_path / "people.npz", **packed)
    read = simulated.read("openpose", False, False, tmp_path / "people.npz")
    rows, classes = [], []
    for start, length, who in zip(walks.start, walks.length, walks.identity, strict=True):
        for first in range(start, start + length - 3, 4):
            rows.append(walks.joints[first : first + 4])
            classes.append(who)
    described = np.asarray(model.Descriptor("openpose")(np.stack(rows)), np.float64)
    mean, within, between = literal(described, np.array(classes))
    np.testing.assert_allclose(read.mean, mean, atol=1e-6)
    np.testing.assert_allclose(read.within, within, atol=2e-3 * within.max())
    np.testing.assert_allclose(read.between, between, atol=2e-3 * between.max())
