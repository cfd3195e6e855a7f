"""Transfer encodings, charsets, file names."""

from __future__ import annotations

import base64
import binascii
import quopri
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import parse, safe_filename, transfer
from mailkit.message.charset import decode
from mailkit.message.labels import known
from mailkit.message.transfer import decode_base64, decode_qp, decode_transfer, encoding_name

PAD = base64.b64encode(b"abcd")


@pytest.mark.parametrize(
    ("data", "content", "defect"),
    [
        (b"YWJj\r\nZGVm\r\n", b"abcdef", None),
        (b"YWJjZA==\r\n", b"abcd", None),
        (b"YWJjZA", b"abcd", "base64-truncated"),
        (b"YWJjZ", b"abc", "base64-truncated"),
        (b"Y W\tJ\nj", b"abc", None),
        (b"YWJj*!ZGVm", b"abcdef", None),
        (b"YWJj**********************ZGVm", b"abcdef", "base64-invalid"),
        (PAD + PAD, b"abcdabcd", "base64-pieces"),
        (PAD + b"\r\n-- \r\nSent to the list\r\n", b"abcd", "base64-trailing-data"),
        (b"", b"", None),
        (b"====", b"", None),
    ],
)
def test_base64(data: bytes, content: bytes, defect: str | None) -> None:
    assert decode_base64(data) == (content, defect) or (data == b"====" and decode_base64(data)[0] == b"")


@given(st.binary(), st.sampled_from([b"\r\n", b"\n", b"\r", b""]))
def test_base64_round_trip(data: bytes, end: bytes) -> None:
    assert decode_base64(base64.encodebytes(data).replace(b"\n", end)) == (data, None)


@given(st.binary())
def test_any_bytes_in_any_encoding(data: bytes) -> None:
    for encoding in ("base64", "quoted-printable", "x-uuencode", "7bit", "x-nonsense"):
        content, _ = decode_transfer(data, encoding)
        assert len(content) <= len(data)


@given(st.binary(max_size=300))
def test_qp_round_trip(data: bytes) -> None:
    encoded = "".join(f"={byte:02X}" for byte in data).encode()
    lines = b"=\r\n".join(encoded[at : at + 72] for at in range(0, len(encoded), 72))
    assert decode_qp(lines) == data


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b"a=3Db", b"a=b"),
        (b"a=3db", b"a=b"),
        (b"soft=\r\nbreak", b"softbreak"),
        (b"soft=\nbreak", b"softbreak"),
        (b"soft= \t\r\nbreak", b"softbreak"),
        (b"soft=\rbreak\rmore", b"softbreak\rmore"),
        (b"blanks \t \r\nend  \nx", b"blanks\r\nend\nx"),
        (b"kept=20\r\n", b"kept \r\n"),
        (b"wrong=XY=", b"wrong=XY"),
        (b"  in  side  ", b"  in  side  "),
    ],
)
def test_qp(data: bytes, content: bytes) -> None:
    assert decode_qp(data) == content


def test_qp_agrees_with_the_standard_library() -> None:
    text = ("Grüße = viel Text mit Zeilen, " * 9 + "\n") * 20
    encoded = quopri.encodestring(text.encode())
    assert decode_qp(encoded) == quopri.decodestring(encoded) == text.encode()


def test_uuencode() -> None:
    data = bytes(range(256))
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, 256, 45)]
    raw = b"begin 644 a.bin\n" + b"".join(lines) + b"`\nend\n"
    assert decode_transfer(raw, "x-uuencode") == (data, None)


@pytest.mark.parametrize("encoding", ["base64", "x-uuencode"])
@pytest.mark.parametrize(
    "text",
    ["Hello Ana,\r\n\r\nplease pay 1.000 EUR = the rest.\r\n\r\nBo\r\n", "請求書を送ります。 よろしく\r\n"],
)
def test_text_that_is_labelled_wrongly_is_not_lost(text: str, encoding: str) -> None:
    content, defect = decode_transfer(text.encode(), encoding)
    assert content == text.encode()
    assert defect in ("base64-invalid", "uuencode-invalid")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "7bit"),
        ("", "7bit"),
        ("BASE64", "base64"),
        (' "base64" ', "base64"),
        ("base64; x=y", "base64"),
        ("8bit (really)", "8bit"),
        ("quoted printable", "quoted-printable"),
        ("x-uue", "x-uuencode"),
        ("rot13", "rot13"),
    ],
)
def test_encoding_names(value: str | None, name: str) -> None:
    assert encoding_name(value) == name


def test_unknown_encoding_is_a_defect() -> None:
    message = parse(b"Content-Transfer-Encoding: rot13\n\nabc")
    assert message.parts[0].content == b"abc"
    assert "unknown-encoding" in {d.code for d in message.defects}


