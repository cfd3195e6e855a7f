"""ENVELOPE, BODY and BODYSTRUCTURE of a mail (RFC 9051 section 7.5.2). Pure."""

from __future__ import annotations

from email.message import Message
from email.utils import getaddresses

from mailkit.testing.imap import answer
from mailkit.testing.imap.mime import LONGEST_VALUE, Part


def envelope(part: Part) -> bytes:
    """The ENVELOPE list; Sender and Reply-To default to From."""
    sender = addresses(part.value(b"from"))
    told = [
        answer.nstring(part.value(b"date")),
        answer.nstring(part.value(b"subject")),
        sender,
        addresses(part.value(b"sender"), sender),
        addresses(part.value(b"reply-to"), sender),
        *(addresses(part.value(name)) for name in (b"to", b"cc", b"bcc")),
        answer.nstring(part.value(b"in-reply-to")),
        answer.nstring(part.value(b"message-id")),
    ]
    return b"(" + b" ".join(told) + b")"


def addresses(value: bytes | None, default: bytes = b"NIL") -> bytes:
    """A list of address structures, or NIL. Values are cut at 4096 bytes: getaddresses is not linear."""
    pairs = getaddresses([value[:LONGEST_VALUE].decode("latin-1")]) if value else []
    told: list[bytes] = []
    for name, address in pairs:
        local, at, host = address.rpartition("@")
        if not at:
            local, host = address, ""
        if not (name or address):
            continue
        # The host is never NIL: that would be the beginning or the end of a group (RFC 9051 section 7.5.2).
        words = [word.encode("latin-1", "replace") for word in (name, local, host)]
        shown = (answer.nstring(words[0] or None), b"NIL", answer.string(words[1]), answer.string(words[2]))
        told.append(b"(" + b" ".join(shown) + b")")
    return b"(" + b"".join(told) + b")" if told else default


def structure(part: Part, *, extended: bool) -> bytes:
    """BODYSTRUCTURE, or BODY without the extension data."""
    if part.children:
        inner = b"".join(structure(child, extended=extended) for child in part.children)
        subtype = answer.string(part.type.partition("/")[2].upper().encode())
        tail = b" %s %s NIL NIL" % (_params(part.params), _disposition(part)) if extended else b""
        return b"(" + inner + b" " + subtype + tail + b")"
    main, _, sub = part.type.upper().partition("/")
    content = part.content
    told = [
        answer.string(main.encode("ascii", "replace")),
        answer.string(sub.encode("ascii", "replace")),
        _params(part.params),
        answer.nstring(part.value(b"content-id")),
        answer.nstring(part.value(b"content-description")),
        answer.string((part.value(b"content-transfer-encoding") or b"7BIT").upper()),
        b"%d" % len(content),
    ]
    if part.inner is not None:
        told += [envelope(part.inner), structure(part.inner, extended=extended), b"%d" % content.count(b"\n")]
    elif main == "TEXT":
        told.append(b"%d" % content.count(b"\n"))
    if extended:
        told += [b"NIL", _disposition(part), b"NIL", b"NIL"]
    return b"(" + b" ".join(told) + b")"


def _params(params: list[tuple[str, str]]) -> bytes:
    if not params:
        return b"NIL"
    words = (word.encode("latin-1", "replace") for name, value in params for word in (name.upper(), value))
    return b"(" + b" ".join(answer.string(word) for word in words) + b")"


def _disposition(part: Part) -> bytes:
    value = part.value(b"content-disposition")
    if not value:
        return b"NIL"
    message = Message()
    message["Content-Disposition"] = value[:LONGEST_VALUE].decode("latin-1")
    pairs = message.get_params([], header="content-disposition")
    kind = answer.string((pairs[0][0] if pairs else "attachment").upper().encode("latin-1", "replace"))
    return b"(" + kind + b" " + _params([(name, given) for name, given in pairs[1:] if name]) + b")"
