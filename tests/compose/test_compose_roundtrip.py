"""parse(compose(draft).raw) gives the draft back."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose import Attachment, Draft, fingerprint
from mailkit.content import html_to_text
from mailkit.message import Address, parse

LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120).map(
    lambda s: " ".join(s.split())
)
BODY = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789+_-", min_size=1, max_size=20)
ADDRESS = st.builds(
    lambda name, local, d: Address(name, f"{local}@{d}.example", None), LINE, LOCAL, st.sampled_from("abc")
)
IDS = st.builds(lambda local: f"{local}@id.example", LOCAL)
FILE = st.builds(
    Attachment, LINE.filter(bool), st.binary(max_size=100), st.sampled_from([None, "application/pdf", "image/png"])
)
DRAFTS = st.builds(
    Draft,
    to=st.lists(ADDRESS, min_size=1, max_size=4),
    cc=st.lists(ADDRESS, max_size=3),
    reply_to=st.lists(ADDRESS, max_size=1),
    subject=LINE,
    text=st.none() | BODY,
    html=st.none() | BODY,
    attachments=st.lists(FILE, max_size=3),
    in_reply_to=st.none() | IDS,
    references=st.lists(IDS, max_size=5, unique=True),
)
DATES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda d: d.replace(microsecond=0))


def lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def pairs(addresses) -> list[tuple[str, str]]:
    found = {a.address.casefold(): (a.name, a.address) for a in reversed(list(addresses))}
    return [found[key] for key in dict.fromkeys(a.address.casefold() for a in addresses)]


@given(draft=DRAFTS, date=DATES, minutes=st.integers(-14 * 60, 14 * 60))
def test_the_fields_come_back(composed, draft, date, minutes):
    when = date.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    message = parse(composed(draft, date=when).raw)
    assert not message.defects
    assert not message.ambiguities
    assert message.subject == draft.subject
    assert pairs(message.to) == pairs(draft.to)
    assert pairs(message.cc) == pairs(draft.cc)
    assert pairs(message.reply_to) == pairs(draft.reply_to)
    assert pairs(message.from_) == [("Ana Acme", "ana@acme.example")]
    assert message.message_id == "1.2@acme.example"
    assert message.in_reply_to == (() if draft.in_reply_to is None else (draft.in_reply_to,))
    assert message.references == draft.references
    assert message.date == when
    assert message.date.utcoffset() == when.utcoffset()
    texts = [p for p in message.parts if p.content_type in ("text/plain", "text/html") and p.disposition is None]
    plain = html_to_text(draft.html) if draft.text is None and draft.html is not None else draft.text
    given_texts = [t for t in (plain, draft.html) if t is not None] or [""]
    assert [lines(p.text) for p in texts] == [lines(t) for t in given_texts]
    files = [p for p in message.parts if p.disposition is not None]
    assert [(p.filename, p.content) for p in files] == [(a.name, a.content) for a in draft.attachments]


@given(draft=DRAFTS, other=DRAFTS)
def test_fingerprints(draft, other):
    assert fingerprint(draft) == fingerprint(draft)
    if draft != other:
        assert fingerprint(draft) != fingerprint(other)


def test_every_field_changes_the_fingerprint():
    from mailkit.words import Record

    base = {"to": ("a@x.example",), "subject": "s", "text": "t"}
    changes = [
        {},
        {"to": ("b@x.example",)},
        {"to": ("a@x.example", "b@x.example")},
        {"cc": ("b@x.example",)},
        {"bcc": ("b@x.example",)},
        {"reply_to": ("b@x.example",)},
        {"from_": "b@x.example"},
        {"subject": "S"},
        {"text": None},
        {"text": ""},
        {"html": "t"},
        {"calendar": "t"},
        {"in_reply_to": "t"},
        {"references": ("t",)},
        {"headers": {"X-A": "t"}},
        {"metadata": {"X-A": "t"}},
        {"attachments": (Attachment("a", b""),)},
        {"attachments": (Attachment("a", b"1"),)},
        {"attachments": (Attachment("a", b"", "text/plain"),)},
        {"attachments": (Attachment("a", b"", inline=True),)},
        {"attachments": (Attachment("a", b"", content_id="x"),)},
        {"request_dsn": True},
        {"record": Record("crm", "deal", "1")},
        {"thread_id": 1},
    ]
    assert len({fingerprint(Draft(**{**base, **change})) for change in changes}) == len(changes)


def test_two_spellings_of_one_address_are_one_draft():
    assert fingerprint(Draft(to="Bo <b@x.example>")) == fingerprint(Draft(to=[Address("Bo", "b@x.example", None)]))


def test_importing_the_room_is_cheap():
    code = (
        "import sys, mailkit.compose; print([m for m in ('email', 'email_validator', 'dns', 'sqlalchemy', 'aiosmtplib',"
        "'nh3', 'selectolax', 'idna', 'asyncio', 'socket') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
