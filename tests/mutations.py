# SPDX-License-Identifier: MIT
"""Damage as files suffer it: cut short, bits turned, lines lost or doubled, absurd numbers, other encodings."""

import random
import re

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_ABSURD = (b"1e308", b"-1e308", b"1e999", b"1e-320", b"nan", b"-1", b"0", b"1_0", b"\xc2\xb2", b"99999999999999999999",
           b"9" * 5000, b"9223372036854775807", b"", b"x", b"null", b"[]", b"{}", b'"x"', b"true", b"-inf",
           b"4294967296", b"1e18")  # fmt: skip
_SIZES = (b"\xff" * 4, b"\xff" * 8, b"\x00" * 8, b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"\xff" * 7 + b"\x7f")


def cut(content: bytes, draw: random.Random) -> bytes:
    """The first part."""
    return content[: draw.randrange(len(content))]


def turned_bits(content: bytes, draw: random.Random) -> bytes:
    """Some bits are turned, at times all of them near the beginning, where files describe themselves."""
    changed, end = bytearray(content), draw.choice((len(content), min(len(content), 200)))
    for _ in range(draw.choice((1, 1, 1, 2, 8))):
        changed[draw.randrange(end)] ^= 1 << draw.randrange(8)
    return bytes(changed)


def lost_part(content: bytes, draw: random.Random) -> bytes:
    """A part is gone."""
    begin = draw.randrange(len(content))
    return content[:begin] + content[begin + draw.randrange(1, 200) :]


def doubled_part(content: bytes, draw: random.Random) -> bytes:
    """A part stands there twice."""
    begin = draw.randrange(len(content))
    end = begin + draw.randrange(1, 200)
    return content[:end] + content[begin:]


def zeros(content: bytes, draw: random.Random) -> bytes:
    """A part is zeros, as after a computer lost its power."""
    begin = draw.randrange(len(content))
    part = content[begin : begin + draw.randrange(1, 4096)]
    return content[:begin] + bytes(len(part)) + content[begin + len(part) :]


def nothing(content: bytes, draw: random.Random) -> bytes:
    """An empty file, or one of white space."""
    return draw.choice((b"", b"\n", b" \n\n", b"\x00"))


def absurd_size(content: bytes, draw: random.Random) -> bytes:
    """Four or eight bytes are a size or a number that cannot be."""
    size = draw.choice(_SIZES)
    begin = draw.randrange(draw.choice((len(content), min(len(content), 200))))
    return content[:begin] + size + content[begin + len(size) :]


def lost_line(content: bytes, draw: random.Random) -> bytes:
    """A line is gone."""
    lines = content.split(b"\n")
    del lines[draw.randrange(len(lines))]
    return b"\n".join(lines)


def doubled_line(content: bytes, draw: random.Random) -> bytes:
    """A line stands there twice, or a thousand times."""
    lines = content.split(b"\n")
    place = draw.randrange(len(lines))
    return b"\n".join([*lines[:place], *[lines[place]] * draw.choice((2, 2, 1000)), *lines[place + 1 :]])


def swapped_lines(content: bytes, draw: random.Random) -> bytes:
    """Two lines changed places."""
    lines = content.split(b"\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def absurd_number(content: bytes, draw: random.Random) -> bytes:
    """A number is huge, none, or something else."""
    numbers = list(_NUMBER.finditer(content))
    if not numbers:
        return content + draw.choice(_ABSURD)
    place = draw.choice(numbers)
    return content[: place.start()] + draw.choice(_ABSURD) + content[place.end() :]


def lost_word(content: bytes, draw: random.Random) -> bytes:
    """A word or a sign is gone or another one."""
    words = list(re.finditer(rb"[A-Za-z_]+|[\[\]{},;:\"\t]", content)) or [re.match(rb"", content)]
    place = draw.choice(words)
    other = draw.choice((b"", b"", b"x", b'"', b"[", b"}", b",", b"\xff", b"\x00", b"\n", "\u540d".encode()))
    return content[: place.start()] + other + content[place.end() :]


def other_encoding(content: bytes, draw: random.Random) -> bytes:
    """Another encoding, or a byte that is no UTF-8."""
    text = content.decode("latin-1")
    begin = draw.randrange(len(content))
    return draw.choice(
        (
            text.encode("utf-16"),
            text.encode("utf-16-le"),
            text.encode("utf-32"),
            b"\xef\xbb\xbf" + content,
            content.replace(b"\n", b"\r\n"),
            content.replace(b"\n", b"\r"),
            content[:begin] + b"\xe9" + content[begin:],
            content[:begin] + "\u0661\u200b".encode() + content[begin:],
        )
    )


def deep(content: bytes, draw: random.Random) -> bytes:
    """Brackets in brackets, 100,000 of them."""
    begin = draw.randrange(len(content))
    return content[:begin] + draw.choice((b"[", b"{", b'{"a":')) * 100_000 + content[begin:]


ANY = (cut, turned_bits, lost_part, doubled_part, zeros, nothing)
BINARY = (*ANY, absurd_size, turned_bits, turned_bits)
TEXT = (
    *ANY, lost_line, doubled_line, swapped_lines, absurd_number, absurd_number, absurd_number, lost_word, lost_word,
    other_encoding, deep,
)  # fmt: skip


def of(content: bytes, kinds, number: int) -> tuple[str, bytes]:
    """Name of a kind of damage and the damaged content; the same for the same number, and each kind in turn."""
    kind = kinds[number % len(kinds)]
    return kind.__name__, kind(content, random.Random(f"{number} {len(content)}"))
