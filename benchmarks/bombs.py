"""Forty and some mails made to hang a reader, fill its memory or break it. Data for ``score_bombs`` and the tests.

Each is what somebody could send: below the limit of size, most about a megabyte. Nothing here is random.
"""

from __future__ import annotations

import base64
import gzip
import io
import struct
import zipfile
from collections.abc import Callable

MEGABYTE = 1_000_000
HEAD = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def _repeat(unit: bytes, size: int = MEGABYTE) -> bytes:
    return unit * (size // len(unit))


def _mixed(body: bytes, boundary: bytes = b"b") -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n" + body


def _typed(kind: bytes, body: bytes, encoding: bytes = b"8bit") -> bytes:
    return HEAD + b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


def _html(body: bytes) -> bytes:
    return _typed(b"text/html; charset=utf-8", body)


def _plain(body: bytes) -> bytes:
    return _typed(b"text/plain; charset=utf-8", body)


def _about(subject: bytes) -> bytes:
    return HEAD.replace(b"Subject: x", b"Subject: " + subject) + b"\r\nx"


def _answer(body: bytes) -> bytes:
    return b"In-Reply-To: <1@b.example>\r\n" + _plain(body)


def _attached(name: bytes, data: bytes) -> bytes:
    return _typed(b"application/octet-stream; name=" + name, base64.encodebytes(data), b"base64")


def _report(fields: bytes) -> bytes:
    return (
        b"From: MAILER-DAEMON@b.example\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + fields + b"\r\n--b--\r\n"
    )


def _nested_multiparts(depth: int) -> bytes:
    level = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return HEAD + b"".join(level % (n, n) for n in range(depth))


def _nested_base64(depth: int) -> bytes:
    raw = _plain(b"x" * 1000)
    for _ in range(depth):
        raw = _typed(b"message/rfc822", base64.encodebytes(raw), b"base64")
        if len(raw) > MEGABYTE:
            break
    return raw


def _zip_of_zeros() -> bytes:
    data = bytes(20 * MEGABYTE)
    for level in range(3):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(1 if not level else 16):
                archive.writestr(f"{level}-{copy}.zip", data)
        data = buffer.getvalue()
    return data


def _attribute(level: int, tag: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, tag, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _tnef(*attributes: bytes) -> bytes:
    data = b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)
    return _typed(b"application/ms-tnef; name=winmail.dat", base64.encodebytes(data), b"base64")


def _rtf_property(value: bytes) -> bytes:
    prop = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(value)) + value + b"\0" * (-len(value) % 4)
    return _attribute(1, 0x69003, prop)


def _lzfu(tokens: bytes) -> bytes:
    return struct.pack("<IIII", len(tokens) + 12, 0x7FFFFFFF, 0x75465A4C, 0) + tokens


def _stored_rtf(rtf: bytes) -> bytes:
    return _rtf_property(struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf)


def _tnef_in_tnef(depth: int) -> bytes:
    data = b"\x78\x9f\x3e\x22\x01\x00"
    for _ in range(depth):
        value = bytes.fromhex("0703020000000000c000000000000046") + data
        prop = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(value)) + value + b"\0" * (-len(value) % 4)
        data = b"\x78\x9f\x3e\x22\x01\x00" + _attribute(2, 0x69002, b"\0" * 14) + _attribute(2, 0x69005, prop)
    return _typed(b"application/ms-tnef", base64.encodebytes(data), b"base64")


