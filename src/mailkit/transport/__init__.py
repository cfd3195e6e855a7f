"""Sending: the Transport protocol and its implementations (SMTP, memory, file).

``SmtpTransport`` is imported from ``mailkit.transport.smtp``, so that this package loads without asyncio.
"""

from __future__ import annotations

from mailkit.transport.base import OnData, OnResult, Outgoing, Result, SkipMessage, Transport
from mailkit.transport.file import FileTransport
from mailkit.transport.memory import MemoryTransport

__all__ = [
    "FileTransport",
    "MemoryTransport",
    "OnData",
    "OnResult",
    "Outgoing",
    "Result",
    "SkipMessage",
    "Transport",
]
