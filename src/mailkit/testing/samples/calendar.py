"""Meetings (RFC 5546): invitations, acceptances and cancellations, as Outlook and Gmail send them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailkit.testing.samples import build
from mailkit.testing.samples.attribution import english_day, english_month
from mailkit.testing.samples.build import Entity
from mailkit.testing.samples.conversations import tags_of
from mailkit.testing.samples.desk import Desk, party, record_of, trust_of
from mailkit.testing.samples.letter import Letter
from mailkit.testing.samples.model import Contact, Truth
from mailkit.testing.samples.world import ACME, CONTACTS, SALES
from mailkit.words import Direction

__all__ = ["invited", "inviting"]

_TITLES = {
    "en": ("Demo of the {0}", "We will go through the open points of the offer and see the machine running."),
    "de": (
        "Vorführung {0}",
        "Wir gehen die offenen Punkte des Angebots durch und sehen uns die Maschine im Betrieb an.",
    ),
    "id": ("Demo {0}", "Kita bahas poin penawaran yang masih terbuka dan lihat mesinnya langsung."),
    "ja": ("{0}のデモ", "お見積りの残りの点を確認し、実機をご覧いただきます。"),
}
_ACCEPTED = {"en": "Accepted: ", "de": "Zugesagt: ", "id": "Diterima: ", "ja": "承諾: "}
_CANCELLED = {"en": "Canceled: ", "de": "Abgesagt: ", "id": "Dibatalkan: ", "ja": "キャンセル: "}


def invited(desk: Desk, lang: str) -> None:
    """A customer with Outlook invites us; we accept; with some luck the meeting is not called off."""
    customer = next(c for c in CONTACTS if c.lang == lang and c.client in ("outlook", "gmail"))
    seller, when = ACME[SALES][lang], desk.start(lang)
    title, body = (part.format(desk.rng.choice(("LX-450", "LX-700", "SX-30"))) for part in _TITLES[lang])
    uid, at = f"040000008200E00074C5B7101A82E008{desk.hex(24).upper()}", _slot(desk, when)
    story = desk.conversation()
    first = desk.write(customer, [("Acme Sales", SALES)], title, body, when, familiar=seller.familiar)
    event = _event("REQUEST", uid, title, body, at, customer, seller, when)
    key_truth = _truth(story, customer, first, "address", "invitation")
    desk.receive_raw(first, _invitation(desk, first, event), key_truth, [(SALES, "INBOX")])
    answered = desk.later(when, lang)
    answer = desk.write(seller, [party(customer)], _ACCEPTED[lang] + title, "", answered, familiar="", parent=first)
    _plain(answer)
    event = _event("REPLY", uid, title, "", at, customer, seller, answered)
    ours = replace(
        _truth(story, customer, answer, "thread", "calendar-reply"), direction=Direction.OUTBOUND, trust=None
    )
    desk.send_raw(answer, _reply(desk, answer, event), ours, SALES)
    if desk.rng.random() < 0.5:
        _cancel(desk, first, uid, at, story)


def _cancel(desk: Desk, first: Letter, uid: str, at: datetime, story: str) -> None:
    lang, customer, seller = first.lang, first.sender, ACME[SALES][first.lang]
    when = desk.later(first.date + timedelta(days=1), lang)
    letter = desk.write(
        customer, first.to, _CANCELLED[lang] + first.subject, first.words, when, familiar=seller.familiar, parent=first
    )
    event = _event("CANCEL", uid, first.subject, first.words, at, customer, seller, when, sequence=1)
    truth = _truth(story, customer, letter, "thread", "cancellation")
    desk.receive_raw(letter, _invitation(desk, letter, event), truth, [(SALES, "INBOX")])


def inviting(desk: Desk, lang: str) -> None:
    """We invite a customer from Gmail; the answer comes as Gmail writes it: no References, so a thread of its own."""
    customer = next(c for c in CONTACTS if c.lang == lang and c.client != "outlook" and c.company_id != 6)
    seller, when = replace(ACME[SALES][lang], client="gmail"), desk.start(lang)
    title, body = (part.format(desk.rng.choice(("LX-450", "LX-700", "SX-30"))) for part in _TITLES[lang])
    uid, at = f"{desk.hex(26)}@calendar.acme.example", _slot(desk, when)
    first = desk.write(
        seller, [party(customer)], f"Invitation: {title} @ {_shown(at)}", body, when, familiar=customer.familiar
    )
    event = _event("REQUEST", uid, title, body, at, seller, customer, when)
    ours = replace(
        _truth(desk.conversation(), customer, first, "address", "invitation"), direction=Direction.OUTBOUND, trust=None
    )
    desk.send_raw(first, _invitation(desk, first, event), ours, SALES)
    answered = desk.later(when, lang)
    answer = desk.write(
        customer, [("Acme Sales", SALES)], f"{_ACCEPTED[lang]}{title} @ {_shown(at)}", "", answered, familiar=""
    )
    answer.message_id = f"calendar-{desk.hex(8)}-{desk.hex(12)}@mail.gmail.example"
    _plain(answer)
    event = _event("REPLY", uid, title, "", at, seller, customer, answered)
    truth = _truth(desk.conversation(), customer, answer, "address", "calendar-reply")
    desk.receive_raw(answer, _reply(desk, answer, event), truth, [(SALES, "INBOX")])


def _truth(story: str, customer: Contact, letter: Letter, why: str, tag: str) -> Truth:
    return Truth(
        conversation=story,
        category="calendar",
        tags=tags_of(letter, tag),
        records=(record_of(customer),),
        why="address" if why == "address" else "thread",
        trust=trust_of(customer),
        new_text=letter.words,
    )


def _plain(letter: Letter) -> None:
    """An answer of a calendar program: no text of its own, nothing quoted."""
    letter.text, letter.html = f"{letter.sender.name}\n{letter.subject}\n", None


def _shown(at: datetime) -> str:
    return f"{english_day(at)[:3]} {at.day} {english_month(at)[:3]} {at:%Y %H:%M}"


def _slot(desk: Desk, when: datetime) -> datetime:
    day = when.astimezone(UTC) + timedelta(days=desk.rng.randrange(3, 12))
    return day.replace(hour=desk.rng.randrange(8, 16), minute=desk.rng.choice((0, 30)), second=0, microsecond=0)


def _event(
    method: str,
    uid: str,
    title: str,
    body: str,
    at: datetime,
    organizer: Contact,
    attendee: Contact,
    stamp: datetime,
    sequence: int = 0,
) -> str:
    """An iCalendar object with one event of an hour (RFC 5545), CRLF and folded at 75 octets."""
    answer = {"REPLY": "ACCEPTED", "CANCEL": "NEEDS-ACTION"}.get(method, "NEEDS-ACTION")
    rows = [
        "BEGIN:VCALENDAR",
        f"METHOD:{method}",
        "PRODID:-//Example//Calendar 16.0//EN",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        f'ORGANIZER;CN="{organizer.name}":mailto:{organizer.email}',
        f'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};RSVP=TRUE;CN="{attendee.name}":mailto:{attendee.email}',
        f"SUMMARY:{title}",
        *([f"DESCRIPTION:{_escape(body)}"] if body else []),
        f"UID:{uid}",
        f"DTSTART:{at:%Y%m%dT%H%M%SZ}",
        f"DTEND:{at + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{sequence}",
        f"STATUS:{'CANCELLED' if method == 'CANCEL' else 'CONFIRMED'}",
        "LOCATION:Acme\\, gate 2",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_fold(row) + "\r\n" for row in rows)


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _fold(row: str) -> str:
    """RFC 5545 section 3.1: no line longer than 75 octets, never a character cut in two."""
    lines: list[str] = []
    line, size = "", 0
    for char in row:
        width = len(char.encode())
        if size + width > 74:
            lines.append(line)
            line, size = " ", 1
        line, size = line + char, size + width
    return "\r\n".join([*lines, line])


def _method(event: str) -> str:
    return event.split("METHOD:", 1)[1].split("\r\n", 1)[0]


def _invitation(desk: Desk, letter: Letter, event: str) -> Entity:
    """Text, HTML and calendar as alternatives; Gmail attaches the file as well."""
    boundary = desk.boundary(letter.sender)
    parts = [build.text(letter.text, encoding="base64"), build.text(letter.html or "", "html", encoding="base64")]
    parts.append(build.text(event, "calendar", encoding="base64", params=f"; method={_method(event)}"))
    body = build.multipart("alternative", f"{boundary}_c", parts)
    if letter.sender.client != "gmail":
        return body
    file = build.attachment(event.encode(), "application/ics", "invite.ics")
    return build.multipart("mixed", f"{boundary}_m", [body, file])


def _reply(desk: Desk, letter: Letter, event: str) -> Entity:
    parts = [
        build.text(letter.text, encoding="base64"),
        build.text(event, "calendar", encoding="base64", params=f"; method={_method(event)}"),
    ]
    return build.multipart("alternative", f"{desk.boundary(letter.sender)}_c", parts)
