"""When two arrivals are one message: each row of the table in the module's docstring."""

from __future__ import annotations

import base64
import quopri

import pytest

from mailkit.message import content_digest, identity, parse

HEAD = (
    b"From: Ana <ana@acme.example>\r\nTo: bo@client.example\r\nSubject: Offer 1042\r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"
)
TEXT = "Grüße aus Köln, hier das Angebot.\r\n" * 3 + "= Ende =\r\n"
PDF = bytes(range(256)) * 5


def mail(
    *,
    encoding: str = "base64",
    charset: str = "utf-8",
    boundary: str = "b1",
    head: bytes = HEAD,
    text: str = TEXT,
    pdf: bytes = PDF,
    preamble: bytes = b"",
) -> bytes:
    data = text.encode(charset)
    body = {
        "base64": base64.encodebytes(data),
        "quoted-printable": quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n"),
        "8bit": data,
    }[encoding]
    mark = b"--" + boundary.encode()
    return b"\r\n".join(
        [
            head + b'Content-Type: multipart/mixed; boundary="' + boundary.encode() + b'"',
            b"",
            preamble + mark,
            b"Content-Type: text/plain; charset=" + charset.encode(),
            b"Content-Transfer-Encoding: " + encoding.encode(),
            b"",
            body,
            mark,
            b'Content-Type: application/pdf; name="a.pdf"',
            b"Content-Transfer-Encoding: base64",
            b"",
            base64.encodebytes(pdf),
            mark + b"--",
            b"",
        ]
    )


BASE = mail()
SAME = {
    "quoted-printable": mail(encoding="quoted-printable"),
    "8bit": mail(encoding="8bit"),
    "other boundary": mail(boundary="=_x"),
    "other preamble": mail(preamble=b"Read me with a MIME reader.\r\n"),
    "iso-8859-1": mail(encoding="quoted-printable", charset="iso-8859-1"),
    "windows-1252": mail(charset="windows-1252"),
    "lf": mail(encoding="8bit").replace(b"\r\n", b"\n"),
    "empty part added": BASE.replace(b"--b1--", b"--b1\r\nContent-Type: text/plain\r\n\r\n\r\n--b1--"),
    "trace headers": b"Received: from a by b; Mon, 23 Nov 2026 10:00:01 +0100\r\nX-Spam: no\r\n" + BASE,
    "list header": BASE.replace(b"To: ", b"List-Id: <l.acme.example>\r\nTo: ", 1),
    "subject tag": BASE.replace(b"Subject: ", b"Subject: [list] ", 1),
    "same second elsewhere": BASE.replace(b"10:00:00 +0100", b"09:00:00 +0000"),
    "from name": BASE.replace(b"Ana <ana@acme.example>", b"ANA@Acme.Example"),
    "blanks at line ends": mail(encoding="8bit", text=TEXT.replace("\r\n", "  \r\n") + "\r\n\r\n"),
}
OTHER = {
    "footer": mail(text=TEXT + "-- \r\nlist footer\r\n"),
    "other message-id": BASE.replace(b"<1@acme", b"<2@acme"),
    "other content": mail(text="Something else\r\n"),
    "attachment changed": mail(pdf=PDF[:-1] + b"x"),
    "html added": BASE.replace(b"--b1--", b"--b1\r\nContent-Type: text/html\r\n\r\n<p>made by the server\r\n--b1--"),
    "other date": BASE.replace(b"10:00:00", b"10:00:01"),
    "other author": BASE.replace(b"ana@", b"eve@"),
}


@pytest.mark.parametrize("case", SAME)
def test_same(case: str) -> None:
    assert identity(parse(SAME[case])) == identity(parse(BASE))
    assert content_digest(parse(SAME[case])) == content_digest(parse(BASE))


@pytest.mark.parametrize("case", OTHER)
def test_other(case: str) -> None:
    assert OTHER[case] != BASE
    assert identity(parse(OTHER[case])) != identity(parse(BASE))


def test_no_message_id_in_one_second() -> None:
    head = HEAD.replace(b"Message-ID: <1@acme.example>\r\n", b"")
    one, two = mail(head=head, text="one"), mail(head=head, text="two")
    assert identity(parse(one)) != identity(parse(two))
    assert identity(parse(one)) == identity(parse(b"Received: x\r\n" + one))


