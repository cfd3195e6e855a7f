"""Microsoft 365 / Exchange Online."""

from __future__ import annotations

from datetime import date

from .base import Endpoint, Policy, Provider

PROVIDER = Provider(
    name="microsoft365",
    title="Microsoft 365 / Exchange Online",
    aliases=("office365", "outlook", "m365", "exchange-online"),
    imap=Endpoint("outlook.office365.com", 993, "implicit"),
    smtp=Endpoint("smtp.office365.com", 587, "starttls"),
    hosts=("outlook.office365.com", "smtp.office365.com", "outlook.office.com", ".mail.protection.outlook.com"),
    requires_oauth=True,
    oauth_mechanism="xoauth2",
    oauth_scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    saves_sent=True,
    sent_delay=120.0,
    rewrites_message_id=True,
    exact_size=False,
    # Began to be announced after login in September 2026 and breaks SEARCH and LSUB (jstedfast/MailKit#2016).
    avoid=frozenset({"IMAP4REV2", "BACKENDAUTHENTICATE-IR"}),
    max_command_bytes=8000,
    connections=16,
    messages_per_minute=30,
    recipients_per_day=10_000,
    policies=(
        Policy(date(2024, 9, 16), "Personal outlook.com accounts: OAuth 2.0 only.", "press"),
        Policy(
            date(2026, 9, 1),
            "IMAP4rev2 appears in the capabilities after login and is faulty.",
            "jstedfast/MailKit#2016",
        ),
        Policy(
            date(2026, 10, 1),
            "EWS blocked unless EWSEnabled is set and the application is on the allow list.",
            "MC1227454",
        ),
        Policy(
            date(2026, 12, 31),
            "SMTP AUTH with a password off by default for existing tenants (an admin may switch it on); "
            "new tenants without it. Refusal: 550 5.7.30.",
            "MC786329, 2026-01-27",
        ),
        Policy(date(2027, 4, 1), "EWS is gone.", "MC1227454 and press"),
        Policy(
            None, "The last day of SMTP AUTH with a password is to be announced in the second half of 2027.", "MC786329"
        ),
    ),
    read_on=date(2026, 11, 1),
    sources=(
        "learn.microsoft.com",
        "MC786329",
        "MC1227454",
        "jstedfast/MailKit ExchangeOAuth2.md",
        "EmailEngine changelog",
    ),
)
