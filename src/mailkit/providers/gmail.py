"""Gmail and Google Workspace."""

from __future__ import annotations

from datetime import date

from .base import Endpoint, Policy, Provider

PROVIDER = Provider(
    name="gmail",
    title="Gmail / Google Workspace",
    aliases=("workspace", "google", "google-workspace", "googlemail"),
    imap=Endpoint("imap.gmail.com", 993, "implicit"),
    smtp=Endpoint("smtp.gmail.com", 465, "implicit"),
    hosts=("imap.gmail.com", "smtp.gmail.com", "imap.googlemail.com", "smtp.googlemail.com", "smtp-relay.gmail.com"),
    oauth_mechanism="xoauth2",
    oauth_scopes=("https://mail.google.com/",),
    app_password=True,
    saves_sent=True,
    sent_delay=60.0,
    labels=True,
    max_command_bytes=8000,
    connections=15,
    idle_renew=9 * 60.0,
    recipients_per_day=2000,
    policies=(
        Policy(
            date(2024, 9, 30),
            "Workspace: log-in with the account's own password ended (some sources).",
            "Workspace help",
        ),
        Policy(
            date(2025, 5, 1),
            "Log-in with the account's own password ended everywhere; app passwords need 2-step.",
            "Workspace help",
        ),
        Policy(None, "An app password is revoked when the account's password changes.", "Google account help"),
        Policy(None, "Refresh tokens of an OAuth client in testing status die after 7 days.", "Nylas documentation"),
        Policy(None, "Daily transfer: 2,500 MB IMAP download, 500 MB upload.", "mirrors of Workspace help"),
    ),
    read_on=date(2026, 11, 1),
    sources=(
        "MailKit (.NET) IMAP transcripts",
        "EmailEngine changelog",
        "Nylas documentation",
        "Workspace help mirrors",
    ),
)
