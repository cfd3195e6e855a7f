"""``python -m mailkit.testing``: the in-process servers, to try an application against by hand, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from urllib.parse import quote

from mailkit.errors import MailkitError
from mailkit.testing.server import HOST, MailServer

_MODES = {"implicit": "TLS from the first byte", "starttls": "STARTTLS", "insecure": "plain text"}
_ABOUT = """\
Start an IMAP and an SMTP server on this machine, with empty mailboxes, and print how to reach them.
What is sent to one of the users arrives in that user's INBOX; nothing leaves the machine, nothing is kept.
"""


def main(args: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; the exit code."""
    given = _parser().parse_args(args)
    users: list[str] = given.users or ["ana@acme.example", "bo@client.example"]
    server = MailServer(tls=given.tls, imap_port=given.imap_port, smtp_port=given.smtp_port)
    try:
        for address in users:
            server.add_user(address, given.password)
        server.start()
    except (MailkitError, OSError, ValueError) as error:
        print(f"mailkit.testing: {error}", file=sys.stderr)
        return 2
    # A pipe, because nothing that takes a lock may be called in a signal handler.
    reading, writing = os.pipe()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.write(writing, b"."))
    print("\n".join(_words(server, users, given.password)), flush=True)
    os.read(reading, 1)
    server.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m mailkit.testing", description=_ABOUT)
    parser.add_argument("users", nargs="*", metavar="ADDRESS", help="default: ana@acme.example bo@client.example")
    parser.add_argument("--password", default="secret", help="the password of each (default: secret)")
    parser.add_argument("--tls", choices=("implicit", "starttls", "insecure"), default="implicit")
    parser.add_argument("--imap-port", type=int, default=0, help="default: a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="default: a free one")
    return parser


def _words(server: MailServer, users: Sequence[str], password: str) -> list[str]:
    """Where the servers are, and for each user the URL that ``Account.from_url`` reads."""
    tls = server.options.imap_tls
    lines = [f"IMAP  {HOST}:{server.imap_port}  {_MODES[tls]}", f"SMTP  {HOST}:{server.smtp_port}  {_MODES[tls]}"]
    if tls != "insecure":
        lines.append(f"CA    {server.ca_file}")
    return [*lines, *(f"URL   {_url(server, user, password)}" for user in users), "Ctrl-C ends them."]


def _url(server: MailServer, user: str, password: str) -> str:
    secure = "s" if server.options.imap_tls == "implicit" else ""
    url = f"imap{secure}://{quote(user, safe='')}:{quote(password, safe='')}@localhost:{server.imap_port}/"
    url += f"?smtp=smtp{secure}://localhost:{server.smtp_port}"
    if server.options.imap_tls == "insecure":
        return f"{url}&tls=insecure&smtp_tls=insecure"
    return f"{url}&ca_file={quote(str(server.ca_file))}"


if __name__ == "__main__":
    sys.exit(main())
