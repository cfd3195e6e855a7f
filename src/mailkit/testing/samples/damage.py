"""Damaged mail, as it really arrives: every one readable in part, but for the mail of no bytes at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from mailkit.testing.samples import build
from mailkit.testing.samples.desk import Desk, record_of, trust_of
from mailkit.testing.samples.model import Contact, Truth
from mailkit.testing.samples.world import CONTACTS, SALES, SUPPORT
from mailkit.words import TrustLevel

__all__ = ["DAMAGES", "damaged", "nothing"]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A whole mail before it is damaged: headers and the encoded parts to build a body from."""

    desk: Desk
    headers: list[tuple[str, str]]
    words: str
    sheet: bytes

    def boundary(self) -> str:
        return f"=_{self.desk.hex(16)}"

    def without(self, name: str) -> list[tuple[str, str]]:
        return [(n, v) for n, v in self.headers if n != name]

    def plain(self) -> build.Entity:
        return build.text(self.words)

    def mixed(self, boundary: str) -> build.Entity:
        file = build.attachment(self.sheet, "application/pdf", "scan.pdf")
        return build.multipart("mixed", boundary, [self.plain(), file])


def _truncated_base64(p: Pieces) -> bytes:
    """The connection broke in the middle of the attachment: no closing boundary, base64 cut inside a quantum."""
    raw = build.message(p.headers, p.mixed(p.boundary()))
    return raw[: raw.rindex(b"\r\n--") - 101] + b"\r\n"


def _no_boundary_parameter(p: Pieces) -> bytes:
    raw = build.message(p.headers, p.mixed("gone"))
    return raw.replace(b'Content-Type: multipart/mixed; boundary="gone"', b"Content-Type: multipart/mixed")


def _no_closing_boundary(p: Pieces) -> bytes:
    boundary = p.boundary()
    return build.message(p.headers, p.mixed(boundary)).replace(f"--{boundary}--\r\n".encode(), b"")


def _no_message_id(p: Pieces) -> bytes:
    return build.message(p.without("Message-ID"), p.plain())


def _no_date(p: Pieces) -> bytes:
    return build.message(p.without("Date"), p.plain())


def _bad_date(p: Pieces) -> bytes:
    return build.message([*p.without("Date"), ("Date", "Thu, 32 Foo 2026 25:61:00 +9999")], p.plain())


def _header_without_colon(p: Pieces) -> bytes:
    raw = build.message(p.headers, p.plain())
    return raw.replace(b"MIME-Version:", b"X-Scanner checked by gateway\r\nMIME-Version:", 1)


def _wrong_charset(p: Pieces) -> bytes:
    """Labelled US-ASCII, written in UTF-8."""
    content = f"{p.words}\r\nGrüße aus Köln\r\n".encode()
    entity = build.Entity(
        (("Content-Type", "text/plain; charset=us-ascii"), ("Content-Transfer-Encoding", "8bit")), content
    )
    return build.message(p.headers, entity)


def _utf8_label_on_latin1(p: Pieces) -> bytes:
    content = f"{p.words}\r\nViele Grüße\r\n".encode("latin-1")
    entity = build.Entity(
        (("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")), content
    )
    return build.message(p.headers, entity)


def _unknown_charset(p: Pieces) -> bytes:
    return build.message(p.headers, p.plain()).replace(b"charset=us-ascii", b"charset=x-vendor-12")


def _raw_8bit_header(p: Pieces) -> bytes:
    """A subject in windows-1252 with no encoding at all, and a header of pure noise."""
    raw = build.message(p.headers, p.plain())
    subject = "Subject: Lieferung für Köln\r\nX-Noise: ".encode("cp1252") + bytes(range(0x80, 0xA0)) + b"\r\n"
    return raw.replace(b"Subject:", subject + b"X-Old-Subject:", 1)


def _empty_body(p: Pieces) -> bytes:
    return build.message(p.headers, build.Entity((("Content-Type", "text/plain; charset=us-ascii"),), b""))


def _headers_only(p: Pieces) -> bytes:
    """Not even the empty line after the headers."""
    return b"".join(build.field(n, v) for n, v in p.headers)