def test_unreadable_date_counts_as_text() -> None:
    one = BASE.replace(b"Mon, 23 Nov 2026 10:00:00 +0100", b"yesterday")
    two = BASE.replace(b"Mon, 23 Nov 2026 10:00:00 +0100", b"today")
    assert identity(parse(one)) != identity(parse(two))
    assert len(identity(parse(b""))) == 64


def test_enclosed_message() -> None:
    def forward(inner: bytes) -> str:
        return identity(parse(HEAD + b"Content-Type: message/rfc822\r\n\r\n" + inner))

    assert forward(BASE) == forward(SAME["quoted-printable"]) == forward(SAME["trace headers"])
    assert forward(BASE) != forward(OTHER["footer"])
    assert forward(BASE) != forward(OTHER["other message-id"])
    assert forward(BASE) != forward(OTHER["other author"])
    assert forward(BASE) != forward(BASE.replace(b"To: bo@", b"To: eve@"))


def test_mbox_quoting_is_no_difference() -> None:
    def of(text: bytes) -> str:
        return identity(parse(HEAD + b"\r\n" + text))

    assert of(b"From here\r\nand\r\nFrom there") == of(b">From here\r\nand\r\n>From there")
    assert of(b"> From here") != of(b"From here")


@pytest.mark.parametrize("header", [b"Subject: Offer 1042", b"To: bo@client.example"])
def test_without_message_id_subject_and_recipients_tell(header: bytes) -> None:
    """Machines that give no Message-ID say one text to many in one second, or say all in the subject."""
    one = HEAD.replace(b"Message-ID: <1@acme.example>\r\n", b"") + b"\r\nYour invoice is due."
    two = one.replace(header, header.replace(b"1042", b"1043").replace(b"bo@", b"eve@"))
    assert one != two
    assert identity(parse(one)) != identity(parse(two))


def test_a_mail_of_nothing_but_a_subject_is_told_by_it() -> None:
    one = HEAD + b"\r\n"
    assert identity(parse(one)) != identity(parse(one.replace(b"1042", b"1043")))
    assert identity(parse(one)) == identity(parse(one + b" \r\n\r\n"))


def _part(fields: str, body: bytes) -> bytes:
    return HEAD + fields.encode() + b"\r\n\r\n" + body


LEFT_OUT = {
    "text labelled base64": ("Content-Transfer-Encoding: base64", b"Pay-1.000-EUR!!", b"Pay-10.00-EUR!!"),
    "text labelled uuencode": ("Content-Transfer-Encoding: uuencode", b"Pay 1 to Bo\r\n", b"Pay 9 to Eve\r\n"),
    "text before a uuencoded file": (
        "Content-Transfer-Encoding: uuencode",
        b"Pay 1000\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\n",
        b"Pay 9000\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\n",
    ),
    "text after base64": (
        "Content-Transfer-Encoding: base64",
        b"SGVsbG8=\r\nPay 1000.",
        b"SGVsbG8=\r\nPay 9000.",
    ),
    "no such characters in the charset": (
        "Content-Type: text/plain; charset=euc-kr",
        b"a" * 100 + b"\xff",
        b"a" * 100 + b"\xfe",
    ),
    "half surrogates": ("Content-Type: text/plain; charset=utf-7", b"+2D0-x", b"+2D4-x"),
    "parts beyond the limit": (
        "Content-Type: multipart/mixed; boundary=b",
        b"--b\r\n\r\na\r\n" * 1200 + b"--b\r\n\r\nPay 1\r\n--b--",
        b"--b\r\n\r\na\r\n" * 1200 + b"--b\r\n\r\nPay 9\r\n--b--",
    ),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_reading_leaves_out_counts_as_it_is_written(case: str) -> None:
    fields, one, two = LEFT_OUT[case]
    assert identity(parse(_part(fields, one))) != identity(parse(_part(fields, two)))
    assert identity(parse(_part(fields, one))) == identity(parse(_part(fields, one + b"\r\n")))


def test_text_and_html_of_the_same_bytes_are_two_mails() -> None:
    body = b"1<!-- -->000"
    assert identity(parse(_part("Content-Type: text/plain", body))) != identity(
        parse(_part("Content-Type: text/html", body))
    )


def test_missing_padding_is_no_difference() -> None:
    fields = "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64"
    assert identity(parse(_part(fields, b"YWI"))) == identity(parse(_part(fields, b"YWI=")))