@pytest.mark.parametrize(
    ("data", "label", "text", "right"),
    [
        (b"abc", None, "abc", True),
        (b"abc", "utf-8", "abc", True),
        (b"abc", "nonsense", "abc", True),
        ("ä".encode(), "utf-8", "ä", True),
        (b"\xe4", "iso-8859-1", "ä", True),
        (b"\x80", "iso-8859-1", "€", True),
        (b"\x81\xe4", "windows-1252", "\x81ä", True),
        ("ä".encode(), None, "ä", False),
        ("ä".encode(), "us-ascii", "ä", False),
        ("ä".encode(), "nonsense", "ä", False),
        ("日本".encode("shift_jis"), "x-sjis", "日本", True),
        ("日本".encode("iso2022_jp"), "ISO-2022-JP", "日本", True),
        ("中文".encode("gb18030"), "gb2312", "中文", True),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국", True),
        ("a".encode("utf-16"), "utf-16", "a", True),
        (b"+AOQ-", "utf-7", "ä", True),
        (b"a+2AA-b", "utf-7", "a\ufffdb", True),
        (("ä" * 100).encode() + b"\xc3", "utf-8", "ä" * 100 + "\ufffd", False),
    ],
)
def test_charsets(data: bytes, label: str | None, text: str, right: bool) -> None:
    assert decode(data, label, guess=False) == (text, right)


@pytest.mark.parametrize(
    "label", ["base64", "zlib", "idna", "punycode", "unicode_escape", "undefined", "rot13", "hex", "../x", ""]
)
def test_codecs_that_are_no_charsets(label: str) -> None:
    assert known(label) is None
    assert decode(b"\xe4", label, guess=False) == ("ä", False)


def test_a_guess_if_chardet_is_installed() -> None:
    pytest.importorskip("chardet")
    data = ("Привет, как дела? Это письмо без указания кодировки. " * 5).encode("koi8-r")
    assert "Привет" in decode(data, None)[0]
    assert "Привет" not in decode(data, None, guess=False)[0]


@given(
    st.binary(),
    st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["utf-7", "hz", "utf-16", "big5", "iso-2022-kr"])),
)
def test_any_bytes_in_any_charset(data: bytes, label: str | None) -> None:
    assert isinstance(decode(data, label, guess=False)[0], str)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.pdf", "a.pdf"),
        ("Größe 1.pdf", "Größe 1.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("/abs/x.txt", "x.txt"),
        ("a/", "a"),
        ("..", "part-3.pdf"),
        (".", "part-3.pdf"),
        ("", "part-3.pdf"),
        (None, "part-3.pdf"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("a\x00b.txt", "ab.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a<b>:c|d?.txt", "a_b__c_d_.txt"),
        (" .hidden. ", "hidden"),
        ("a\r\nb.txt", "ab.txt"),
    ],
)
def test_safe_filenames(name: str | None, safe: str) -> None:
    assert safe_filename(name, "application/pdf", 3) == safe


@given(st.text(max_size=400))
def test_any_filename(name: str) -> None:
    safe = safe_filename(name, "text/plain", 1)
    assert 0 < len(safe) <= 150
    assert len(safe.encode("utf-8")) <= 255
    assert not set(safe) & set('/\\\x00\r\n<>:"|?*\u202e')
    assert safe not in (".", "..")
    assert safe == safe.strip()
    assert safe_filename(safe, "text/plain", 1) == safe


def test_long_filenames_keep_their_extension() -> None:
    assert safe_filename("x" * 10_000 + ".pdf", "a/b", 1).endswith("x.pdf") is False
    assert safe_filename("x" * 500 + ".pdf", "a/b", 1) == "x" * 146 + ".pdf"
    assert len(safe_filename("界" * 500 + ".pdf", "a/b", 1).encode()) <= 255


_PIECES = st.one_of(
    st.binary(max_size=60).map(base64.b64encode),
    st.binary(max_size=200).map(base64.encodebytes),
    st.sampled_from([b"=", b"==", b"===", b"\r\n", b" ", b"A", b"AB", b"ABC", b"-_", b"*\x80", b"\x00"]),
)


@given(st.lists(_PIECES, max_size=12).map(b"".join))
def test_base64_is_the_same_with_the_extra_fast(data: bytes) -> None:
    pytest.importorskip("pybase64")
    transfer._fast_base64.cache_clear()
    with_extra = decode_base64(data)
    assert transfer._fast_base64() is not binascii.a2b_base64
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pybase64", None)
        transfer._fast_base64.cache_clear()
        without = decode_base64(data)
        assert transfer._fast_base64() is binascii.a2b_base64
    transfer._fast_base64.cache_clear()
    assert with_extra == without
