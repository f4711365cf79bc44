# SPDX-License-Identifier: MIT
"""Every image is an anchor once an epoch; its positives and negatives are where the rules say."""

import collections
import itertools

import numpy as np
import pytest

from tfskel.data import frames, image_split, recordings
from tfskel.systems.st_reidnet import sampling, video_neighbours

VIDEOS = {"a": ["0", "1", "2"], "b": ["3", "4"]}
COUNTS = (9, 12, 7, 10, 8)


def images(counts=COUNTS, videos=VIDEOS, names=None):
    """Images of identities 0, 1, ..., frames 0, 5, 10, ... stored backwards."""
    names = names or [str(number) for number in range(len(counts))]
    examples = [
        {"image": b"", "identity": name, "camera": "", "tracklet": name, "frame": 5 * frame, "path": f"{name}_{frame}",
         "height": 128, "width": 64}
        for name, count in zip(names, counts, strict=True) for frame in reversed(range(count))
    ]  # fmt: skip
    stored = frames.from_list(examples)
    classes = recordings.sorted_identities(stored.identity)
    return image_split.ImageSplit(stored, np.arange(len(stored)), 128, classes, videos=videos)


SAMPLERS = {
    "instance": sampling.InstanceTriplets,
    "pairs": sampling.Pairs,
    "videos": lambda train, seed: sampling.VideoTriplets(train, seed, skip_frames=2),
}


@pytest.mark.parametrize("kind", SAMPLERS)
def test_every_image_is_an_anchor_once_and_an_epoch_repeats_by_its_number(kind):
    train = images()
    sampler, again = (SAMPLERS[kind](train, 3) for _ in range(2))
    epochs = [np.array(list(sampler.epoch(number))) for number in range(3)]
    per_anchor = len(sampler) // len(train)
    for drawn in epochs:
        assert collections.Counter(drawn[:, 0].tolist()) == dict.fromkeys(range(len(train)), per_anchor)
    np.testing.assert_array_equal(list(again.epoch(2)), epochs[2])
    assert (epochs[0] != epochs[1]).any()
    assert (np.array(list(SAMPLERS[kind](train, 4).epoch(1))) != epochs[1]).any()


def test_instance_triplets_are_of_one_identity_and_never_the_anchor_again():
    train = images()
    rows = np.array(list(sampling.InstanceTriplets(train, 0).epoch(0)))
    labels = train.labels[rows]
    assert (labels == labels[:, :1]).all() and (rows[:, 1:] != rows[:, :1]).all()
    assert (rows[:, 1] == rows[:, 2]).any()


def test_pairs_have_one_positive_and_then_the_negatives():
    train = images()
    rows = np.array(list(sampling.Pairs(train, 0, negatives_per_positive=2).epoch(0))).reshape(-1, 3, 2)
    same = train.labels[rows[..., 0]] == train.labels[rows[..., 1]]
    np.testing.assert_array_equal(same, np.tile([True, False, False], (len(train), 1)))
    assert (rows[:, 0, 0] != rows[:, 0, 1]).all() and (rows[:, 1, 1] != rows[:, 2, 1]).all()


def drawn(count=40, **settings):
    """Frames of anchor and positive, labels of anchor and negative, of many epochs."""
    train = images()
    sampler = sampling.VideoTriplets(train, 0, **settings)
    rows = np.array([row for number in range(count) for row in sampler.epoch(number)])
    return train, train.frame[rows[:, :2]] // 5, train.labels[rows[:, [0, 2]]], rows


def test_in_order_of_time_the_window_is_one_of_frames_and_all_outside_of_it_come():
    train, moments, labels, rows = drawn(120, order="time", skip_frames=2, inter_rate=1.0)
    assert (train.labels[rows[:, 0]] == train.labels[rows[:, 1]]).all()
    apart = np.abs(moments[:, 0] - moments[:, 1])
    assert apart.min() == 3
    for label, count in enumerate(COUNTS):
        found = set(map(tuple, moments[labels[:, 0] == label].tolist()))
        assert found == {(a, b) for a, b in itertools.product(range(count), repeat=2) if abs(a - b) > 2}


