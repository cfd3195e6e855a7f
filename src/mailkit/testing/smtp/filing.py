"""What becomes of an accepted mail: it is recorded, delivered to local users, and filed as sent where asked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from mailkit.testing.service import SentMail, Setup
from mailkit.testing.state import User

_numbers = itertools.count(1)
MESSAGE_ID = re.compile(rb"^message-id:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Later:
    """How to do something after some seconds."""

    run: Callable[[float, Callable[[], None]], object]


def queue_id() -> str:
    """A queue number as servers show them, unique in this process."""
    return f"{next(_numbers):012X}"


def accept(setup: Setup, mail: SentMail, later: Later) -> SentMail:
    """Record and deliver. Returns the record: with ``message_id`` if it was rewritten."""
    raw = mail.raw
    if setup.options.rewrite_message_id:
        new_id = f"{mail.queue_id}@prod.{setup.options.hostname}.example"
        raw = with_message_id(raw, new_id)
        mail = replace(mail, message_id=new_id)
    deliver(setup, raw, mail)
    sender = _sender(setup, mail)
    if setup.options.files_sent and sender is not None:
        _file_sent(setup, sender, raw, later)
    with setup.sent_changed:
        setup.sent.append(mail)
        setup.sent_changed.notify_all()
    return mail


def deliver(setup: Setup, raw: bytes, mail: SentMail) -> None:
    """Into INBOX of every local recipient, once each, with the final server's trace headers (RFC 5321 4.4)."""
    done: set[str] = set()
    for recipient in mail.envelope.recipients:
        user = setup.state.by_address(recipient)
        if user is None or user.address in done:
            continue
        done.add(user.address)
        with setup.state.lock:
            user.folder("INBOX").add(trace(setup, mail, recipient) + raw, (), mail.received_at)


def trace(setup: Setup, mail: SentMail, recipient: str) -> bytes:
    """Return-Path and Received, as the delivering server puts them on top."""
    protocol = ("UTF8SMTP" if mail.smtputf8 else "ESMTP") + ("S" if mail.tls else "") + ("A" if mail.user else "")
    lines = (
        f"Return-Path: <{mail.envelope.sender}>",
        f"Received: from {mail.helo or 'unknown'} ([127.0.0.1])",
        f"\tby {setup.options.hostname} with {protocol} id {mail.queue_id}",
        f"\tfor <{recipient}>; {format_datetime(mail.received_at)}",
    )
    return "".join(line + "\r\n" for line in lines).encode("utf-8", "surrogateescape")


def with_message_id(raw: bytes, new_id: str) -> bytes:
    """The mail with another Message-ID, added on top if there was none."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    kept: list[bytes] = []
    dropping = False
    for line in head.split(b"\r\n"):
        dropping = bool(MESSAGE_ID.match(line)) or (dropping and line[:1] in (b" ", b"\t"))
        if not dropping:
            kept.append(line)
    return b"\r\n".join([f"Message-ID: <{new_id}>".encode(), *kept]) + gap + body


def _sender(setup: Setup, mail: SentMail) -> User | None:
    return setup.state.by_address(mail.user or mail.envelope.sender)


def _file_sent(setup: Setup, sender: User, raw: bytes, later: Later) -> None:
    def file() -> None:
        with setup.state.lock:
            folder = sender.role("\\Sent") or sender.folder("INBOX")
            folder.add(raw, ("\\Seen",), datetime.now(UTC))

    if setup.options.sent_delay > 0:
        later.run(setup.options.sent_delay, file)
    else:
        file()
