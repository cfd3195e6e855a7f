"""Sendmail and other plain mail transfer agents: submission only, mail is read elsewhere."""

from __future__ import annotations

from datetime import date

from .base import Endpoint, Policy, Provider

PROVIDER = Provider(
    name="sendmail",
    title="Sendmail (SMTP submission only)",
    aliases=("mta", "postfix"),
    imap=None,
    smtp=Endpoint("", 587, "starttls"),
    saves_sent=False,
    policies=(
        Policy(
            None,
            "Submission answers 'queued': later failures arrive only as delivery status notifications.",
            "Sendmail 8.10/8.11 release notes",
        ),
    ),
    read_on=date(2026, 11, 1),
    sources=("Sendmail release notes",),
)
