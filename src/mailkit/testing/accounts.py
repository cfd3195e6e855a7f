"""A ``mailkit.Account`` for a user of a test server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mailkit.config import Account, ImapServer, OAuth2, Password, SmtpServer

if TYPE_CHECKING:
    from mailkit.testing.server import MailServer
    from mailkit.testing.state import User


def account_for(
    server: MailServer, user: User, name: str | None, token_provider: str | Callable[[], str] | None
) -> Account:
    """Both servers by name and port, the CA where there is TLS, the password or the token provider."""
    options = server.options
    credentials = OAuth2(token_provider=token_provider) if token_provider else Password(user.password)
    return Account(
        name=name or user.address,
        address=user.address,
        aliases=tuple(sorted(user.aliases)),
        imap=ImapServer(
            host="localhost", port=server.imap_port, tls=options.imap_tls, ca_file=_ca(server, options.imap_tls)
        ),
        smtp=SmtpServer(
            host="localhost",
            port=server.smtp_port,
            tls=options.smtp_tls,
            ca_file=_ca(server, options.smtp_tls),
            local_hostname="client.acme.example",
        ),
        credentials=credentials,
        saves_sent=options.files_sent,
    )


def _ca(server: MailServer, tls: str) -> Path | None:
    return None if tls == "insecure" else server.ca_file
