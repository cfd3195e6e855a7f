"""Postfix: submission with STARTTLS or implicit TLS, logins checked by Dovecot, mail for ``DOMAIN`` to Dovecot by LMTP.

Mail for other domains is accepted from those who logged in, and discarded; that for ``BOUNCING`` goes to a
server that refuses it, and comes back. The recipients in ``REPLIES`` get that answer. Only root can run it.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailkit.testing import certs
from support.servers.dovecot import Dovecot
from support.servers.process import HERE, Program, free_port, running

DOMAIN = "mail.example"
MAX_MESSAGE_BYTES = 10_000_000
MAX_RECIPIENTS = 20
#: Mail for this domain is accepted and comes back.
BOUNCING = "bouncing.example"
REPLIES = {
    f"unknown@{DOMAIN}": "550 5.1.1 No such user here",
    f"full@{DOMAIN}": "452 4.2.2 Mailbox full",
    f"greylisted@{DOMAIN}": "450 4.7.1 Come back later",
}

_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
myhostname = mail.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
relay_domains = {domain}
transport_maps = inline:{{ {{ {bouncing} = smtp:[127.0.0.1]:{elsewhere} }} }}
relay_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = discard:
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
smtputf8_enable = yes
message_size_limit = {size}
smtpd_recipient_limit = {recipients}
smtpd_recipient_overshoot_limit = 1
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{ {replies} }}, permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_tls_auth_only = yes
smtpd_tls_security_level = may
smtpd_tls_chain_files = {home}/server.pem
smtp_tls_security_level = none
lmtp_tls_security_level = none
"""

_MASTER = """
127.0.0.1:{submission} inet n - n - 100 smtpd
127.0.0.1:{submissions} inet n - n - 100 smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{elsewhere} inet n - n - 10 smtpd -o myhostname=mx.{bouncing}
  -o {{ smtpd_relay_restrictions = check_recipient_access static:{{550 5.1.1 Nobody of that name}}, reject }}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running Postfix: its ports on 127.0.0.1 (STARTTLS, implicit TLS), and the CA of its certificate."""

    version: str
    home: Path
    ca_file: Path
    submission: int
    submissions: int


@contextmanager
def postfix_running(program: Program, dovecot: Dovecot) -> Iterator[Postfix]:
    """A Postfix while the block runs."""
    ports = {name: free_port() for name in ("submission", "submissions")}
    elsewhere = free_port()

    def answers() -> None:
        # smtpd that does not like its configuration accepts connections and says nothing.
        with socket.create_connection(("127.0.0.1", ports["submission"]), 5) as sock:
            if not sock.recv(100).startswith(b"220"):
                raise OSError("no greeting")

    def configure(home: Path) -> list[str]:
        return _configure(home, program, {**ports, "lmtp": dovecot.lmtp, "auth": dovecot.auth, "elsewhere": elsewhere})

    with running(program, configure, answers) as home:
        yield Postfix(version=program.version(), home=home, ca_file=certs.authority().ca_file, **ports)


def _configure(home: Path, program: Program, ports: dict[str, int]) -> list[str]:
    for name in ("etc", "spool", "data"):
        (home / name).mkdir(mode=0o755)
    os.chown(home / "data", program.uid("postfix"), -1)
    key = home / "server.pem"
    key.touch(mode=0o600)
    shutil.copyfile(certs.authority().pem_file(), key)
    values = {
        **ports,
        "home": home,
        "domain": DOMAIN,
        "bouncing": BOUNCING,
        "size": MAX_MESSAGE_BYTES,
        "recipients": MAX_RECIPIENTS,
        "replies": ", ".join(f"{{ {address} = {reply} }}" for address, reply in REPLIES.items()),
    }
    (home / "etc/main.cf").write_text(_MAIN.format_map(values))
    (home / "etc/master.cf").write_text(_MASTER.format_map(values))
    return ["sh", str(HERE / "postfix.sh"), str(home / "etc")]
