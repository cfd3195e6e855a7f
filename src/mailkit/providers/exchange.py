"""Microsoft Exchange on the company's own servers (2016, 2019, Subscription Edition)."""

from __future__ import annotations

from datetime import date

from .base import Endpoint, Policy, Provider

PROVIDER = Provider(
    name="exchange",
    title="Exchange Server (on-premises)",
    aliases=("exchange-server", "exchange-onprem"),
    imap=Endpoint("", 993, "implicit"),
    smtp=Endpoint("", 587, "starttls"),
    login_command=True,
    saves_sent=False,
    exact_size=False,  # EnableExactRFC822Size is false by default
    max_command_bytes=10_000,  # MaxCommandSize is 10,240 by default, an admin may set 1,024 to 16,384
    connections=16,
    idle_renew=25 * 60.0,
    policies=(
        Policy(
            None,
            "Bodies are converted on retrieval (BestBodyFormat): digests of bytes and DKIM signatures do not hold.",
            "Set-ImapSettings",
        ),
    ),
    read_on=date(2026, 11, 1),
    sources=("MicrosoftDocs/office-docs-powershell Set-ImapSettings", "jstedfast/MailKit#849"),
)
