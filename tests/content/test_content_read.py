from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import read
from mailkit.content.read import unflowed
from mailkit.message import parse

ALTERNATIVE = b"""\
From: bo@client.example
Subject: Re: Offer
MIME-Version: 1.0
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

Yes, please.

On 1 Jan 2024, at 10:00, Ana <ana@acme.example> wrote:
> Shall we?
--a
Content-Type: text/html; charset=utf-8

<div>Yes, <b>please</b>.<img src="cid:logo@x"><img src="https://t.example/t.gif"></div>
<div class="gmail_quote"><div class="gmail_attr">Kzz zxq:</div>
<blockquote class="gmail_quote">Shall we?</blockquote></div>
--a--
--r
Content-Type: image/png
Content-ID: <logo@x>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--r--
"""


def test_the_views_of_a_reply() -> None:
    content = read(parse(ALTERNATIVE))
    assert content.kind == "normal"
    assert content.text.startswith("Yes, please.\n\nOn 1 Jan 2024")
    assert content.reply_text == "Yes, please."
    assert "Shall we?" in content.quoted[0]
    assert (content.signature, content.forwarded, content.report, content.calendar) == ("", "", None, None)
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in content.html
    assert "t.example" not in content.html
    assert content.safe_html().blocked == 1
    assert "t.example" in content.safe_html(remote=True).html


def test_plain_text_alone() -> None:
    content = read(parse(b"From: bo@client.example\r\n\r\nHi & <bye>\r\n\r\n-- \r\nBo\r\n"))
    assert content.text == "Hi & <bye>\n\n-- \nBo"
    assert content.reply_text == "Hi & <bye>"
    assert content.signature == "-- \nBo"
    assert "Hi &amp; &lt;bye&gt;" in content.html


def test_html_alone() -> None:
    content = read(parse(b"Content-Type: text/html\r\n\r\n<p>One</p><p>Two</p>"))
    assert content.text == "One\n\nTwo"
    assert content.reply_text == "One\n\nTwo"


def test_html_whose_new_words_hide_falls_back_to_the_text() -> None:
    raw = ALTERNATIVE.replace(b"<div>Yes, <b>please</b>.", b"<div>")
    assert read(parse(raw)).reply_text == "Yes, please."


def test_a_bare_carriage_return_ends_a_line() -> None:
    content = read(parse(b"From: bo@client.example\r\n\r\nforty\rchairs\r\nand\r\r\ndesks"))
    assert content.text == "forty\nchairs\nand\ndesks"


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [("markdown", "# Plan\n\n*Hall 3*", "# Plan\n\n*Hall 3*"), ("enriched", "<bold>Hall</bold> 3 & 4", "Hall 3 & 4")],
)
def test_texts_in_other_markup_are_shown_where_there_is_nothing_else(kind: str, body: str, text: str) -> None:
    content = read(parse(f"From: bo@client.example\nContent-Type: text/{kind}\n\n{body}\n".encode()))
    assert (content.text, content.reply_text) == (text, text)
    assert text.replace("&", "&amp;") in content.html
    raw = (
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/{kind}\n\n{body}\n--b--\n"
    )
    assert read(parse(raw.encode())).text == "plain"


def test_a_forward() -> None:
    raw = (
        b"Subject: WG: Angebot\r\n\r\nBitte ansehen.\r\n\r\nVon: Ana <ana@acme.example>\r\nGesendet: Montag\r\n"
        b"An: Bo\r\nBetreff: Angebot\r\n\r\nDas Angebot.\r\n"
    )
    content = read(parse(raw))
    assert content.is_forward
    assert content.reply_text == "Bitte ansehen."
    assert "Das Angebot." in content.forwarded
    assert content.quoted == ()


def test_an_invitation_has_a_calendar() -> None:
    raw = (
        b"Content-Type: text/calendar; "
        b"method=CANCEL\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n"
    )
    content = read(parse(raw))
    assert content.kind == "calendar"
    assert content.calendar is not None
    assert (content.calendar.method, content.calendar.events[0].uid) == ("CANCEL", "1")


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("> one \n> two\n> three", "> one two\n> three"),
        ("> one \n>> two", "> one \n>> two"),
        (" stuffed", "stuffed"),
        ("end\n-- \nsignature", "end\n-- \nsignature"),
    ],
)
def test_flowed_text_is_joined(flowed: str, text: str) -> None:
    assert unflowed(flowed) == text


def test_flowed_text_in_languages_without_blanks() -> None:
    assert unflowed("日本 \n語", delete_space=True) == "日本語"


@given(st.binary(max_size=500))
def test_any_bytes_have_a_content(body: bytes) -> None:
    for head in (b"", b"Content-Type: text/html\r\n\r\n", b"Content-Type: text/plain; format=flowed\r\n\r\n"):
        content = read(parse(head + body))
        assert isinstance(content.html, str)
        assert isinstance(content.reply_text, str)
        assert isinstance(content.text, str)


def test_real_messages_have_a_content_quickly(corpora: Path) -> None:
    files = sorted(corpora.glob("mime/*/*.eml")) + sorted(corpora.glob("bounce/*.eml"))
    assert len(files) > 200
    slowest = 0.0
    for path in files:
        message = parse(path.read_bytes())
        start = time.process_time()
        content = read(message)
        assert isinstance(content.text + content.html + content.reply_text + content.kind, str)
        slowest = max(slowest, time.process_time() - start)
    print(f"content: {len(files)} real messages, slowest {slowest * 1000:.0f} ms")
    assert slowest < 5


def test_importing_the_room_loads_no_parser() -> None:
    code = (
        "import sys, mailkit.content; print(sorted({'nh3', 'selectolax', 'icalendar', 'sqlalchemy'} & "
        "set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
