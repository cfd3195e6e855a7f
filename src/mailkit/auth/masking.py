"""Secrets out of a server's words. PURE.

Some servers repeat what they were sent when they refuse it. Their words go into errors, logs and the outbox's rows.
"""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

from mailkit.errors import MailkitError

MASK = "***"
#: A shorter secret would blank half of a sentence, and is none.
_SHORTEST = 3
_AROUND = "\"'`<>()[]{}.,;:!?"

E = TypeVar("E", bound=MailkitError)


def masked(text: str, *secrets: str) -> str:
    """The text without the secrets: plain, as in a quoted string, as Python shows them, and inside base64 words."""
    known = [secret for secret in secrets if len(secret) >= _SHORTEST]
    for secret in known:
        escaped = secret.replace("\\", "\\\\")
        for form in (escaped.replace('"', '\\"'), escaped, secret):
            text = text.replace(form, MASK)
    return " ".join(MASK if _holds(word, known) else word for word in text.split(" ")) if known else text


def _holds(word: str, secrets: list[str]) -> bool:
    core = word.strip(_AROUND).rstrip("=")
    if len(core) < _SHORTEST or not core.isascii():
        return False
    try:
        plain = base64.b64decode(core + "=" * (-len(core) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(secret.encode("utf-8", "replace") in plain for secret in secrets)


def without(error: E, *secrets: str) -> E:
    """The same error, its text without the secrets. Raise it ``from None``: what caused it may hold them too."""
    error.message = masked(error.message, *secrets)
    error.args = (error.message, *error.args[1:])
    reply = getattr(error, "reply", None)
    if isinstance(reply, str):
        error.reply = masked(reply, *secrets)  # type: ignore[attr-defined]
    return error
