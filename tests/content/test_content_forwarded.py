"""The message that was forwarded: who wrote it first, and what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import read
from mailkit.content.forwarded import forwarded_in
from mailkit.message import parse

GMAIL = """\
Please look.

---------- Forwarded message ---------
From: Bo Berg <bo@client.example>
Date: Mon, 2 Nov 2026 10:00:00 +0100
Subject: Broken chair
To: Ana <ana@acme.example>, Cy <cy@x.example>


The chair is broken.

Bo
"""
APPLE = """\
Please look.

Begin forwarded message:

> From: Bo Berg <bo@client.example>
> Subject: Broken chair
> Date: 2 November 2026 at 10:00:00 CET
> To: Ana <ana@acme.example>, Cy
>  <cy@x.example>
>
> The chair is broken.
>
> Bo
"""
OUTLOOK = """\
Please look.

________________________________
Von: Bo Berg <bo@client.example>
Gesendet: Montag, 2. November 2026 10:00
An: Ana <ana@acme.example>; Cy <cy@x.example>
Betreff: Broken chair

The chair is broken.

Bo
"""
CHINESE = (
    OUTLOOK.replace("Von:", "发件人：")
    .replace("Gesendet:", "发送时间：")
    .replace("An:", "收件人：")
    .replace("Betreff:", "主题：")
)
# Samsung's phones and Yahoo lose the line ends between the labels
SAMSUNG = (
    "Please look.\n\n-------- Original message --------From: Bo Berg <bo@client.example> "
    "Date: 02/11/2026  10:00  (GMT+01:00) To: Ana <ana@acme.example>, cy@x.example Subject: Broken chair \n\n"
    "The chair is broken.\n\nBo\n"
)
YAHOO = (
    "Please look.\n\n----- Weitergeleitete Nachricht -----  Von: Bo Berg <bo@client.example>An: Ana "
    "<ana@acme.example>; Cy <cy@x.example>Gesendet: Montag, 2. November 2026 um 10:00:00 MEZBetreff: Broken chair\n\n"
    "The chair is broken.\n\nBo\n"
)


def forward(body: str, *headers: str, subject: str = "Fwd: Broken chair") -> bytes:
    head = ["From: ana@acme.example", f"Subject: {subject}", *headers, "Content-Type: text/plain; charset=utf-8"]
    return "\r\n".join([*head, "", body]).encode()


@pytest.mark.parametrize(
    "body", [GMAIL, APPLE, OUTLOOK, CHINESE, SAMSUNG, YAHOO], ids=["gmail", "apple", "de", "zh", "samsung", "yahoo"]
)
def test_the_original_is_read_out_of_the_text(body: str) -> None:
    view = read(parse(forward(body)))
    found = view.original
    assert found is not None
    assert found.sender is not None
    assert (found.sender.name, found.sender.address) == ("Bo Berg", "bo@client.example")
    assert [one.address for one in found.to] == ["ana@acme.example", "cy@x.example"]
    assert found.subject == "Broken chair"
    assert "2026" in found.date_text
    assert found.text == "The chair is broken.\n\nBo"
    assert found.message is None
    assert view.reply_text == "Please look."


def test_a_date_is_read_where_it_is_one() -> None:
    found = read(parse(forward(GMAIL))).original
    assert found is not None
    assert found.date is not None
    assert found.date.utcoffset() == timedelta(hours=1)


def test_an_attached_original() -> None:
    raw = (
        b"From: ana@acme.example\r\nSubject: Fwd: Broken chair\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nPlease look.\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\nFrom: Bo <bo@client.example>\r\nSubject: Broken chair\r\n"
        b"Date: Mon, 2 Nov 2026 10:00:00 +0100\r\n\r\nThe chair is broken.\r\n--b--\r\n"
    )
    found = read(parse(raw)).original
    assert found is not None
    assert found.sender is not None
    assert (found.sender.address, found.text) == ("bo@client.example", "The chair is broken.")
    assert found.message is not None
    assert found.message.subject == "Broken chair"
    assert read(parse(raw.replace(b"Fwd: Broken", b"Two"))).original is None, "a mail with a mail attached"


@pytest.mark.parametrize(
    "body", ["Just words.", "Yes.\n\nOn Mon, 2 Nov 2026, Bo <bo@client.example> wrote:\n> The chair is broken."]
)
def test_what_forwards_nothing(body: str) -> None:
    assert read(parse(forward(body, subject="Re: chair"))).original is None


def test_a_bounce_is_no_forward() -> None:
    raw = (
        b"From: MAILER-DAEMON@b.example\nSubject: Fwd: x\nContent-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b\n"
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\n--b\n"
        b"Content-Type: message/rfc822\n\nFrom: a@b.example\n\nx\n--b--\n"
    )
    assert read(parse(raw)).original is None


@given(
    st.lists(st.sampled_from(["From: a@b.example", "To: x", "> ", "\n", "Date:", "Subject: s", "x", " <y@z.example>"]))
)
def test_any_text(pieces: list[str]) -> None:
    found = forwarded_in("".join(pieces))
    assert found is None or isinstance(found.text, str)
