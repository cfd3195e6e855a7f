"""Files that stand in the text itself: uuencode and yEnc."""

from __future__ import annotations

import binascii
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import parse
from mailkit.message.embedded import find_embedded
from support.growth import check_growth

CONTENT = bytes(range(256)) * 3


def uuencoded(data: bytes, name: bytes = b"list.bin", eol: bytes = b"\n") -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45])[:-1] for at in range(0, len(data), 45)]
    return eol.join([b"begin 644 " + name, *lines, b"`", b"end", b""])


def yencoded(data: bytes, name: bytes = b"list.bin", eol: bytes = b"\r\n") -> bytes:
    out = bytearray()
    for byte in data:
        code = (byte + 42) % 256
        out += bytes((0x3D, (code + 64) % 256)) if code in (0, 10, 13, 0x3D) else bytes((code,))
    lines, at = [], 0
    while at < len(out):
        end = at + 128 + (out[at + 127 : at + 128] == b"=")
        lines.append(bytes(out[at:end]))
        at = end
    head = b"=ybegin line=128 size=%d name=%s" % (len(data), name)
    return eol.join([head, *lines, b"=yend size=%d crc32=%08x" % (len(data), crc32(data)), b""])


@pytest.mark.parametrize("eol", [b"\n", b"\r\n"])
@pytest.mark.parametrize("pack", [uuencoded, yencoded])
def test_a_file_is_taken_out_of_the_text(pack: object, eol: bytes) -> None:
    assert callable(pack)
    text, files = find_embedded(b"before" + eol + pack(CONTENT, eol=eol) + b"after" + eol)
    assert text == b"before" + eol + b"after" + eol
    assert [(file.name, file.content, file.defect) for file in files] == [("list.bin", CONTENT, "")]


def test_several_files_and_names() -> None:
    data = (
        uuencoded(b"one", b"a b.txt") + b"between\n" + yencoded(b"two", "für.txt".encode()) + uuencoded(b"", b"empty")
    )
    text, files = find_embedded(data)
    assert text == b"between\n"
    assert [(file.name, file.content, file.encoding) for file in files] == [
        ("a b.txt", b"one", "uuencode"), ("für.txt", b"two", "yenc"), ("empty", b"", "uuencode"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 chapters\nand so on\nend\n",
        b"We begin 644 days later.\n",
        b"begin  with me\nplease\n",
        b"begin 644 x\n\nnothing\nend\n",
        b"=ybegin is how such files begin\n",
        b" begin 644 x\n#0V%T\n`\nend\n",
    ],
)
def test_prose_stays(text: bytes) -> None:
    assert find_embedded(text) == (text, ())


@pytest.mark.parametrize(
    ("data", "defect"),
    [
        (uuencoded(CONTENT)[:-6], "truncated"),
        (uuencoded(CONTENT).replace(b"end\n", b"Regards, Bo\n"), "truncated"),
        (uuencoded(CONTENT).replace(b"`\n", b"M\x80\n`\n"), "invalid"),
        (yencoded(CONTENT).partition(b"=yend")[0], "truncated"),
        (yencoded(CONTENT).replace(b"\x2b\x2c", b"\x2b\x2d"), "checksum"),
        (yencoded(CONTENT).replace(b"=yend size=768", b"=yend size=769"), "truncated"),
    ],
)
def test_damage_is_told(data: bytes, defect: str) -> None:
    _, files = find_embedded(data)
    assert [file.defect for file in files] == [defect]
    assert len(files[0].content) > 700


def test_a_truncated_file_ends_where_its_lines_end() -> None:
    text, files = find_embedded(uuencoded(CONTENT).replace(b"end\n", b"Regards, Bo\n"))
    assert text == b"Regards, Bo\n"
    assert files[0].content == CONTENT


def test_it_is_an_ambiguity() -> None:
    head = b"From: a@b.example\nContent-Type: text/plain\n\n"
    assert [found.code for found in parse(head + uuencoded(b"x")).ambiguities] == ["embedded-file"]
    assert parse(head + b"begin 644 x\nwith me\n").ambiguities == ()
    tnef = parse(b"From: a@b.example\nContent-Type: application/ms-tnef\n\nx")
    assert [found.code for found in tnef.ambiguities] == ["tnef"]


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_what_is_packed_comes_out_again(data: bytes, around: bytes) -> None:
    for pack in (uuencoded, yencoded):
        _, files = find_embedded(b"\n" + pack(data) + b"\n" + around)
        assert files[0].content == data
        assert files[0].defect == ""


@given(
    st.lists(
        st.sampled_from([b"begin 644 a", b"#0V%T", b"`", b"end", b"=ybegin line=1 name=a", b"=yend", b"\n", b"=", b"x"])
    )
)
def test_any_soup(pieces: list[bytes]) -> None:
    data = b"\n".join(pieces)
    text, files = find_embedded(data)
    assert len(text) + sum(len(file.content) for file in files) <= len(data)


def test_a_line_that_announces_more_than_it_has_is_not_filled_up() -> None:
    _, files = find_embedded(b"begin 644 a\n#0V%T\n" + b"M\n" * 1000 + b"end\n")
    assert (files[0].content, files[0].defect) == (b"Cat", "invalid")


@pytest.mark.parametrize(
    "unit",
    [
        b"begin 644 a\n#0V%T\n",
        b"begin 644 a\n",
        b"begin 644 a\n`\n",
        b"=ybegin line=1 name=a\n",
        b"=",
        b"M\n",
        b"=ybegin ",
    ],
)
def test_time_grows_with_the_size(unit: bytes) -> None:
    check_growth(find_embedded, lambda size: b"begin 644 a\n" + unit * (size // len(unit)), 100_000, repr(unit))