def _two_of_each(p: Pieces) -> bytes:
    extra = [("From", "Somebody Else <else@elsewhere.example>"), ("Subject", "Another subject")]
    return build.message([*p.headers, *extra], p.plain())


def _nul_and_bare_cr(p: Pieces) -> bytes:
    return build.message(p.headers, p.plain()) + b"Weight\x00: 12 kg\rVolume: 3 l\r\n"


def _too_deep(p: Pieces) -> bytes:
    """Forty multiparts, one in the other."""
    entity = p.plain()
    for level in range(40):
        entity = build.multipart("mixed", f"level-{level}", [entity])
    return build.message(p.headers, entity)


def _endless_line(p: Pieces) -> bytes:
    content = p.words.encode() + b"\r\n" + b"0123456789" * 400 + b"\r\n"
    entity = build.Entity(
        (("Content-Type", "text/plain; charset=us-ascii"), ("Content-Transfer-Encoding", "7bit")), content
    )
    return build.message(p.headers, entity)


DAMAGES: dict[str, Callable[[Pieces], bytes]] = {
    "truncated-base64": _truncated_base64,
    "no-boundary-parameter": _no_boundary_parameter,
    "no-closing-boundary": _no_closing_boundary,
    "no-message-id": _no_message_id,
    "no-date": _no_date,
    "bad-date": _bad_date,
    "header-without-colon": _header_without_colon,
    "wrong-charset": _wrong_charset,
    "utf8-label-on-latin1": _utf8_label_on_latin1,
    "unknown-charset": _unknown_charset,
    "8bit-header": _raw_8bit_header,
    "empty-body": _empty_body,
    "headers-only": _headers_only,
    "two-of-each": _two_of_each,
    "nul-and-bare-cr": _nul_and_bare_cr,
    "too-deep": _too_deep,
    "endless-line": _endless_line,
}

_SUBJECTS = (
    "Signed delivery note {}",
    "Scan of the acceptance report {}",
    "Stock list, warehouse {}",
    "Pallet exchange {}",
    "Counter reading, machine {}",
)


def damaged(desk: Desk, name: str) -> None:
    """One damaged mail of a known customer."""
    contact = desk.rng.choice([c for c in CONTACTS if c.lang == "en" and c.id != 18])
    when = desk.start("en")
    number = desk.rng.randrange(1000, 9999)
    subject = desk.rng.choice(_SUBJECTS).format(number)
    words = f"Please find the details for {number} here.\n\nRegards, {contact.name}"
    headers = [
        ("From", build.address(contact.name, contact.email)),
        ("To", SUPPORT),
        ("Subject", subject),
        ("Date", build.date(when)),
        ("Message-ID", f"<{desk.message_id(contact)}>"),
    ]
    pieces = Pieces(
        desk, headers, words, build.pdf([subject, "Signature on file", *(f"Row {i}" for i in range(1, 30))])
    )
    arrived = when.astimezone(UTC) + timedelta(seconds=desk.rng.randrange(2, 30))
    raw = desk.trace(contact.email, SUPPORT, arrived, desk.results(contact)) + DAMAGES[name](pieces)
    desk.file(raw, SUPPORT, "INBOX", _truth(desk, contact, name), arrived)


def _truth(desk: Desk, contact: Contact, name: str) -> Truth:
    truth = Truth(
        conversation=desk.conversation(),
        category="damaged",
        tags=(f"damage:{name}", "lang:en"),
        records=(record_of(contact),),
        why="address",
        trust=trust_of(contact),
    )
    if name == "two-of-each":
        # Two authors: whom the server checked is anyone's guess, and whose record it is, too.
        return replace(truth, records=(), also=truth.records, why="none", trust=TrustLevel.CLAIMED)
    return truth


def nothing(desk: Desk) -> None:
    """A mail of no bytes."""
    truth = Truth(conversation=desk.conversation(), category="damaged", tags=("damage:zero-bytes",), ingestible=False)
    desk.file(b"", SALES, "INBOX", truth, desk.start("en"))
