"""Reading mail: the ``MailboxClient`` protocol and its IMAP implementation.

``ImapMailbox`` and ``open_mailbox`` are imported at the first use: imapclient and ssl are not needed to speak of
folders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Fetched, FlagState, FolderInfo, FolderState, MailboxClient
from .roles import assign, role_by_attributes, role_by_name

if TYPE_CHECKING:
    from .imap import ImapMailbox, open_mailbox

__all__ = [
    "Fetched",
    "FlagState",
    "FolderInfo",
    "FolderState",
    "ImapMailbox",
    "MailboxClient",
    "assign",
    "open_mailbox",
    "role_by_attributes",
    "role_by_name",
]


def __getattr__(name: str) -> object:
    if name in ("ImapMailbox", "open_mailbox"):
        from . import imap

        return getattr(imap, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
