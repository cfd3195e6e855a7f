"""Any server that follows the standards: the application gives the hosts."""

from __future__ import annotations

from datetime import date

from .base import Endpoint, Provider

PROVIDER = Provider(
    name="generic",
    title="Any IMAP and SMTP server",
    aliases=("imap", "other"),
    imap=Endpoint("", 993, "implicit"),
    smtp=Endpoint("", 587, "starttls"),
    saves_sent=False,
    max_command_bytes=8000,  # RFC 7162 section 4 asks clients to stay below 8192
    connections=5,
    read_on=date(2026, 11, 1),
    sources=("RFC 9051", "RFC 8314", "RFC 7162 section 4"),
)
