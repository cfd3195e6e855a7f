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
from support.servers.introspection import PREFIX, introspection
from support.servers.process import Program, free_port, running

PASSWORD = "correct-horse"
NOBODY = 65534

_CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/run
log_path = /dev/stderr
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.pem
ssl_min_protocol = TLSv1.2
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
auth_username_format = %Ln
auth_mechanisms = plain xoauth2 oauthbearer
auth_failure_delay = 0
first_valid_uid = 1
mail_location = mdbox:~/mdbox
mail_fsync = never
mail_max_userip_connections = 1000
default_vsz_limit = 1G
login_greeting = ready
service anvil {{
  chroot =
  # No answer to this listener's questions means no delay after wrong passwords, which all come from one address here.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = create
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%n allow_all_users=yes
}}
"""

_OAUTH2 = """
introspection_mode = auth
introspection_url = http://127.0.0.1:{introspection}/introspect?token=
username_attribute = username
active_attribute = active
active_value = true
"""


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
    (home / "oauth2.conf").write_text(_OAUTH2.format_map(ports))
    values = {**ports, **users, "home": home, "password": PASSWORD}
    (home / "dovecot.conf").write_text(_CONFIGURATION.format_map(values))
    return ["dovecot", "-F", "-c", str(home / "dovecot.conf")]


def _names() -> tuple[str, str]:
    import grp
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