def test_a_negative_of_the_video_is_any_other_identity_of_it():
    *_, labels, _ = drawn(order="time", skip_frames=2, inter_rate=1.0)
    pairs = set(map(tuple, labels.tolist()))
    assert pairs == {(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (3, 4), (4, 3)}


def test_few_images_have_a_window_of_a_fifth():
    *_, moments, labels, _ = drawn(order="time", skip_frames=5, inter_rate=1.0)
    apart = np.abs(moments[:, 0] - moments[:, 1])
    assert [int(apart[labels[:, 0] == label].min()) for label in range(5)] == [2, 6, 2, 2, 2]


def test_the_rate_is_the_share_of_negatives_of_the_video():
    *_, labels, _ = drawn(skip_frames=2, inter_rate=0.7)
    video = np.array([0, 0, 0, 1, 1])
    share = (video[labels[:, 0]] == video[labels[:, 1]]).mean()
    elsewhere = np.array([sum(COUNTS[3:]), sum(COUNTS[3:]), sum(COUNTS[3:]), sum(COUNTS[:3]), sum(COUNTS[:3])])
    others = sum(COUNTS) - np.array(COUNTS)
    expected = 1 - 0.3 * np.average(elsewhere / others, weights=COUNTS)
    assert share == pytest.approx(expected, abs=0.03)


def test_the_order_of_text_is_not_the_order_of_time():
    train = images((30, 30))
    text, time = (sampling.InstanceTriplets(train, 0, order) for order in sampling.ORDERS)
    np.testing.assert_array_equal(train.frame[time.rows], [*range(0, 150, 5)] * 2)
    assert (np.diff(train.frame[text.rows]) < 0).sum() > 10
    np.testing.assert_array_equal(train.labels[text.rows], train.labels[time.rows])


def test_batches_hold_the_epoch_in_order_but_for_a_last_tuple_alone():
    sampler = sampling.InstanceTriplets(images(), 0)
    for batch_size, sizes in ((20, [20, 20, 6]), (9, [9] * 5), (45, [45]), (46, [46])):
        batches = list(sampler.batches(1, batch_size))
        assert [len(batch) for batch in batches] == sizes and sampler.steps(batch_size) == len(sizes)
        rows = np.concatenate(batches)
        np.testing.assert_array_equal(rows, list(sampler.epoch(1))[: len(rows)])


def test_neighbours_are_looked_for_by_label_or_by_identity():
    classes, videos = ["2", "3", "5", "6"], {"a": ["0", "1"], "b": ["2", "3"], "c": ["4", "5", "6"]}
    assert video_neighbours.of_labels(classes, videos) == [[1], [0], [3], [2]]
    videos = {"a": ["2", "1", "0", "3"], "b": ["5", "6", "7"]}
    assert video_neighbours.of_labels(classes, videos) == [[2, 1, 3], [2, 0, 3], [1, 0, 3], [2, 1, 0]]
    assert video_neighbours.of_labels(classes, videos, "identity") == [[1], [0], [3], [2]]


@pytest.mark.parametrize("problem, message", [
    ({"order": "frame"}, "order must be one of text, time; received 'frame'"),
    ({"inter_rate": 1.5}, r"inter_rate must be in \[0, 1\] .* received 1.5 and 20"),
    ({"counts": (3, 1, 4, 1, 5)}, r"identity '1' has a single image in train \(2 such identities\)"),
    ({"skip_frames": 4}, r"identity '0' has 9 images, which is 2 skip_frames \+ 1: .* for example 5"),
    ({"videos": {"a": list("0124"), "b": ["3"]}}, r"label 3 \(identity '3'\), .* is alone in its video"),
    ({"videos": {"a": list("0124")}}, r"label 3 \(identity '3'\), .* is in no video"),
    ({"videos": {"a": list("01234"), "b": ["5"]}, "names": ["0", "1", "2", "3", "5"], "neighbours": "identity"},
     "identity '5' is alone in its video, so that no neighbour"),
    ({"videos": {"a": list("0124"), "b": ["3", "9"]}}, "label 3 .* has person number 9 as neighbour .* labels 0 to 4"),
    ({"videos": {"a": ["anna", "3"]}}, "must be numbers .*'anna'.*neighbours=\"identity\""),
    ({"neighbours": "video"}, "neighbours must be one of label, identity; received 'video'"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused_by_name(problem, message):
    given = {name: problem.pop(name) for name in ("counts", "videos", "names") if name in problem}
    with pytest.raises(ValueError, match=message):
        sampling.VideoTriplets(images(**given), 0, **problem)


def test_more_negatives_than_there_are_images_are_refused():
    with pytest.raises(ValueError, match="negatives_per_positive must be from 1 to 34, .* received 35"):
        sampling.Pairs(images(), 0, negatives_per_positive=35)


def test_without_videos_windows_and_neighbours_do_not_matter():
    sampler = sampling.VideoTriplets(images(videos={}), 0, skip_frames=4)
    assert len(list(sampler.epoch(0))) == sum(COUNTS)