BOMBS: dict[str, Callable[[], bytes]] = {
    # Structure
    "10,000 multiparts in each other": lambda: _nested_multiparts(10_000),
    "10,000 messages in each other": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 10_000,
    "base64 messages in each other": lambda: _nested_base64(40),
    "one boundary for all levels": lambda: _mixed(_repeat(b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")),
    "200,000 empty parts": lambda: _mixed(_repeat(b"--b\r\n")),
    "lines that nearly are boundaries": lambda: _mixed(_repeat(b"--bb\r\n")),
    "a boundary of 60 kB": lambda: _mixed(b"--" + b"b" * 60_000 + b"\r\n\r\nx", b"b" * 60_000),
    "eight boundaries": lambda: HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n" % n for n in range(8))
    + b"\r\n" + _repeat(b"--b1\r\n--b2\r\n--b7\r\n"),
    "parts after the end": lambda: _mixed(b"--b\r\n\r\n" + _repeat(b"--b--\r\n--b\r\n")),
    "a digest of headers": lambda: HEAD
    + b"Content-Type: multipart/digest; boundary=b\r\n\r\n" + _repeat(b"--b\r\n\r\nA: b\r\n"),
    # Headers
    "a Subject of 140 kB": lambda: _about(b"x" * 140_000),
    "a Subject of encoded words": lambda: _about(_repeat(b" =?utf-8?b?w6Q=?=\r\n", 140_000)),
    "a Subject of open encoded words": lambda: _about(_repeat(b"=?utf-8?q?", 140_000)),
    "200,000 header fields": lambda: HEAD + _repeat(b"a:b\r\n") + b"\r\nx",
    "a field of a megabyte": lambda: HEAD + b"X-A: " + _repeat(b"a b ") + b"\r\n\r\nx",
    "a field of 250,000 folds": lambda: HEAD + b"X-A: b\r\n" + _repeat(b" c\r\n") + b"\r\nx",
    "lines that are no fields": lambda: HEAD + _repeat(b"bad\r\n") + b"A: b\r\n\r\nx",
    "RFC 2231: 100,000 pieces": lambda: HEAD
    + b"Content-Type: a/b" + b"".join(b"; n*%d*=%%41" % n for n in range(100_000)) + b"\r\n\r\nx",
    "RFC 2231: one piece again and again": lambda: HEAD
    + b"Content-Type: a/b" + _repeat(b"; name*0*=utf-8''%C3%A4") + b"\r\n\r\nx",
    "parameters of open quotes": lambda: HEAD + b"Content-Type: a/b; name=" + _repeat(b'"\\') + b"\r\n\r\nx",
    "70,000 recipients": lambda: b"To: " + _repeat(b"a@b.example, ") + b"\r\n" + HEAD + b"\r\nx",
    "an address of open comments": lambda: b"From: " + _repeat(b"(\\(") + b"\r\n\r\nx",
    "an address of quotes and signs": lambda: b"From: " + _repeat(b'"<@') + b"\r\n\r\nx",
    "references without end": lambda: b"References:" + _repeat(b" <a@b>\r\n") + HEAD + b"\r\nx",
    "a date of brackets": lambda: b"Date: " + _repeat(b"(") + b"\r\n" + HEAD + b"\r\nx",
    # Encodings
    "base64 with an equals sign in each group": lambda: _typed(b"text/plain", _repeat(b"YQ=="), b"base64"),
    "quoted-printable of blanks": lambda: _typed(b"text/plain", _repeat(b" ") + b"x", b"quoted-printable"),
    "uuencode that announces more than it has": lambda: _typed(
        b"text/plain", b"begin 644 a\r\n" + _repeat(b"M\r\n"), b"x-uuencode"
    ),
    "45,000 begins of uuencode": lambda: _plain(_repeat(b"begin 644 a\r\n#0V%T\r\n")),
    "yEnc of equals signs": lambda: _plain(
        b"=ybegin line=128 size=1 name=a\r\n" + _repeat(b"=}") + b"\r\n=yend size=1\r\n"
    ),
    "UTF-7 of shifts": lambda: _typed(b"text/plain; charset=utf-7", _repeat(b"+A-")),
    # Content
    "40,000 nested divs": lambda: _html(b"<div>" * 40_000),
    "end tags of what was never opened": lambda: _html(b"<b><i>" * 2000 + _repeat(b"</x>")),
    "tables in tables": lambda: _html(_repeat(b"<table><tr><td>")),
    "attributes without end": lambda: _html(b"<a" + _repeat(b" b='c'") + b">x</a>"),
    "style attributes of margins": lambda: _html(_repeat(b"<p style='margin:-1px;margin:2px'>x</p>")),
    "a million ampersands": lambda: _html(_repeat(b"&")),
    "half a million non-breaking spaces": lambda: _html(_repeat(b"\xc2\xa0")),
    "entities without end": lambda: _html(_repeat(b"&nbsp;&copyx")),
    "58,000 pictures": lambda: _html(_repeat(b"<img src='cid:a'>")),
    "'On On On' of 60 kB": lambda: _answer(_repeat(b"On ", 60_000) + b"wrote:\r\n> x"),
    "attributions on each line": lambda: _answer(_repeat(b"On 1 May 2026, Ana wrote:\r\n")),
    "labels of copied headers": lambda: _answer(_repeat(b"From: a\r\nSent: b\r\n")),
    "quote marks": lambda: _answer(_repeat(b"> " * 500 + b"x\r\n")),
    "a report on 24,000 recipients": lambda: _report(_repeat(b"Final-Recipient: rfc822; a@b.example\r\n\r\n")),
    "a report of folded lines": lambda: _report(b"Final-Recipient: rfc822; a@b.example\r\n" + _repeat(b" x\r\n")),
    "an invitation of 80,000 people": lambda: _typed(
        b"text/calendar; method=REQUEST", b"BEGIN:VEVENT\r\n" + _repeat(b"ATTENDEE:a\r\n") + b"END:VEVENT\r\n"
    ),
    # Lines and elements without number
    "half a million preserved lines": lambda: _html(b"<pre>" + _repeat(b"a\n")),
    "200,000 table cells": lambda: _html(b"<table><tr>" + _repeat(b"<td>x")),
    "250,000 rules": lambda: _html(_repeat(b"<hr>")),
    "pictures in links": lambda: _html(_repeat(b"<a href=http://a.example><img alt=b></a>")),
    "styles that keep lines and do not": lambda: _html(
        _repeat(b"<p style='white-space:pre'>a\nb<i style='white-space:normal'>c</i>")
    ),
    "half a million colons": lambda: _plain(_repeat(b":\n")),
    "half a million blanks on lines": lambda: _plain(_repeat(b" \n") + b"x"),
    "a signature on each line": lambda: _plain(_repeat(b"-- \nx\n")),
    "closing words below each quotation": lambda: _answer(
        _repeat(b"On 1.1.2026 10:00 a@b.example wrote:\n> x\nBest regards\nAna\n")
    ),
    "a quote mark of its own below each attribution": lambda: _answer(b"".join(
        b"On 1.1.2026 10:00 a@b.example wrote:\n%c%c%c> x\n" % (65 + n // 676, 65 + n // 26 % 26, 65 + n % 26)
        for n in range(17_000)
    )),
    "Japanese that is never closed": lambda: _typed(b"text/plain; charset=iso-2022-jp", _repeat(b"\x1b$B-!\n")),
    "lines that go on behind the boundary": lambda: _mixed(b"--b\n\n" + _repeat(b"--bX\nContent-Type: text/x\n\n")),
    "19,000 files of one name": lambda: _mixed(_repeat(b"--b\nContent-Disposition: attachment; filename=a\n\n")),
    "a name that goes on behind its quotes": lambda: (
        HEAD + b"Content-Disposition: attachment" + _repeat(b'; filename="a"b') + b"\r\n\r\nx"
    ),
    "60,000 authors": lambda: _repeat(b"From: a@b.example\r\n") + b"\r\nx",
    "a domain of comments": lambda: b"From: a@b " + _repeat(b"(c) . d ") + b"\r\n\r\nx",
    "a header that was hidden, without end": lambda: _typed(
        b'text/plain; hp="cipher"; hp-legacy-display="1"', _repeat(b"A: b\n c\n")
    ),
    # Archives and winmail.dat
    "a zip of zips of zeros (5 GB)": lambda: _attached(b"a.zip", _zip_of_zeros()),
    "a gzip of 100 MB of zeros": lambda: _attached(b"a.gz", gzip.compress(bytes(100 * MEGABYTE), 9)),
    "LZFu of longest references": lambda: _tnef(_rtf_property(_lzfu(_repeat(b"\xff" + b"\x00\x0f" * 8)))),
    "LZFu that announces 2 GB": lambda: _tnef(_rtf_property(_lzfu(b"\x00" + b"{\\rtf1 x"))),
    "RTF of a million groups": lambda: _tnef(_stored_rtf(b"{\\rtf1" + _repeat(b"{"))),
    "RTF of hexadecimal letters": lambda: _tnef(_stored_rtf(b"{\\rtf1" + _repeat(b"\\f1\\'e4"))),
    "winmail.dat in winmail.dat": lambda: _tnef_in_tnef(2000),
    "20,000 attachments in winmail.dat": lambda: _tnef(_repeat(_attribute(2, 0x69002, b"\0" * 14))),
}  # fmt: skip
