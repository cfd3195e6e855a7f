"""Zimbra Collaboration."""

from __future__ import annotations

from datetime import date

from .base import Endpoint, Policy, Provider

PROVIDER = Provider(
    name="zimbra",
    title="Zimbra",
    imap=Endpoint("", 993, "implicit"),
    smtp=Endpoint("", 587, "starttls"),
    app_password=False,
    saves_sent=False,
    max_command_bytes=8000,
    connections=10,
    idle_renew=25 * 60.0,
    policies=(
        Policy(
            None,
            "The same command repeated quickly is throttled (imap_throttle_command_limit, 25 by default).",
            "ImapCommandThrottle in the source",
        ),
        Policy(None, "With two-factor authentication an application passcode is needed.", "Zimbra documentation"),
    ),
    read_on=date(2026, 11, 1),
    sources=("Zimbra open source, 2024-10: ImapHandler, ImapCommandThrottle",),
)
