"""Enhanced status codes (RFC 3463) on every reply, as a server that offers ENHANCEDSTATUSCODES owes them (RFC 2034)."""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?:\s|$)")
_USUAL = {
    "451": "4.3.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "552": "5.3.4",
    "554": "5.5.1",
}


def enhanced(reply: str) -> str:
    """A reply of one line with its enhanced code, the usual one if it has none. Others as they are."""
    code, separator, text = reply[:3], reply[3:4], reply[4:]
    if code[:1] not in ("2", "4", "5") or separator != " " or "\n" in reply or _ENHANCED.match(text):
        return reply
    return f"{code} {_USUAL.get(code, code[0] + '.0.0')} {text}"
