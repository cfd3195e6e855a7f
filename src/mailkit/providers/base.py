"""What a provider is: the facts about one mail system that a client must know before it connects.

A provider is data, not code. Everything here ages, so each provider says when its facts were read and from
where, and what is announced to change carries its date (``Policy``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

TlsMode = Literal["implicit", "starttls", "insecure"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server: host, port and how TLS starts. An empty host means that the application must give it."""

    host: str
    port: int
    tls: TlsMode


@dataclass(frozen=True, slots=True)
class Policy:
    """Something the provider changed or announced. ``on`` is the day it takes effect, None where no day was given."""

    on: date | None
    what: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The facts about one mail system. Sizes in bytes, times in seconds.

    Attributes:
        name: the name that an application writes: ``gmail``, ``microsoft365`` …
        title: the name that people read.
        aliases: other names for ``get``.
        imap: where to read mail, None when the system has no IMAP.
        smtp: where to send mail.
        hosts: host names, or domains of hosts with a leading dot, by which ``for_host`` knows the system.
        requires_oauth: passwords are refused; OAuth 2.0 only.
        oauth_mechanism: the SASL mechanism to prefer with a token.
        oauth_scopes: what a token must allow for IMAP and SMTP.
        app_password: passwords must be made for the application ("app password", "passcode").
        login_command: authenticate by ``LOGIN`` rather than ``AUTHENTICATE PLAIN`` (Exchange needs it for shared
            mailboxes, ``DOMAIN\\user\\alias``).
        saves_sent: the server itself files what is sent over SMTP in Sent. Only then does absence from Sent prove
            anything.
        sent_delay: how long the server may take to file it, seconds.
        rewrites_message_id: the Message-ID of a sent mail may be replaced at submission.
        exact_size: RFC822.SIZE is the true number of bytes, not an estimate.
        labels: folders are labels: one message shows in several, "All Mail" holds each once.
        enable: extensions to ENABLE after login, where the server offers them.
        avoid: capabilities that the server announces and does not honour.
        max_command_bytes: longest command line that the server takes.
        connections: most simultaneous connections of one account.
        idle_renew: renew IDLE after this many seconds.
        messages_per_minute, recipients_per_day: sending limits, None where none was found.
        policies: what changed or will change.
        read_on: the day these facts were read.
        sources: where they were read.
    """

    name: str
    title: str
    imap: Endpoint | None
    smtp: Endpoint | None
    read_on: date
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    requires_oauth: bool = False
    oauth_mechanism: Literal["xoauth2", "oauthbearer"] | None = None
    oauth_scopes: tuple[str, ...] = ()
    app_password: bool = False
    login_command: bool = False
    saves_sent: bool = False
    sent_delay: float = 0.0
    rewrites_message_id: bool = False
    exact_size: bool = True
    labels: bool = False
    enable: tuple[str, ...] = ()
    avoid: frozenset[str] = frozenset()
    max_command_bytes: int = 8000
    connections: int = 10
    idle_renew: float = 25 * 60.0
    messages_per_minute: int | None = None
    recipients_per_day: int | None = None
    policies: tuple[Policy, ...] = ()
