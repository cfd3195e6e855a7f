"""Yahoo! Mail."""

from __future__ import annotations

from datetime import date

from .base import Endpoint, Policy, Provider

PROVIDER = Provider(
    name="yahoo",
    title="Yahoo! Mail",
    aliases=("ymail", "yahoo-mail"),
    imap=Endpoint("imap.mail.yahoo.com", 993, "implicit"),
    smtp=Endpoint("smtp.mail.yahoo.com", 465, "implicit"),
    hosts=("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    oauth_mechanism="oauthbearer",
    app_password=True,
    saves_sent=True,
    sent_delay=60.0,
    # Without it a folder above the server's limit shows only its newest part (RFC 9586, RFC 9738).
    enable=("UIDONLY",),
    max_command_bytes=1000,
    connections=5,
    idle_renew=3 * 60.0,
    policies=(
        Policy(None, "An OAuth client needs approval and a commercial agreement.", "Nylas documentation"),
        Policy(
            None,
            "Limited mode shows part of a large folder (MESSAGELIMIT=1000) unless UIDONLY is enabled.",
            "senders.yahooinc.com",
        ),
    ),
    read_on=date(2026, 11, 1),
    sources=("senders.yahooinc.com", "jstedfast/MailKit", "ietf imap-proto #198"),
)
