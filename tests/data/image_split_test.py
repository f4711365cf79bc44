# SPDX-License-Identifier: MIT
"""Frames are read at random and decoded by one rule, which is written out here."""

import io

import numpy as np
import pytest
from PIL import Image

from tests import fakes
from tests.tools import frame_forms
from tests.tools.frame_forms import resized
from tfskel.data import frames, image_pixels, image_split


def decoded(example):
    return frame_forms.decoded(example["image"])


def encoded(mode="RGB", form="PNG", size=(24, 40), seed=0):
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), np.uint8)
    Image.fromarray(pixels).convert(mode).save(stream, form)
    return {"image": stream.getvalue(), "height": size[1], "width": size[0]}


@pytest.fixture
def examples():
    return fakes.photographs(people=2, frames=2, height=40)


@pytest.mark.parametrize("image_size", [16, 40, 64])
def test_images_are_resized_half_as_wide_and_scaled_to_minus_one_to_one(examples, image_size):
    split = fakes.image_split(examples, image_size)
    rows = np.array([5, 0, 5])
    want = [resized(decoded(examples[row]) / 255, image_size, image_size // 2) * 2 - 1 for row in rows]
    np.testing.assert_allclose(split.read(rows), want, atol=2e-6)
    assert split.read(rows).dtype == np.float32


def test_torchvisions_preparation_is_pillows_resize_and_imagenets_mean_and_deviation(examples):
    split = fakes.image_split(examples, 64, image_pixels.TORCHVISION)
    small = Image.open(io.BytesIO(examples[5]["image"])).resize((32, 64), Image.Resampling.BILINEAR)
    want = (np.asarray(small) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    found = split.read(np.array([5]))
    np.testing.assert_allclose(found[0], want, atol=1e-6)
    np.testing.assert_allclose(next(split.batches([np.array([5])])), found, atol=1e-6)


KINDS = [("RGB", "JPEG"), ("L", "PNG"), ("L", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG")]


@pytest.mark.parametrize("kind", KINDS)
def test_any_colours_are_read_as_pillow_converts_them(examples, kind):
    other = examples[0] | encoded(*kind)
    split = fakes.image_split([other], 40)
    np.testing.assert_array_equal(split.raw(slice(None))[0], decoded(other))


def test_an_alpha_channel_is_dropped(examples):
    picture = Image.fromarray(decoded(examples[0]).astype(np.uint8))
    picture.putalpha(100)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    split = fakes.image_split([examples[0] | {"image": stream.getvalue()}])
    np.testing.assert_array_equal(split.raw(slice(None))[0], decoded(examples[0]))


def test_raw_images_are_those_captured_and_of_one_size_where_they_differ(examples):
    same = fakes.image_split(examples, 16)
    np.testing.assert_array_equal(same.raw(np.array([3, 1])), [decoded(examples[row]) for row in (3, 1)])
    several = fakes.image_split([examples[0], examples[1] | encoded()], 16)
    want = [resized(decoded(examples[0]), 16, 8), resized(decoded(encoded()), 16, 8)]
    assert several.raw(slice(None)).dtype == np.uint8
    np.testing.assert_allclose(several.raw(slice(None)), want, atol=0.51)
    assert several.subset(np.array([1])).raw(slice(None)).shape == (1, 40, 24, 3)


def test_batches_are_what_reading_gives_in_their_order(examples):
    split = fakes.image_split(examples, 16).subset(np.array([6, 4, 2, 0]))
    wanted = [np.array(rows) for rows in ([3, 0], [1], [2, 2, 1])]
    for rows, batch in zip(wanted, split.batches(wanted), strict=True):
        np.testing.assert_array_equal(batch, split.read(rows))
        np.testing.assert_allclose(batch[0], image_pixels.prepare(decoded(examples[6 - 2 * rows[0]])[None], (16, 8))[0],
                                   atol=2e-6)  # fmt: skip


def test_columns_follow_the_rows_and_equal_bytes_have_equal_numbers(examples):
    examples[3]["image"], examples[2]["tracklet"] = examples[1]["image"], ""
    split = fakes.image_split(examples).subset(np.array([3, 1, 2]))
    assert split.identity.tolist() == ["p1", "p0", "p1"] and split.labels.tolist() == [1, 0, 1]
    assert split.camera.tolist() == ["cam0"] * 3 and split.frame.tolist() == [1, 1, 0]
    assert split.recording.tolist() == ["cam0/p1", "cam0/p0", "cam0/p1/0.png"], "a still image is called by its path"
    assert (split.content[0] == split.content[1], split.content[0] == split.content[2]) == (True, False)


def test_rows_without_learning_are_colours_of_strips_and_small_pictures(examples):
    found = fakes.image_split(examples).baselines(np.array([1]))
    assert found[image_split.HISTOGRAM].shape == (1, 512)
    want = resized(decoded(examples[1]), 32, 16).reshape(1, -1) / 255
    np.testing.assert_allclose(found[image_split.PIXELS], want, atol=0.51 / 255)


def test_stored_columns_are_read_back_and_images_are_not_touched_for_them(examples, tmp_path):
    stored = frames.from_list(examples)
    stored.save(tmp_path / "train.frames.npz")
    read = {name: getattr(frames.from_list(examples), name).tolist() for name in (*frames.TEXTS, *frames.NUMBERS)}
    loaded = frames.Frames(lambda rows: pytest.fail("read"), **np.load(tmp_path / "train.frames.npz"))
    assert {name: getattr(loaded, name).tolist() for name in read} == read


def test_no_images_at_all_are_refused():
    with pytest.raises(ValueError, match="No images at all"):
        frames.from_list([])
