# SPDX-License-Identifier: MIT
"""Damage that the checksums of an archive do not tell, and that parsers of numbers and headers meet with errors of
their own."""

import errno
import io
import zipfile

import numpy as np
import pytest

from tfskel import arrays


def npz(path, header=lambda text: text, method=None):
    """An .npz file of one array whose header, or whose compression, is changed after its checksum was made."""
    file = io.BytesIO()
    np.save(file, np.arange(60.0).reshape(20, 3))
    plain = file.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("joints.npy", plain)
    content = path.read_bytes().replace(plain, header(plain))
    if method is not None:  # in the list of contents, behind its signature
        place = content.index(b"PK\1\2") + 10
        content = content[:place] + bytes([method]) + content[place + 1 :]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "damage",
    [
        {"header": lambda text: text.replace(b"(20, 3)", b"(10, 3)")},  # would be read as ten rows
        {"header": lambda text: text.replace(b"(20, 3)", b"(20, 3(")},
        {"header": lambda text: text.replace(b"(20, 3), }", b"(9999999999999999999999999, 3)}"[:10])},
        {"method": 97},
    ],
)
def test_an_array_with_a_damaged_header_is_refused_by_its_key(tmp_path, damage):
    with pytest.raises(ValueError, match=r"damaged\.npz, key 'joints': truncated or damaged"):
        arrays.read(npz(tmp_path / "damaged.npz", **damage))
    assert arrays.read(npz(tmp_path / "intact.npz"))["joints"].shape == (20, 3)


def test_a_list_of_contents_that_hides_an_array_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", first=np.ones(3), second=np.ones(3))
    content = (tmp_path / "a.npz").read_bytes()
    place = content.index(b"PK\1\2") + 32  # length of a comment: what follows is taken for it
    (tmp_path / "a.npz").write_bytes(content[:place] + b"\xff\x7f" + content[place + 2 :])
    with pytest.raises(ValueError, match=r"a\.npz: truncated or damaged: it lists 1 of 2 arrays"):
        arrays.read(tmp_path / "a.npz")


def test_a_disk_that_is_full_is_told_with_the_file(tmp_path):
    with pytest.raises(OSError, match=r"No space left on device: '.*a\.json'"), arrays.complete(tmp_path / "a.json"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_that_will_not_fit_is_not_begun(tmp_path):
    with (
        pytest.raises(OSError, match=r"No space left on device: '.*a\.h5'"),
        arrays.complete(tmp_path / "a.h5", 1 << 60),
    ):
        raise AssertionError("begun")
    with arrays.complete(tmp_path / "a.h5", 1) as unfinished:
        unfinished.write_text("fits")
    assert (tmp_path / "a.h5").read_text() == "fits"


def test_a_number_of_thousands_of_digits_in_json_is_refused_by_its_file(tmp_path):
    (tmp_path / "numbers.json").write_text(f'{{"a": {"9" * 5000}}}')
    with pytest.raises(ValueError, match=r"numbers\.json: not a JSON file \(Exceeds the limit .*delete it"):
        arrays.read_json(tmp_path / "numbers.json")
