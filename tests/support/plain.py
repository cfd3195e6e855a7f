"""Everything that can be read of a message, as plain values: what two readers must have in common."""

from __future__ import annotations

from mailkit.message import Address, Headers, Message, Part

__all__ = ["every_value"]


def every_value(message: Message) -> list[object]:
    """All fields of the message, of its parts, and of the messages in them, in one order."""
    people = (message.from_, message.reply_to, message.to, message.cc, message.bcc)
    sender = message.sender
    date = message.date
    lists = (message.text_body, message.html_body, message.attachments)
    return [
        repr(message), message.raw, message.size, message.depth, message.subject, message.message_id,
        message.in_reply_to, message.references, date and date.isoformat(), sender and _address(sender),
        [[_address(person) for person in found] for found in people],
        [[part.index for part in found] for found in lists],
        [(defect.code, defect.detail, defect.part) for defect in message.structure_defects],
        [(defect.code, defect.detail, defect.part) for defect in message.defects],
        [(found.code, found.detail, found.part) for found in message.ambiguities],
        message.content_summary,
        [_part(part) for part in message.parts],
    ]  # fmt: skip


def _address(address: Address) -> tuple[object, ...]:
    return address.name, address.address, address.group, address.key, str(address), repr(address)


def _part(part: Part) -> list[object]:
    return [
        repr(part), part.index, part.parent, part.depth, part.start, part.end, part.is_multipart, part.children,
        part.content_type, list(part.params.items()), part.encoding, part.charset, part.disposition, part.filename,
        part.content_id, part.content, part.content_defect, part.size, part.text, part.charset_defect,
        _headers(part.headers), None if part.message is None else every_value(part.message),
    ]  # fmt: skip


def _headers(headers: Headers) -> list[object]:
    names = headers.names()
    return [
        repr(headers), len(headers), names, sorted(headers.repeated),
        [(header.name, header.raw, header.value, header.unfolded) for header in headers],
        [(headers.raw(name), headers.raw_all(name), headers.get(name), headers.get_all(name)) for name in names],
        headers.raw("x-none"), headers.raw_all("x-none"), headers.raw("FROM"),
        [header.name for header in headers[:2]],
    ]  # fmt: skip
