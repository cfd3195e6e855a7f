"""The grounds on which the contract is tested: the in-process servers, and Dovecot and Postfix."""

from __future__ import annotations

import imaplib
import socket
import ssl
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mailkit.config import Account, ImapServer, OAuth2, Password, SmtpServer
from mailkit.mailbox import ImapMailbox
from mailkit.testing import MailServer
from mailkit.words import Limits
from support.servers.dovecot import PASSWORD, Dovecot
from support.servers.postfix import DOMAIN, MAX_MESSAGE_BYTES, MAX_RECIPIENTS, REPLIES, Postfix

Tls = Literal["implicit", "starttls"]
OTHER: dict[Tls, Tls] = {"implicit": "starttls", "starttls": "implicit"}


@dataclass(frozen=True)
class User:
    """Somebody with a mailbox. Nobody else has this name."""

    address: str
    password: str
    token: str


@dataclass(frozen=True)
class Ground:
    """Servers to test on. ``imap`` and ``smtp`` are ports on 127.0.0.1 by the way they speak TLS."""

    name: str
    ca_file: Path
    imap: dict[Tls, int]
    smtp: dict[Tls, int]
    enter: Callable[[User], None]
    token_of: Callable[[str], str]

    def user(self, name: str = "ana") -> User:
        """A new user, with empty folders."""
        address = f"{name}-{uuid.uuid4().hex[:12]}@{DOMAIN}"
        made = User(address, PASSWORD, self.token_of(address))
        self.enter(made)
        return made

    def account(self, user: User, *, tls: Tls = "implicit", credentials: Password | OAuth2 | None = None) -> Account:
        """The user's account. IMAP speaks TLS in that way, SMTP in the other: so both are met in either."""
        smtp = None
        if self.smtp:
            other = OTHER[tls]
            smtp = SmtpServer(
                host="localhost",
                port=self.smtp[other],
                tls=other,
                ca_file=self.ca_file,
                local_hostname="client.acme.example",
            )
        return Account(
            name=user.address,
            address=user.address,
            imap=ImapServer(host="localhost", port=self.imap[tls], tls=tls, ca_file=self.ca_file, read_timeout=20),
            smtp=smtp,
            credentials=credentials or Password(user.password),
            saves_sent=False,
        )

    def tls_context(self) -> ssl.SSLContext:
        """What a client that trusts the ground's CA uses."""
        return ssl.create_default_context(cafile=self.ca_file)

    @contextmanager
    def other_client(self, user: User, folder: str | None = "INBOX", tls: Tls = "implicit") -> Iterator[imaplib.IMAP4]:
        """Another client of the user, with that folder open: the standard library's, nothing of ours."""
        client: imaplib.IMAP4
        if tls == "implicit":
            client = imaplib.IMAP4_SSL("localhost", self.imap[tls], ssl_context=self.tls_context(), timeout=20)
        else:
            client = imaplib.IMAP4("localhost", self.imap[tls], timeout=20)
            client.starttls(self.tls_context())
        try:
            client.login(user.address, user.password)
            if folder is not None:
                assert client.select(f'"{folder}"')[0] == "OK"
            yield client
        finally:
            client.logout()

    def connect(self, port: int, *, secure: bool) -> socket.socket:
        """A bare connection, inside TLS or not."""
        sock = socket.create_connection(("127.0.0.1", port), 20)
        return self.tls_context().wrap_socket(sock, server_hostname="localhost") if secure else sock


@dataclass
class Mailboxes:
    """Opens mailboxes of ours on a ground and closes them."""

    ground: Ground
    _stack: ExitStack = field(default_factory=ExitStack)

    def open(self, user: User, folder: str | None = "INBOX", *, readonly: bool = True, **more: Limits) -> ImapMailbox:
        """A connected mailbox with that folder open."""
        mailbox = self._stack.enter_context(ImapMailbox(self.ground.account(user), **more))
        if folder is not None:
            mailbox.select(folder, readonly=readonly)
        return mailbox

    def close(self) -> None:
        self._stack.close()


def in_process_ground() -> tuple[Ground, ExitStack]:
    """The in-process servers, one for each way of TLS; a user has a mailbox on both."""
    limits = {"max_message_bytes": MAX_MESSAGE_BYTES, "max_recipients": MAX_RECIPIENTS}
    servers: dict[Tls, MailServer] = {
        tls: MailServer(tls=tls, smtp_tls=OTHER[tls], **limits) for tls in ("implicit", "starttls")
    }
    stack = ExitStack()
    for server in servers.values():
        stack.enter_context(server)
        for address, reply in REPLIES.items():
            server.reply_to_recipient(address, reply)

    def enter(user: User) -> None:
        for server in servers.values():
            server.add_user(user.address, user.password, token=user.token)

    ground = Ground(
        name="in-process",
        ca_file=servers["implicit"].ca_file,
        imap={tls: server.imap_port for tls, server in servers.items()},
        smtp={OTHER[tls]: server.smtp_port for tls, server in servers.items()},
        enter=enter,
        token_of=lambda address: f"token-of-{address}",
    )
    return ground, stack


def real_ground(dovecot: Dovecot, postfix: Postfix | None) -> Ground:
    """Dovecot, and Postfix where sending is tested."""
    return Ground(
        name="real",
        ca_file=dovecot.ca_file,
        imap={"implicit": dovecot.imaps, "starttls": dovecot.imap},
        smtp={"implicit": postfix.submissions, "starttls": postfix.submission} if postfix else {},
        enter=lambda user: None,  # every name is a user there
        token_of=dovecot.token,
    )
