"""What is broken in a message, and what other readers may understand otherwise.

Defect codes: ``addresses``, ``bare-cr``, ``base64-invalid``, ``base64-pieces``, ``base64-trailing-data``,
``base64-truncated``, ``boundary-not-found``, ``byte-order-mark``, ``charset``, ``content-type``, ``date``,
``decoded-bytes``, ``depth``, ``empty``, ``guessed-boundary``, ``header-bytes``, ``header-line``, ``headers``,
``headers-bytes``, ``leading-blank-line``, ``line-bytes``, ``mbox-from``, ``message-bytes``, ``missing-blank-line``,
``missing-end-boundary``, ``near-boundary``, ``no-boundary``, ``no-from``, ``nul``, ``params``, ``parse-seconds``,
``parts``, ``parts-after-end``, ``references``, ``same-boundary``, ``text-bytes``, ``unknown-encoding``,
``uuencode-invalid``.

Ambiguity codes: ``bare-cr``, ``boundaries``, ``content-ids``, ``duplicate-header``, ``duplicate-parameter``,
``embedded-file``, ``encoded-message``, ``encoded-multipart``, ``encodings``, ``filenames``, ``from``, ``from-name``
(the display name shows another address), ``from-syntax`` (the address itself can be read in two ways),
``guessed-boundary``, ``near-boundary``, ``parts-after-end``, ``same-boundary``, ``tnef``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailkit.message.embedded import find_embedded
from mailkit.message.findings import Ambiguity, Defect
from mailkit.message.ids import parse_ids
from mailkit.message.params import Parameters, read_disposition, read_encoding, read_type
from mailkit.message.shown import OVERRIDES, shown_address

if TYPE_CHECKING:
    from mailkit.message.headers import Headers
    from mailkit.message.model import Message, Part

__all__ = ["encodings_of", "find_ambiguities", "find_defects", "names_of"]

# RFC 5322 section 3.6 and RFC 2045: fields that may stand only once.
_ONCE = ("from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references")
_ONCE_MIME = ("content-type", "content-transfer-encoding", "content-disposition", "content-id")
# Of the defects of the structure, those after which two readers see different parts.
_READ_OTHERWISE = ("bare-cr", "guessed-boundary", "near-boundary", "parts-after-end", "same-boundary")
_AUTHORS = 5  # looked at closely
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CODED_ADDRESS = re.compile(rb"<[ \t]{0,9}=\?[^<>\s]{1,300}>")
_LOOKED_AT = 10_000  # bytes of one From
_BARE_CR = re.compile(rb"\r(?!\n)")
_TEXT = ("text/", "message/delivery-status", "message/disposition-notification")


def find_defects(message: Message) -> tuple[Defect, ...]:
    """The defects found while parsing, then those of single fields, then those of every part."""
    found = list(message.structure_defects)
    found += [Defect(code, detail) for code, detail in _message_defects(message)]
    for part in message.parts:
        if not part.is_multipart:
            _add_part_defects(part, found)
    if len(message.raw) > message.limits.text_bytes:
        _add_long_texts(message, found)
    return tuple(found)


def _add_long_texts(message: Message, found: list[Defect]) -> None:
    most = message.limits.text_bytes
    shown = dict.fromkeys((*message.text_body, *message.html_body))
    for part in shown:
        if part.content_type.startswith("text/") and len(part.text) > most:
            found.append(
                Defect("text-bytes", f"only the first {most} characters are taken for what is said", part.index)
            )


def _message_defects(message: Message) -> Iterator[tuple[str, str]]:
    limits, raw, headers = message.limits, message.raw, message.headers
    if not raw or raw.isspace():
        yield "empty", "the message is empty"
    if len(raw) > limits.message_bytes:
        yield "message-bytes", f"the message is larger than {limits.message_bytes} bytes"
    if _has_long_line(raw, limits.line_bytes):
        yield "line-bytes", f"a line is longer than {limits.line_bytes} bytes"
    if raw.find(b"\x00", 0, message.parts[0].start) >= 0:
        yield "nul", "there is a NUL in the header"
    if headers.raw("date") is not None and message.date is None:
        yield "date", "the date cannot be read"
    if not any(address.address for address in message.from_) and raw:
        yield "no-from", "no address is found in From"
    fields = (message.from_, message.reply_to, message.to, message.cc, message.bcc)
    if len(max(fields, key=len)) >= limits.addresses:
        yield "addresses", f"only the first {limits.addresses} addresses of a field were read"
    references = headers.raw("references")
    most = max(limits.references, 2)
    if references is not None and len(references) > 2 * most and len(parse_ids(references)) > most:
        yield "references", f"only {limits.references} of the references were kept"


def _has_long_line(raw: bytes, most: int) -> bool:
    """Jump from line end to line end, ``most`` bytes at a time."""
    at = 0
    while len(raw) - at > most:
        end = raw.rfind(b"\n", at, at + most + 1)
        if end < 0:
            return raw.find(b"\r", at, at + most + 1) < 0
        at = end + 1
    return False


def _add_part_defects(part: Part, found: list[Defect]) -> None:
    defect, content_type = part.content_defect, part.content_type
    if defect:
        found.append(Defect(defect, f"the content is not clean {part.encoding[:40]}", part.index))
    if content_type.startswith(_TEXT) and part.charset_defect:
        detail = f"the text is not in the charset {(part.charset or 'us-ascii')[:40]}"
        found.append(Defect("charset", detail, part.index))
    if content_type == "message/rfc822" and part.message is None:
        found.append(Defect("depth", "an enclosed message lies too deep and is left closed", part.index))


def find_ambiguities(message: Message) -> tuple[Ambiguity, ...]:
    """All places where two readers of the standard may see two different messages."""
    found = [Ambiguity(code, detail) for code, detail in _message_ambiguities(message)]
    for part in message.parts:
        found += [Ambiguity(code, detail, part.index) for code, detail in _part_ambiguities(part)]
    for defect in message.structure_defects:
        if defect.code in _READ_OTHERWISE:
            found.append(Ambiguity(defect.code, defect.detail, defect.part))
    return tuple(found)


def _message_ambiguities(message: Message) -> Iterator[tuple[str, str]]:
    yield from _duplicates(message.headers, _ONCE)
    if len(message.from_) > 1 and len({address.key for address in message.from_}) > 1:
        yield "from", "more than one author"
    yield from _author_ambiguities(message)
    if len(message.parts) > 2:
        ids = [part.content_id for part in message.parts if part.content_id]
        if len(set(ids)) < len(ids):
            yield "content-ids", "two parts have one Content-ID: programs show one or the other"
    if _BARE_CR.search(message.raw, 0, message.parts[0].start):
        yield "bare-cr", "there are bare carriage returns in the header"


def _author_ambiguities(message: Message) -> Iterator[tuple[str, str]]:
    for address in message.from_[:_AUTHORS]:
        if other := shown_address(address):
            yield "from-name", f"the display name shows another address: {ascii(other[:100])[1:-1]}"
        elif not address.name.isascii() and OVERRIDES.intersection(address.name):
            yield "from-name", "the display name turns the direction of writing"
        local = address.address.rpartition("@")[0]
        if "@" in local or "=?" in local:
            yield "from-syntax", f"the author's address can be read in two ways: {ascii(address.address[:100])[1:-1]}"
    for raw in message.headers.raw_all("from")[:_AUTHORS]:
        if _CONTROL.search(raw):
            yield "from-syntax", "there are control characters in From"
        if b"=?" in raw and _CODED_ADDRESS.search(raw[:_LOOKED_AT]):
            yield "from-syntax", "the author's address is an encoded word"


def _duplicates(headers: Headers, once: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if headers.repeated.isdisjoint(once):
        return
    for name in once:
        values = headers.raw_all(name)
        if len({value.strip() for value in values}) > 1:
            yield "duplicate-header", f"{name} stands {len(values)} times with different values"


def _part_ambiguities(part: Part) -> Iterator[tuple[str, str]]:
    encodings = {part.encoding}
    if not part.headers.repeated.isdisjoint(_ONCE_MIME):
        yield from _duplicates(part.headers, _ONCE_MIME)
        encodings |= {read_encoding(raw) for raw in part.headers.raw_all("content-transfer-encoding")}
        if len(encodings) > 1:
            yield "encodings", "more than one transfer encoding: " + ", ".join(sorted(encodings))[:100]
    if part.is_multipart and encodings - {"7bit", "8bit", "binary"}:
        yield "encoded-multipart", "a multipart with a transfer encoding: some programs undo it"
    if part.content_type in ("message/rfc822", "message/global") and encodings - {"7bit", "8bit", "binary"}:
        yield "encoded-message", "an enclosed message with a transfer encoding: some programs do not open it"
    yield from _parameter_ambiguities(part)
    if not part.is_multipart:
        yield from _content_ambiguities(part)


def _content_ambiguities(part: Part) -> Iterator[tuple[str, str]]:
    """What some programs open and others show as it is."""
    if part.content_type == "text/plain" and find_embedded(part.content)[1]:
        yield "embedded-file", "a file stands encoded in the text; some programs take it out"
    if part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef"):
        yield "tnef", "Outlook shows what is in the winmail.dat, other programs what stands beside it"


def _parameter_ambiguities(part: Part) -> Iterator[tuple[str, str]]:
    names: set[str] = set()
    for field, wanted, found in _named(part):
        for name, values in found.conflicts.items():
            code = "boundaries" if name == "boundary" else "duplicate-parameter"
            yield code, f"{field} has {len(values)} different values of {name[:40]}"
        if wanted in found.params:
            names.update(found.conflicts.get(wanted, (found.params[wanted],)))
    if len(names) > 1:
        yield "filenames", "more than one file name: " + ", ".join(sorted(map(repr, names)))[:200]


_NAMING = (("content-disposition", "filename", read_disposition), ("content-type", "name", read_type))


def _named(part: Part) -> Iterator[tuple[str, str, Parameters]]:
    """The fields in which a file name may stand, and the parameter that holds it."""
    for field, wanted, read in _NAMING:
        for raw in part.headers.raw_all(field)[:8]:
            yield field, wanted, read(raw)


def names_of(part: Part) -> tuple[str, ...]:
    """All file names that programs may show for a part."""
    found = ((item, wanted) for _, wanted, item in _named(part) if wanted in item.params)
    return tuple(dict.fromkeys(name for item, key in found for name in item.conflicts.get(key, (item.params[key],))))


def encodings_of(part: Part) -> tuple[str, ...]:
    """All transfer encodings that a part is given, the one that counts here first."""
    written = part.headers.raw_all("content-transfer-encoding")[:8]
    return tuple(dict.fromkeys((part.encoding, *map(read_encoding, written))))
