"""The HTML of mail programs, and what they forward: own samples of each program's manner."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from email.header import Header

import pytest

from mailkit.content import Content, read
from mailkit.content.written_dates import read_written_date
from mailkit.message import parse
from support.tables import table


def content(body: str, subject: str, kind: str = "text/html") -> Content:
    shown = Header(subject, "utf-8").encode()
    head = f"From: Bo Berg <bo@b.example>\nDate: Tue, 4 Jun 2024 09:00:00 +0200\nSubject: {shown}"
    return read(parse(f"{head}\nContent-Type: {kind}; charset=utf-8\n\n{body}\n".encode()))


# program: (HTML, new words)
REPLIES: dict[str, tuple[str, str]] = table("programs/replies")

# program: (subject, text, new words)
FORWARDS: dict[str, tuple[str, str, str]] = table("programs/forwards")

HTML_FORWARDS: dict[str, tuple[str, str, str]] = table("programs/html_forwards")


@pytest.mark.parametrize("program", REPLIES)
def test_new_words_in_the_html_of_programs(program: str) -> None:
    html, new = REPLIES[program]
    view = content(html, "Re: Offer")
    assert view.reply_text == new
    assert "Old words" in "\n".join(view.quoted)


@pytest.mark.parametrize("program", FORWARDS | HTML_FORWARDS)
def test_forwards_name_whom_they_are_from(program: str) -> None:
    kind = "text/html" if program in HTML_FORWARDS else "text/plain"
    subject, text, new = (FORWARDS | HTML_FORWARDS)[program]
    view = content(text, subject, kind)
    assert view.reply_text == new
    original = view.original
    assert original is not None
    assert original.sender is not None
    assert original.sender.address.endswith("@a.example") or original.sender.address == "ana@acme.example"
    assert original.subject == ("" if program == "yandex fwd" else "Offer")
    assert original.text.strip("> \n").startswith("Old words")
    assert original.date is not None
    assert original.date.date() == date(2024, 6, 3)


def test_quotations_that_html_marks_need_no_announcement() -> None:
    html = '<div>New words.</div><div>Kzz<blockquote type="cite">Old words</blockquote></div>'
    assert "Old words" not in content(html, "Offer").reply_text
    assert content("<blockquote>Own words</blockquote><p>of mine</p>", "Offer").reply_text.split()[:2] == [
        "Own",
        "words",
    ]


def test_a_signature_within_a_signature() -> None:
    html = '<p>New words.</p><div class="x-signature">Bo<div class="gmail_signature">ACME</div></div><p>More.</p>'
    view = content(html, "Re: Offer")
    assert view.reply_text == "New words.\n\nMore."
    assert view.signature.split() == ["Bo", "ACME"]


HERE = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Monday, June 3, 2024 1:05 PM", (2024, 6, 3, 13, 5, 0)),
        ("12/31/2024 12:05 AM", (2024, 12, 31, 0, 5, 0)),
        ("31/12/2024 23:05", (2024, 12, 31, 23, 5, 0)),
        ("03.06.24 09:05:07", (2024, 6, 3, 9, 5, 7)),
        ("2024-06-03 9:05", (2024, 6, 3, 9, 5, 0)),
        ("2024年6月3日 下午1:05", (2024, 6, 3, 13, 5, 0)),
        ("2024. 6. 3. 오후 1:05", (2024, 6, 3, 13, 5, 0)),
        ("٣ يونيو ٢٠٢٤ ١٣:٠٥", (2024, 6, 3, 13, 5, 0)),
        ("3 มิถุนายน 2567 13:05", (2024, 6, 3, 13, 5, 0)),
        ("2024. június 3. 13:05", (2024, 6, 3, 13, 5, 0)),
        ("3 Haziran 2024 Pazartesi 13:05", (2024, 6, 3, 13, 5, 0)),
    ],
)
def test_dates_written_for_people(text: str, when: tuple[int, int, int, int, int, int]) -> None:
    assert read_written_date(text, HERE) == datetime(*when, tzinfo=HERE)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("3 Jun 2024 12:53 GMT+2", 2),
        ("3 Jun 2024 12:53 +0530", 5.5),
        ("3. Juni 2024 12:53 MESZ", 2),
        ("June 3, 2024 12:53 UTC", 0),
    ],
)
def test_zones_of_dates_written_for_people(text: str, hours: float) -> None:
    found = read_written_date(text, HERE)
    assert found is not None
    assert found.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "03/04/2024 10:00", "3 Foo 2024 10:00", "June 2024", "31.02.2024 10:00", "99:99 1 Jun 2024"],
)
def test_dates_that_are_not_sure_are_not_read(text: str) -> None:
    assert read_written_date(text, HERE) is None
