"""The matrix of injection: every argument of the writing room, times every way to break out of a header."""

from __future__ import annotations

from datetime import date

from mailkit.compose import Attachment, Draft, Meeting, Template, Unsubscribe, answer_invitation, forward, reply
from mailkit.message import parse

CONTROLS = {
    "CR": "\r",
    "LF": "\n",
    "CRLF": "\r\n",
    "NUL": "\0",
    "DEL": "\x7f",
    "VT": "\x0b",
    "ESC": "\x1b",
    "BEL": "\x07",
    "US": "\x1f",
    "NEL": "\x85",
    "CSI": "\x9b",
    "LS": "\u2028",
    "PS": "\u2029",
    "surrogate": "\udc0d",
    "high-surrogate": "\ud80a",
}
PAYLOADS = {
    f"{where}-{name}": text
    for name, char in CONTROLS.items()
    for where, text in {
        "inside": f"a{char}Bcc: evil@x.example",
        "end": f"a{char}",
        "start": f"{char}a",
    }.items()
}
PAYLOADS |= {
    "q-word": "=?utf-8?q?a=0D=0ABcc:_evil@x.example?=",
    "q-lf": "=?utf-8?Q?a=0abcc:_x?=",
    "q-lower": "=?UTF-8?q?=0d?=",
    "b-word": "=?utf-8?b?YQ0KQmNjOiBldmlsQHguZXhhbXBsZQ==?=",
    "b-unpadded": "=?utf-8?B?YQ0KQg?=",
    "b-digit-too-many": "=?utf-8?b?YQ0KB?=",
    "b-second-end": "=?utf-8?b?YQ==DQpCYw==?=",
    "b-odd-signs": "=?utf-8?b?Y-Q.0_KQg?=",
    "lang-word": "=?utf-8*en?q?=0A?=",
    "utf-7-word": "=?utf-7?q?+AA0ACg-Bcc:?=",
    "utf-16-word": "=?utf-16-be?b?AGEADQAKAGI=?=",
    "unended-word": "=?utf-8?q?a=0D=0ABcc: x",
    "second-word": "=?utf-8?q?fine?= =?utf-8?q?=00?=",
    "nel-word": "=?iso-8859-1?q?a=85Bcc:_x?=",
    "ls-word": "=?utf-8?q?a=E2=80=A8Bcc:_x?=",
    "nul-word": "=?utf-8?q?=00?=",
}


class Named:
    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = name, address


def plain_draft(**fields: object) -> Draft:
    return Draft(**{"to": "b@c.example", "text": "x", "html": "<p>", **fields})


def meeting(**fields: object) -> Meeting:
    day = date(2026, 3, 1)
    base = {"uid": "1", "summary": "x", "start": day, "end": day.replace(day=2), "organizer": "a@c.example"}
    return Meeting(**{**base, **fields})


ARGUMENTS = {
    "subject": lambda v: plain_draft(subject=v),
    "to": lambda v: plain_draft(to=[v + "@c.example"]),
    "to-name": lambda v: plain_draft(to=[f"{v} <b@c.example>"]),
    "to-quoted-name": lambda v: plain_draft(to=[f'"{v}" <b@c.example>']),
    "to-domain": lambda v: plain_draft(to=[f"b@{v}.example"]),
    "address-name": lambda v: plain_draft(cc=[Named(v, "b@c.example")]),
    "address-address": lambda v: plain_draft(cc=[Named("x", v)]),
    "bcc": lambda v: plain_draft(bcc=[v + "@c.example"]),
    "from": lambda v: plain_draft(from_=f"{v} <b@c.example>"),
    "reply-to": lambda v: plain_draft(reply_to=[Named(v, "b@c.example")]),
    "header-name": lambda v: plain_draft(headers={"X-" + v: "x"}),
    "header-value": lambda v: plain_draft(headers={"X-Note": v}),
    "in-reply-to": lambda v: plain_draft(in_reply_to=v + "@x.example"),
    "references": lambda v: plain_draft(references=["a@x.example", v]),
    "file-name": lambda v: plain_draft(attachments=[Attachment(v, b"x")]),
    "content-id": lambda v: plain_draft(attachments=[Attachment("a", b"x", inline=True, content_id=v)]),
    "content-type": lambda v: plain_draft(attachments=[Attachment("a", b"x", "text/" + v)]),
    "mdn": lambda v: plain_draft(request_mdn=f"{v} <b@c.example>"),
    "mdn-address": lambda v: plain_draft(request_mdn=Named("", f"b@{v}.example")),
    "unsubscribe-url": lambda v: plain_draft(unsubscribe=Unsubscribe(url=f"https://c.example/{v}")),
    "unsubscribe-mailto": lambda v: plain_draft(unsubscribe=Unsubscribe(mailto=f"b@c.example?subject={v}")),
    "unsubscribe-str": lambda v: plain_draft(unsubscribe=v + "@c.example"),
    "content-param": lambda v: plain_draft(attachments=[Attachment("a", b"x", f"text/plain; charset={v}")]),
}
#: A message that was received, to be answered with a hostile argument.
RECEIVED = parse(b"From: Bo <b@c.example>\r\nTo: ana@acme.example\r\nSubject: x\r\n\r\nx\r\n")
OWN = ("ana@acme.example",)
INVITED = parse(
    b"From: ana@acme.example\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    + meeting(organizer="ana@acme.example").invitation().encode()
)
ARGUMENTS |= {
    "reply-from": lambda v: reply(RECEIVED, own_addresses=OWN, text="x", from_=f"{v} <b@c.example>"),
    "reply-file": lambda v: reply(RECEIVED, own_addresses=OWN, text="x", attachments=[Attachment(v, b"")]),
    "forward-to": lambda v: forward(RECEIVED, to=[f"{v} <b@c.example>"]),
    "forward-cc": lambda v: forward(RECEIVED, to=["b@c.example"], cc=[v + "@c.example"]),
    "forward-from": lambda v: forward(RECEIVED, to=["b@c.example"], from_=f"{v} <b@c.example>"),
    "template-value": lambda v: Template(subject="a {{ x }} b", text="x").draft({"x": v}, plain_draft()),
    "template-source": lambda v: Template(subject=f"a {v} b", text="x").draft({}, plain_draft()),
    "merge-recipient": lambda v: next(Template(text="x").merge([(f"{v} <b@c.example>", {})])),
    "meeting-uid": lambda v: plain_draft(calendar=meeting(uid=v).invitation()),
    "meeting-attendee": lambda v: plain_draft(calendar=meeting(attendees=[f"{v} <b@c.example>"]).invitation()),
    "meeting-organizer": lambda v: plain_draft(calendar=meeting(organizer=f"{v} <b@c.example>").invitation()),
    "meeting-summary": lambda v: plain_draft(calendar=meeting(summary=v).invitation()),
    "answer-attendee": lambda v: answer_invitation(INVITED, "accepted", attendee=f"{v} <b@c.example>"),
    "answer-status": lambda v: answer_invitation(INVITED, v, attendee="b@c.example"),
    "reply-own": lambda v: reply(RECEIVED, own_addresses=[*OWN, f"{v} <b@c.example>"], text="x"),
}
COMPOSE_ARGUMENTS = {
    "sender": lambda v: {"sender": f"{v} <b@c.example>"},
    "message-id": lambda v: {"message_id": f"{v}@x.example"},
    "extra-name": lambda v: {"extra_headers": [("X-" + v, "x")]},
    "extra-value": lambda v: {"extra_headers": [("X-A", v)]},
}
