"""Reading mail, typed as an application uses it. Checked by mypy and pyright in `make check`; never run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import assert_type

from mailkit import Limits, Message, parse
from mailkit.message import Address, Defect, Part, parse_addresses, safe_filename


def summary(raw: bytes) -> dict[str, str | None]:
    message = parse(raw, Limits(parts=50))
    assert_type(message, Message)
    assert_type(message.from_, tuple[Address, ...])
    assert_type(message.date, datetime | None)
    assert_type(message.references, tuple[str, ...])
    return {"subject": message.subject, "id": message.message_id, "list": message.headers.get("List-Id")}


def save(message: Message, directory: Path) -> list[Path]:
    saved: list[Path] = []
    for part in message.attachments:
        assert_type(part, Part)
        assert_type(part.content, bytes)
        path = directory / safe_filename(part.filename, part.content_type, part.index)
        path.write_bytes(part.content)
        saved.append(path)
    return saved


def damage(message: Message) -> list[str]:
    assert_type(message.defects, tuple[Defect, ...])
    return [f"{defect.code}: {defect.detail}" for defect in message.defects]


def people(header: str | bytes) -> set[str]:
    return {address.key for address in parse_addresses(header)}


def enclosed(message: Message) -> list[Message]:
    return [part.message for part in message.parts if part.message is not None]
