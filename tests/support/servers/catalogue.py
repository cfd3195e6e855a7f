"""What is known of each server that the tests can run: Debian's packages, and how to see whether it is there.

Adding a server is one entry here and one module that writes its configuration and starts it:
docs/how-to/test-servers.md. Standard library only: ``make servers`` runs before there is a virtual environment.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TREES = ROOT / ".servers"


@dataclass(frozen=True)
class Server:
    """One server program.

    ``packages`` are unpacked with those that they depend on and the machine lacks, except ``without`` (large, and
    not needed for what the tests do). ``program`` is what runs, below ``/``; a star stands for a version.
    ``accounts`` are users (each with a group) and ``groups`` more groups that the server wants to exist; they are made
    in a private copy of passwd and group, where the server runs from its tree. ``needs_root`` says why only root can
    run it, ``stop`` is the signal that ends it. Where the server is installed, ``installed_first`` takes that and
    fetches nothing: for servers that do not exclude others.
    """

    name: str
    packages: tuple[str, ...]
    program: str
    version: tuple[str, ...]
    accounts: tuple[tuple[str, int], ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    without: tuple[str, ...] = ()
    needs_root: str = ""
    installed_first: bool = False
    stop: signal.Signals = signal.SIGTERM

    @property
    def installed(self) -> bool:
        """Whether this machine has it."""
        return any(Path("/").glob(self.program))


SERVERS = {
    server.name: server
    for server in (
        Server(
            name="dovecot",
            packages=("dovecot-core", "dovecot-imapd", "dovecot-pop3d", "dovecot-lmtpd"),
            program="usr/sbin/dovecot",
            version=("dovecot", "--version"),
            accounts=(("dovecot", 64911), ("dovenull", 64912)),
        ),
        Server(
            name="postfix",
            packages=("postfix",),
            program="usr/sbin/postfix",
            version=("postconf", "-d", "-h", "mail_version"),
            accounts=(("postfix", 64901),),
            groups=(("postdrop", 64902),),
            needs_root="it gives up its rights to users of its own, which only root can do",
        ),
        Server(
            name="postgresql",
            packages=("postgresql",),
            program="usr/lib/postgresql/*/bin/initdb",
            version=("usr/lib/postgresql/*/bin/postgres", "--version"),
            accounts=(("postgres", 64921),),
            without=("libllvm*", "libpq-dev", "ssl-cert", "cron", "logrotate", "ucf"),
            installed_first=True,
            stop=signal.SIGINT,
        ),
        Server(
            name="pgbouncer",
            packages=("pgbouncer",),
            program="usr/sbin/pgbouncer",
            version=("pgbouncer", "--version"),
            accounts=(("pgbouncer", 64931),),
            without=("postgresql*", "libpq*", "lsb-base", "ssl-cert", "libjson-perl", "libperl*", "perl*", "ucf"),
            stop=signal.SIGINT,
        ),
    )
}
