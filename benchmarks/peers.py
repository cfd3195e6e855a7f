"""The same fields from one mail, by mailkit and by the standard library's ``email`` with either policy.

Two jobs. *structure*: what a list of mails shows: subject, date, ids, people with their names decoded, and of every
part the type, the disposition and the file name. *everything*: the structure, the text of every text part as ``str``,
and the bytes of every other part, transfer encoding undone; parts of enclosed messages included, as ``email`` opens
them whether asked or not.

Limits are on, and *everything* asks mailkit for ``defects`` too, as ``email`` collects its own while it parses.
``ambiguities`` have no counterpart in ``email``; they are asked for by a contestant of its own.

The jobs return the fields in one shape, so that ``differences`` can say whether all contestants read the same.
"""

from __future__ import annotations

import email
import email.header
import email.message
import email.policy
from collections.abc import Callable
from email.utils import getaddresses, parsedate_to_datetime

from mailkit.message import Message, Part, parse

__all__ = ["RIVALS", "Fields", "differences", "ours"]

Fields = dict[str, object]
Job = Callable[[bytes], Fields]
PEOPLE = ("from", "to", "cc", "reply-to")
PARSED = ("date", "message-id", "in-reply-to", "references", "subject")


# ── mailkit ──


def ours(everything: bool, ambiguities: bool = False) -> Job:
    """mailkit, structure only or everything."""

    def job(raw: bytes) -> Fields:
        message = parse(raw)
        fields = _our_heads(message)
        fields["parts"] = _our_parts(message, everything)
        if everything:
            message.defects  # noqa: B018 - computed when asked for
        if ambiguities:
            message.ambiguities  # noqa: B018 - computed when asked for
        return fields

    return job


def _our_heads(message: Message) -> Fields:
    people = zip(PEOPLE, (message.from_, message.to, message.cc, message.reply_to), strict=True)
    heads = (message.date, message.message_id, message.in_reply_to, message.references, message.subject)
    return {
        **{name: [(person.name, person.address) for person in found] for name, found in people},
        **dict(zip(PARSED, heads, strict=True)),
    }


def _our_parts(message: Message, everything: bool) -> list[object]:
    found: list[object] = []
    for part in message.parts:
        inner = part.message
        content = None if not everything or part.is_multipart or inner else _our_content(part)
        found.append((part.content_type, part.disposition, part.filename, content))
        if inner is not None:
            found += _our_parts(inner, everything)
    return found


def _our_content(part: Part) -> str | bytes:
    return part.text if part.content_type.startswith("text/") else part.content


# ── email ──


def _compat32(everything: bool) -> Job:
    """The policy that ``email`` uses by default: header values stay as they are written, the caller decodes them."""

    def job(raw: bytes) -> Fields:
        message = email.message_from_bytes(raw)
        fields: Fields = {}
        for name in PEOPLE:
            pairs = getaddresses([str(value) for value in message.get_all(name, [])])
            fields[name] = [(_decoded(person) if person else "", address) for person, address in pairs]
        fields |= _their_heads(message, _decoded(str(message.get("subject", ""))), _when(message))
        fields["parts"] = [_their_part(part, everything) for part in message.walk()]
        return fields

    return job


def _default(everything: bool) -> Job:
    """``policy.default``: header values are parsed by the library."""

    def job(raw: bytes) -> Fields:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        fields: Fields = {}
        for name in PEOPLE:
            people = [person for value in message.get_all(name, []) for person in value.addresses]
            fields[name] = [(person.display_name, person.addr_spec) for person in people]
        date = message["date"]
        fields |= _their_heads(message, str(message.get("subject", "")), date.datetime if date else None)
        fields["parts"] = [_their_part(part, everything) for part in message.walk()]
        return fields

    return job


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    return str(email.header.make_header(email.header.decode_header(value)))


def _when(message: email.message.Message) -> object:
    try:
        return parsedate_to_datetime(str(message["date"]))
    except ValueError:
        return None


def _their_heads(message: email.message.Message, subject: str, date: object) -> Fields:
    ids = {name: _ids(str(message.get(name, ""))) for name in PARSED[1:4]}
    return {**ids, "message-id": next(iter(ids["message-id"]), None), "date": date, "subject": subject}


def _ids(value: str) -> tuple[str, ...]:
    return tuple(word.strip("<>") for word in value.split())


def _their_part(part: email.message.Message, everything: bool) -> object:
    content = None if not everything or part.is_multipart() else _their_content(part)
    return part.get_content_type(), part.get_content_disposition(), part.get_filename(), content


def _their_content(part: email.message.Message) -> object:
    content = part.get_payload(decode=True)
    if part.get_content_maintype() == "text" and isinstance(content, bytes):
        return content.decode(part.get_content_charset() or "ascii", errors="replace")
    return content


RIVALS: dict[str, Callable[[bool], Job]] = {"compat32": _compat32, "policy.default": _default}


# ── do they read the same? ──


def differences(raw: bytes, rival: str) -> list[str]:
    """The names of the fields that the rival reads otherwise; ``exception`` alone if it raises."""
    mine = ours(everything=True)(raw)
    try:
        theirs = RIVALS[rival](True)(raw)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError):
        return ["exception"]
    return [name for name in mine if _plain(mine[name]) != _plain(theirs[name])]


def _plain(value: object) -> object:
    """Without what is a matter of taste: line ends in text, blanks beside folds, case of domains."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bytes):
        return value.strip(b"\r\n")
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
