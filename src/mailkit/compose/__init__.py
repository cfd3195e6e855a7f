"""Writing messages: Draft and Attachment, compose(), reply(), forward(), and signed Message-IDs (``compose.token``).

Importing this package loads neither the standard library's ``email`` nor the address validator.
"""

from __future__ import annotations

from mailkit.compose.answer import forward, reply
from mailkit.compose.composing import compose
from mailkit.compose.draft import Attachment, Composed, Draft, fingerprint
from mailkit.compose.invite import Meeting, answer_invitation
from mailkit.compose.templates import Template
from mailkit.compose.unsubscribe import Unsubscribe

__all__ = [
    "Attachment",
    "Composed",
    "Draft",
    "Meeting",
    "Template",
    "Unsubscribe",
    "answer_invitation",
    "compose",
    "fingerprint",
    "forward",
    "reply",
]
