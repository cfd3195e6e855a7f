"""Events: what happened, told once, in the transaction in which it happened.

An event holds ids, never bodies. It is written to ``mailkit_event`` in the same transaction as the rows it speaks of,
handed to in-process handlers there, and read later by durable cursors. ``EVENTS`` maps the stored name to the class.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. ``id`` is 0 until the event is stored; ``account`` is the account's name, if there is one."""

    name: ClassVar[str] = "event"

    id: int = 0
    thread_id: int | None = None
    message_id: int | None = None
    account: str | None = None

    def payload(self) -> str:
        """The fields beyond those that have columns of their own, as JSON with sorted keys."""
        own = {f.name for f in fields(Event)}
        return json.dumps({k: v for k, v in asdict(self).items() if k not in own}, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Event):
    """A message not known before has arrived. ``kind``: normal, bounce, auto-reply, list, calendar …"""

    name: ClassVar[str] = "message.received"

    copy_id: int = 0
    kind: str = "normal"
    trust: str = "claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Event):
    """A message has left: by the outbox (``outbox_id``), or seen in Sent, written in another program."""

    name: ClassVar[str] = "message.sent"

    copy_id: int = 0
    outbox_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRefused(Event):
    """The outbox gave up on one or more recipients."""

    name: ClassVar[str] = "message.refused"

    outbox_id: int = 0
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUncertain(Event):
    """The server's answer to DATA was lost: the message may or may not have been accepted. It is not sent again."""

    name: ClassVar[str] = "message.uncertain"

    outbox_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBounced(Event):
    """A delivery report says that a message that we sent did not reach ``recipients``.

    ``original_id`` is the store id of the message it speaks of, if that is known. Anybody can write a delivery report;
    only one with an ``original_id`` speaks of a message that we sent, and may change what is known of a contact. Then
    ``recipients`` are those of the report to whom that message was sent; none, where it names only others, as when a
    recipient's server forwards. ``hard``: the address of one of them is dead.
    """

    name: ClassVar[str] = "message.bounced"

    original_id: int | None = None
    recipients: tuple[str, ...] = ()
    hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuarantined(Event):
    """A mail could not be ingested; its raw bytes are kept and can be retried."""

    name: ClassVar[str] = "message.quarantined"

    quarantine_id: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLinked(Event):
    """A thread was linked to a record."""

    name: ClassVar[str] = "thread.linked"

    system: str = ""
    kind: str = ""
    record_id: str = ""
    decision_id: int = 0
    state: str = "linked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadUnlinked(Event):
    """A link was removed."""

    name: ClassVar[str] = "thread.unlinked"

    system: str = ""
    kind: str = ""
    record_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMerged(Event):
    """A late message showed, or somebody decided, that two threads are one.

    ``merged_id`` lives on as an alias of ``thread_id``.
    """

    name: ClassVar[str] = "thread.merged"

    merged_id: int = 0


EVENTS: dict[str, type[Event]] = {
    cls.name: cls
    for cls in (
        MessageReceived,
        MessageSent,
        MessageRefused,
        MessageUncertain,
        MessageBounced,
        MessageQuarantined,
        ThreadLinked,
        ThreadUnlinked,
        ThreadMerged,
    )
}


def load(
    name: str, payload: str, *, id: int, thread_id: int | None, message_id: int | None, account: str | None
) -> Event:
    """Rebuild a stored event. A name from a newer version comes back as a plain Event."""
    cls = EVENTS.get(name, Event)
    known = {f.name for f in fields(cls)}
    extra: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(payload).items() if k in known
    }
    return cls(id=id, thread_id=thread_id, message_id=message_id, account=account, **extra)
