# SPDX-License-Identifier: MIT
"""Every word and line of a motion file deleted or altered: what comes out is finite or an error that names the file."""

import pathlib

import numpy as np
import pytest

from datasets_tfds.cmu_walk import raw_files
from tests.datasets_tfds import motion_text

FILES = {
    "26_01.bvh": {"26_01.bvh": motion_text.bvh(frames=3)},
    "43.asf": {"43.asf": motion_text.asf(), "43_01.amc": motion_text.amc(frames=1)},
    "43_01.amc": {"43.asf": motion_text.asf(), "43_01.amc": motion_text.amc(frames=2)},
}
WORDS = ("", "x", "-1", "0", "1e300", "1e999", "nan", "1_0", "\u00b2", "}", "{", ":", "root", "End", "3")


def altered_words(text):
    """Texts in which one word is gone, and in which it is another one."""
    lines = [line.split() for line in text.split("\n")]
    for number, words in enumerate(lines):
        for place in range(len(words)):
            for other in ("", WORDS[(7 * number + place) % len(WORDS)]):
                changed = [*words[:place], other, *words[place + 1 :]]
                yield "\n".join(" ".join(changed if i == number else row) for i, row in enumerate(lines))


def altered_lines(text):
    """Texts in which one line is gone, doubled or the last one."""
    lines = text.split("\n")
    for number in range(len(lines) - 1):
        yield "\n".join([*lines[:number], *lines[number + 1 :]])
        yield "\n".join([*lines[:number], lines[number], *lines[number:]])
        yield "\n".join(lines[: number + 1])


def outcome(folder: pathlib.Path) -> str:
    """ "" when the folder gives finite joints, else the message of the error."""
    try:
        (recording,) = raw_files.read_folder(folder, "kinect_v2").values()
    except (ValueError, OSError) as error:
        return str(error)
    assert np.isfinite(recording.joints).all()
    return ""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("alter", [altered_words, altered_lines])
@pytest.mark.parametrize("name", FILES)
def test_a_file_altered_anywhere_is_read_or_refused_by_its_name(name, alter, tmp_path):
    for file, text in FILES[name].items():
        (tmp_path / file).write_text(text)
    assert outcome(tmp_path) == ""
    messages = []
    for text in alter(FILES[name][name]):
        (tmp_path / name).write_text(text)
        messages.append(outcome(tmp_path))
    named = (*FILES[name], "26_01: frame rate")
    assert not [message for message in messages if message and not message.startswith(named)]
    assert sum(map(bool, messages)) > len(messages) / 3
