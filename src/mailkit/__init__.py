"""mailkit: the mail layer of a business application.

Names are loaded when they are first used, so ``from mailkit import Draft, parse`` loads neither the database nor the
network libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mailkit._version import __version__

if TYPE_CHECKING:
    from mailkit.aio import AsyncMailKit
    from mailkit.compose import Attachment, Draft, Template, Unsubscribe, forward, reply
    from mailkit.config import Account, ImapServer, OAuth2, Password, SmtpServer
    from mailkit.content import read
    from mailkit.errors import MailkitError
    from mailkit.events import (
        Event,
        MessageBounced,
        MessageQuarantined,
        MessageReceived,
        MessageRefused,
        MessageSent,
        MessageUncertain,
        ThreadLinked,
        ThreadMerged,
        ThreadUnlinked,
    )
    from mailkit.kit import MailKit
    from mailkit.message import Message, parse
    from mailkit.words import (
        Decision,
        Direction,
        Envelope,
        Limits,
        Link,
        RawMail,
        Receipt,
        Record,
        Role,
        Source,
        Stored,
        Trust,
        TrustLevel,
        Verdict,
        VerdictState,
    )

_HOMES = {
    "mailkit.aio": ("AsyncMailKit",),
    "mailkit.compose": ("Attachment", "Draft", "Template", "Unsubscribe", "forward", "reply"),
    "mailkit.config": ("Account", "ImapServer", "OAuth2", "Password", "SmtpServer"),
    "mailkit.content": ("read",),
    "mailkit.errors": ("MailkitError",),
    "mailkit.events": (
        "Event",
        "MessageBounced",
        "MessageQuarantined",
        "MessageReceived",
        "MessageRefused",
        "MessageSent",
        "MessageUncertain",
        "ThreadLinked",
        "ThreadMerged",
        "ThreadUnlinked",
    ),
    "mailkit.kit": ("MailKit",),
    "mailkit.message": ("Message", "parse"),
    "mailkit.words": (
        "Decision",
        "Direction",
        "Envelope",
        "Limits",
        "Link",
        "RawMail",
        "Receipt",
        "Record",
        "Role",
        "Source",
        "Stored",
        "Trust",
        "TrustLevel",
        "Verdict",
        "VerdictState",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Account",
    "AsyncMailKit",
    "Attachment",
    "Decision",
    "Direction",
    "Draft",
    "Envelope",
    "Event",
    "ImapServer",
    "Limits",
    "Link",
    "MailKit",
    "MailkitError",
    "Message",
    "MessageBounced",
    "MessageQuarantined",
    "MessageReceived",
    "MessageRefused",
    "MessageSent",
    "MessageUncertain",
    "OAuth2",
    "Password",
    "RawMail",
    "Receipt",
    "Record",
    "Role",
    "SmtpServer",
    "Source",
    "Stored",
    "Template",
    "ThreadLinked",
    "ThreadMerged",
    "ThreadUnlinked",
    "Trust",
    "TrustLevel",
    "Unsubscribe",
    "Verdict",
    "VerdictState",
    "__version__",
    "forward",
    "parse",
    "read",
    "reply",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'mailkit' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
