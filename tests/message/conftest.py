"""Mails that the tests of this room share, and where the corpora are."""

from __future__ import annotations

import base64
import os
import quopri
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The directory of the corpora."""
    place = os.environ.get("MAILKIT_CORPORA")
    if not place:
        pytest.skip("MAILKIT_CORPORA is not set: the corpora of public mail are not read")
    return Path(place)


def _real() -> list[bytes]:
    text = "Grüße aus Köln,\r\nanbei das Angebot 1042.\r\n"
    qp = quopri.encodestring(text.replace("\r\n", "\n").encode()).replace(b"\n", b"\r\n")
    plain = (
        b"Received: from a.example by b.example; Mon, 23 Nov 2026 10:00:01 +0100\r\n"
        b'From: =?utf-8?q?J=C3=B6rg?= <joerg@client.example>\r\nTo: Team: a@acme.example, "B, C" <b@acme.example>;\r\n'
        b"Subject: =?utf-8?b?QW5nZWJvdCAxMDQy?= =?utf-8?q?_f=C3=BCr?=\r\n Bo\r\n"
        b"Date: Mon, 23 Nov 2026 10:00:00 +0100 (CET)\r\nMessage-ID: <1@client.example>\r\n"
        b"References: <a@x.example>\r\n <b@x.example>\r\n"
    )
    single = (
        plain + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + qp
    )
    mixed = plain + b"\r\n".join(
        [
            b'Content-Type: multipart/mixed; boundary="=_o"',
            b"",
            b"--=_o",
            b"Content-Type: multipart/alternative; boundary=i",
            b"",
            b"--i",
            b"Content-Type: text/plain; charset=iso-8859-1",
            b"Content-Transfer-Encoding: 8bit",
            b"",
            text.encode("latin-1"),
            b"--i",
            b"Content-Type: text/html; charset=utf-8",
            b"Content-Transfer-Encoding: base64",
            b"",
            base64.encodebytes(b"<p>" + text.encode()),
            b"--i--",
            b"--=_o",
            b"Content-Type: application/pdf; name*0*=utf-8''Gr%C3%B6; name*1*=%C3%9Fe.pdf",
            b'Content-Disposition: attachment; filename="=?utf-8?q?Gr=C3=B6=C3=9Fe.pdf?="',
            b"Content-Transfer-Encoding: base64",
            b"",
            base64.encodebytes(bytes(range(256))),
            b"--=_o",
            b"Content-Type: message/rfc822",
            b"",
            single,
            b"--=_o--",
            b"",
        ]
    )
    digest = b"From: a@b.example\nContent-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: x\n\ny\n--d--\n"
    return [single, mixed, digest, mixed.replace(b"\r\n", b"\n"), mixed.replace(b"\r\n", b"\r")]


REAL = _real()


@pytest.fixture(scope="session")
def real_mails() -> list[bytes]:
    """Whole mails with most of what mail is made of."""
    return REAL
