"""FETCH items: reading them from a command, and what each says of a mail (RFC 9051 sections 6.4.5, 7.5.2). Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailkit.testing.imap import answer, mime, structure
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.state import StoredMail

MACROS: dict[str, tuple[str, ...]] = {
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}
PLAIN = ("FLAGS", "UID", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE", "BODY", "MODSEQ")
OLD = {"RFC822": "", "RFC822.HEADER": "HEADER", "RFC822.TEXT": "TEXT"}
SECTIONS = ("", "HEADER", "TEXT", "MIME", "HEADER.FIELDS", "HEADER.FIELDS.NOT")
ITEM_STOP = frozenset(b' ()[]<>{"') | frozenset(range(32))
SECTION_STOP = frozenset(b' ]()"{') | frozenset(range(32))
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to tell of each mail.

    ``content`` is true for items that carry bytes of the mail, ``seen`` for those that set ``\\Seen``. ``first`` and
    ``count`` are the partial ``<first.count>``.
    """

    label: bytes
    name: str
    content: bool = False
    seen: bool = False
    path: tuple[int, ...] = ()
    section: str = ""
    names: tuple[bytes, ...] = ()
    first: int | None = None
    count: int = 0


def read(parser: Parser) -> list[Item]:
    """The items of a FETCH: a macro, one item, or a list."""
    if not parser.skip(b"("):
        return _item(parser)
    items = _item(parser)
    while not parser.skip(b")"):
        parser.space()
        items += _item(parser)
        if len(items) > MOST_ITEMS:
            raise BadSyntaxError("too many items")
    return items


def tell(item: Item, mail: StoredMail, size_error: int = 0) -> bytes:
    """The item and its value for a mail. A part that does not exist is NIL; RFC822.SIZE is off by ``size_error``."""
    if item.name == "RFC822.SIZE":
        return item.label + b" %d" % (len(mail.raw) + size_error)
    if item.content:
        return item.label + b" " + _content(item, mail)
    return item.label + b" " + _SIMPLE[item.name](mail)


_SIMPLE: dict[str, Callable[[StoredMail], bytes]] = {
    "FLAGS": lambda mail: answer.flags(mail.flags),
    "UID": lambda mail: b"%d" % mail.uid,
    "INTERNALDATE": lambda mail: answer.date_time(mail.date),
    "ENVELOPE": lambda mail: structure.envelope(mime.parse(mail.raw)),
    "BODYSTRUCTURE": lambda mail: structure.structure(mime.parse(mail.raw), extended=True),
    "BODY": lambda mail: structure.structure(mime.parse(mail.raw), extended=False),
    "MODSEQ": lambda mail: b"(%d)" % mail.modseq,
}


def _item(parser: Parser) -> list[Item]:
    name = parser.run(ITEM_STOP).decode("ascii", "replace").upper()
    if name in MACROS:
        return [Item(part.encode(), part) for part in MACROS[name]]
    if name in OLD:
        return [Item(name.encode(), name, True, name != "RFC822.HEADER", (), OLD[name])]
    if name in ("BODY", "BODY.PEEK") and parser.skip(b"["):
        return [_section(parser, seen=name == "BODY")]
    if name not in PLAIN:
        raise BadSyntaxError("unknown item")
    return [Item(name.encode(), name)]


def _section(parser: Parser, *, seen: bool) -> Item:
    spec = "" if parser.peek(b"]") else parser.run(SECTION_STOP).decode("ascii", "replace").upper()
    numbers: list[int] = []
    words = spec.split(".")
    while words and words[0].isdigit() and len(words[0]) <= 9 and len(numbers) < 50:
        numbers.append(int(words.pop(0)))
    section = ".".join(words)
    if section not in SECTIONS or (section == "MIME" and not numbers):
        raise BadSyntaxError("unknown section")
    names: list[bytes] = []
    label = spec.encode("ascii", "replace")
    if section.startswith("HEADER.FIELDS"):
        parser.space()
        names = _names(parser)
        label += b" (" + b" ".join(answer.string(n) if b" " in n else n for n in names) + b")"
    parser.expect(b"]")
    label = b"BODY[" + label + b"]"
    first, count = None, 0
    if parser.skip(b"<"):
        first = parser.number()
        parser.expect(b".")
        count = parser.number()
        parser.expect(b">")
        label += b"<%d>" % first
    lowered = tuple(name.lower() for name in names)
    return Item(label, "BODY", True, seen, tuple(numbers), section, lowered, first, count)


def _names(parser: Parser) -> list[bytes]:
    parser.expect(b"(")
    names = [parser.astring().upper()]
    while not parser.skip(b")"):
        parser.space()
        names.append(parser.astring().upper())
        if len(names) > MOST_ITEMS:
            raise BadSyntaxError("too many header names")
    return names


def _content(item: Item, mail: StoredMail) -> bytes:
    found = _bytes(item, mail)
    if found is None:
        return b"NIL"
    if item.first is not None:
        found = found[item.first : item.first + item.count]
    return answer.literal(found)


def _bytes(item: Item, mail: StoredMail) -> bytes | None:
    raw = mail.raw
    if not item.path and item.section in ("", "HEADER", "TEXT"):
        if not item.section:
            return raw
        end = mime.header_end(raw, 0, len(raw))
        return raw[:end] if item.section == "HEADER" else raw[end:]
    part = mime.parse(raw).find(item.path)
    if part is None:
        return None
    if item.section == "":
        return part.content
    if item.section == "MIME":
        return part.header
    if item.path:  # HEADER and TEXT of a part are those of the message inside it
        part = part.inner
    if part is None:
        return None
    if item.section in ("HEADER", "TEXT"):
        return part.header if item.section == "HEADER" else part.content
    wanted = item.section == "HEADER.FIELDS"
    return b"".join(value for name, value in part.fields if (name in item.names) == wanted) + b"\r\n"
