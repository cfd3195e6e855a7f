"""Dovecot: IMAP, POP3, LMTP and an authentication port for Postfix, for any user.

Every user name exists, with the password ``PASSWORD`` and the bearer token ``token-of-<name>``; what follows ``@`` is
dropped. Tests take names of their own instead of cleaning up. Plain text logins are refused before TLS.
"""

from __future__ import annotations

import imaplib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailkit.testing import certs
from support.servers import dovecot_conf
from support.servers.introspection import PREFIX, introspection
from support.servers.process import Program, free_port, missing, running

PASSWORD = "correct-horse"
NOBODY = 65534


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot: its ports on 127.0.0.1, and the CA of its certificate."""

    version: str
    home: Path
    ca_file: Path
    imap: int
    imaps: int
    pop3: int
    pop3s: int
    lmtp: int
    auth: int

    @staticmethod
    def token(user: str) -> str:
        """The bearer token of a user."""
        return PREFIX + user.partition("@")[0]


@contextmanager
def dovecot_running(program: Program) -> Iterator[Dovecot]:
    """A Dovecot while the block runs."""
    ports = {name: free_port() for name in ("imap", "imaps", "pop3", "pop3s", "lmtp", "auth")}
    authority = certs.authority()

    def answers() -> None:
        with socket.create_connection(("127.0.0.1", ports["lmtp"]), 5):
            pass
        try:
            imaplib.IMAP4("127.0.0.1", ports["imap"], 5).logout()
        except imaplib.IMAP4.error as error:
            raise OSError(str(error)) from error

    with introspection() as endpoint:

        def configure(home: Path) -> list[str]:
            return _configure(home, program, {**ports, "introspection": endpoint})

        with running(program, configure, answers) as home:
            yield Dovecot(version=program.version(), home=home, ca_file=authority.ca_file, **ports)


def _configure(home: Path, program: Program, ports: dict[str, int]) -> list[str]:
    mail = home / "mail"
    mail.mkdir()
    (home / "run").mkdir(mode=0o755)
    key = home / "server.pem"
    key.touch(mode=0o600)
    shutil.copyfile(certs.authority().pem_file(), key)
    if os.geteuid() == 0:
        # Dovecot's login processes refuse to be root, and are not to share a user with the others.
        os.chown(mail, NOBODY, NOBODY)
        users: dict[str, object] = {"internal": "dovecot", "group": "dovecot", "login": "dovenull"}
        users |= {"uid": NOBODY, "gid": NOBODY}
    else:
        me, group = _names()
        users = {"internal": me, "group": group, "login": me, "uid": os.geteuid(), "gid": os.getegid()}
    values: dict[str, object] = {**ports, **users, "password": PASSWORD}
    main = dovecot_conf.write(home, program.version(), values)
    return ["dovecot", "-F", "-c", str(main)]


def _names() -> tuple[str, str]:
    import grp
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    except KeyError:  # in containers a process may run under any number
        missing(
            "dovecot", f"it wants its user by name, and {os.geteuid()}:{os.getegid()} has none; run as one that has"
        )
