"""The matrix of injection: every argument of the writing room, times every way to break out of a header."""

from __future__ import annotations

from mailkit.compose import Attachment, Draft, Unsubscribe

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
COMPOSE_ARGUMENTS = {
    "sender": lambda v: {"sender": f"{v} <b@c.example>"},
    "message-id": lambda v: {"message_id": f"{v}@x.example"},
    "extra-name": lambda v: {"extra_headers": [("X-" + v, "x")]},
    "extra-value": lambda v: {"extra_headers": [("X-A", v)]},
}
