"""The facade: an IMAP and an SMTP server in this process, on 127.0.0.1, with users, mail, and faults on order.

    with MailServer() as server:
        server.add_user("ana@acme.example", "secret")
        server.folder("ana@acme.example").add(raw)
        ...                                     # the application talks to server.imap_port and server.smtp_port
        assert server.sent[0].envelope.recipients == ("bo@client.example",)

Mail sent to a local user arrives in that user's INBOX. All methods may be called from any thread while the server runs;
state outlives ``stop`` and ``restart``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mailkit.testing import certs
from mailkit.testing.faults import Faults, Service
from mailkit.testing.service import Listener, LoopThread, Options, SeenCommand, SentMail, Setup, Tls
from mailkit.testing.state import Folder, User
from mailkit.words import Envelope

if TYPE_CHECKING:
    from mailkit.config import Account

HOST = "127.0.0.1"


class FolderHandle:
    """One folder of one user, as a test sees it."""

    def __init__(self, setup: Setup, user: User, name: str) -> None:
        self._setup = setup
        self._user = user
        self._name = name

    @property
    def _folder(self) -> Folder:
        return self._user.folder(self._name)

    def add(self, raw: bytes, flags: Iterable[str] = (), date: datetime | None = None) -> int:
        """Put a mail into the folder as it is. ``date`` is INTERNALDATE, now unless given. Returns its UID."""
        with self._setup.state.lock:
            return self._folder.add(raw, flags, date).uid

    def uids(self) -> list[int]:
        """The UIDs that are there, ascending."""
        with self._setup.state.lock:
            return list(self._folder.mails)

    def raw(self, uid: int) -> bytes:
        """The bytes of a mail. Raises KeyError."""
        with self._setup.state.lock:
            return self._folder.mails[uid].raw

    def flags(self, uid: int) -> frozenset[str]:
        """The flags of a mail. Raises KeyError."""
        with self._setup.state.lock:
            return self._folder.mails[uid].flags

    def set_flags(self, uid: int, flags: Iterable[str]) -> None:
        """Replace the flags of a mail, as another client would. Raises KeyError."""
        with self._setup.state.lock:
            self._folder.set_flags(uid, flags)

    def expunge(self, *uids: int) -> None:
        """Remove mails, as another client would."""
        with self._setup.state.lock:
            self._folder.expunge(uids)

    @property
    def uidvalidity(self) -> int:
        """The folder's UIDVALIDITY."""
        return self._folder.uidvalidity

    @property
    def uidnext(self) -> int:
        """The UID that the next mail gets."""
        return self._folder.uidnext

    def change_uidvalidity(self) -> int:
        """Rebuild the folder: same mails, UIDs from 1, a new UIDVALIDITY; sessions in it are closed. Returns it."""
        with self._setup.state.lock:
            self._folder.renumber(self._setup.state.next_uidvalidity())
            return self._folder.uidvalidity


class MailServer:
    """An IMAP and an SMTP server in a background thread. Use it as a context manager, or call start and stop.

    Args:
        tls: ``"implicit"`` (TLS from the first byte), ``"starttls"`` (no login without it) or ``"insecure"``.
        smtp_tls: the same for SMTP, where it differs.
        imap_port, smtp_port: fixed ports; 0 takes free ones, which are then kept over a restart.
        without: IMAP capabilities that this server does not have; their commands answer BAD.
        files_sent: the server files what it accepts in the sender's Sent folder, as Gmail does.
        sent_delay: seconds until it is there.
        rewrite_message_id: Message-ID is replaced; the new one is in the final reply, as at Microsoft 365.
        require_auth: MAIL without AUTH answers 530.
        max_message_bytes: SMTP's SIZE, and the largest literal that IMAP takes.
        max_recipients: of one mail; more answer 452.
        max_command_bytes: a longer IMAP command line is BAD (Exchange: 10,240).
        max_connections: logins of one user at a time, IMAP and SMTP each (Gmail: 15); None: any number.
        keywords: False refuses IMAP flags of one's own, as Microsoft 365 does.
        size_error: RFC822.SIZE is off by so many bytes (Exchange estimates it).
        search_limit: SEARCH tells only the newest so many (Yahoo: 1,000); None: all.

    Raises:
        MissingExtraError: when it starts and aiosmtpd is not installed.
    """

    def __init__(
        self,
        *,
        tls: Tls = "implicit",
        smtp_tls: Tls | None = None,
        imap_port: int = 0,
        smtp_port: int = 0,
        without: Iterable[str] = (),
        files_sent: bool = False,
        sent_delay: float = 0.0,
        rewrite_message_id: bool = False,
        require_auth: bool = True,
        max_message_bytes: int = Options().max_message_bytes,
        max_recipients: int = Options().max_recipients,
        max_command_bytes: int = Options().max_command_bytes,
        max_connections: int | None = None,
        keywords: bool = True,
        size_error: int = 0,
        search_limit: int | None = None,
    ) -> None:
        self.options: Options = Options(
            imap_tls=tls,
            smtp_tls=smtp_tls or tls,
            without=frozenset(name.upper() for name in without),
            files_sent=files_sent,
            sent_delay=sent_delay,
            rewrite_message_id=rewrite_message_id,
            require_auth=require_auth,
            max_message_bytes=max_message_bytes,
            max_recipients=max_recipients,
            max_command_bytes=max_command_bytes,
            max_connections=max_connections,
            keywords=keywords,
            size_error=size_error,
            search_limit=search_limit,
        )
        self._setup = Setup(self.options)
        self._thread = LoopThread()
        self._imap: Listener | None = None
        self._smtp: Listener | None = None
        self._ports = (imap_port, smtp_port)
        self._running = False
        self._turns = threading.RLock()  # a test may pull the plug from another thread

    # --- life ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen on both ports; after a stop, on the same ports as before."""
        with self._turns:
            if self._running:
                return
            if self._imap is None or self._smtp is None:
                from mailkit.testing.imap.server import ImapServer
                from mailkit.testing.smtp.server import SmtpServer

                imap, smtp = ImapServer(self._setup, self._thread.post), SmtpServer(self._setup)
                self._imap = Listener(self._setup, "imap", imap.serve, self._ports[0])
                self._smtp = Listener(self._setup, "smtp", smtp.serve, self._ports[1])
            if {self.options.imap_tls, self.options.smtp_tls} != {"insecure"}:
                certs.authority().context()
            self._thread.start()
            self._running = True
            try:
                self._thread.call(self._imap.start())
                self._thread.call(self._smtp.start())
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Close the ports and every connection. Users, mail and armed faults stay."""
        with self._turns:
            if not self._running:
                return
            self._running = False
            for listener in (self._imap, self._smtp):
                assert listener is not None
                self._thread.call(listener.stop())
            self._thread.stop()

    def restart(self) -> None:
        """Stop and start on the same ports: every connection is lost, nothing else."""
        with self._turns:
            self.stop()
            self.start()

    # --- where it is --------------------------------------------------------------------------------------------

    host: str = HOST
    imap_host: str = HOST
    smtp_host: str = HOST

    @property
    def imap_port(self) -> int:
        """The IMAP port; 0 before the first start."""
        return self._imap.port if self._imap else 0

    @property
    def smtp_port(self) -> int:
        """The SMTP port; 0 before the first start."""
        return self._smtp.port if self._smtp else 0

    @property
    def ca_file(self) -> Path:
        """PEM file of the throw-away CA whose certificates are valid for ``localhost`` and ``127.0.0.1``."""
        return certs.authority().ca_file

    # --- users and their mail -----------------------------------------------------------------------------------

    def add_user(self, address: str, password: str, *, aliases: Iterable[str] = (), token: str | None = None) -> None:
        """A login with the usual folders. ``token`` is a bearer token for XOAUTH2 and OAUTHBEARER.

        Raises ValueError if the address is taken.
        """
        self._setup.state.add_user(address, password, aliases=aliases, tokens=[token] if token else [])

    def set_password(self, address: str, password: str) -> None:
        """Change a password. Raises LookupError for an unknown user."""
        self._user(address).password = password

    def set_tokens(self, address: str, *tokens: str) -> None:
        """Replace the bearer tokens of a user: the old ones have expired. Raises LookupError."""
        self._user(address).tokens = set(tokens)

    def folder(self, address: str, name: str = "INBOX") -> FolderHandle:
        """A folder of a user. Raises LookupError for an unknown user or folder."""
        user = self._user(address)
        user.folder(name)
        return FolderHandle(self._setup, user, name)

    def folders(self, address: str) -> list[str]:
        """The names of a user's folders."""
        with self._setup.state.lock:
            return list(self._user(address).folders)

    def create_folder(self, address: str, name: str) -> FolderHandle:
        """A new folder. Raises LookupError, ValueError if there is one of that name."""
        self._setup.state.create(self._user(address), name)
        return self.folder(address, name)

    def delete_folder(self, address: str, name: str) -> None:
        """Remove a folder and its mails; sessions in it are closed. Raises LookupError."""
        self._setup.state.delete(self._user(address), name)

    def rename_folder(self, address: str, old: str, new: str) -> None:
        """Rename a folder, and those below it. Raises LookupError, ValueError if there is one of the new name."""
        self._setup.state.rename(self._user(address), old, new)

    def account(
        self, address: str, *, name: str | None = None, token_provider: str | Callable[[], str] | None = None
    ) -> Account:
        """A ``mailkit.Account`` for a user: both servers, the CA, the password (or OAuth with that token provider).

        Start the server first: the account names its ports. Raises LookupError.
        """
        from mailkit.testing.accounts import account_for

        return account_for(self, self._user(address), name, token_provider)

    def _user(self, address: str) -> User:
        try:
            return self._setup.state.users[address.casefold()]
        except KeyError:
            raise LookupError(f"no user {address} on this server; call add_user first") from None

    # --- what happens -------------------------------------------------------------------------------------------

    @property
    def faults(self) -> Faults:
        """What the servers do wrong, on order."""
        return self._setup.faults

    def reply_to_recipient(self, address: str, reply: str, *, times: int | None = None) -> None:
        """Answer RCPT TO for an address with ``reply`` (``"550 5.1.1 No such user"``), always or ``times`` times."""
        self._setup.recipient_replies.setdefault(address.casefold(), []).append((reply, times))

    @property
    def sent(self) -> list[SentMail]:
        """The mails that the SMTP server has accepted, oldest first."""
        with self._setup.sent_changed:
            return list(self._setup.sent)

    def wait_for_sent(self, count: int, timeout: float = 5.0) -> list[SentMail]:
        """Wait until that many mails were accepted. Raises TimeoutError after ``timeout`` seconds."""
        with self._setup.sent_changed:
            if not self._setup.sent_changed.wait_for(lambda: len(self._setup.sent) >= count, timeout):
                raise TimeoutError(f"{len(self._setup.sent)} of {count} mails were accepted in {timeout} s")
            return list(self._setup.sent)

    def deliver(self, raw: bytes, *, sender: str, recipients: Iterable[str]) -> None:
        """Mail from outside: into the INBOX of each local recipient, with trace headers, without SMTP."""
        from mailkit.testing.smtp import filing

        mail = SentMail(
            envelope=Envelope(sender, tuple(recipients)),
            raw=raw,
            received_at=datetime.now(UTC),
            connection=0,
            helo="mx.elsewhere.example",
            user=None,
            tls=True,
            smtputf8=False,
            mail_options={},
            rcpt_options={},
            queue_id=filing.queue_id(),
        )
        filing.deliver(self._setup, raw, mail)

    @property
    def commands(self) -> list[SeenCommand]:
        """Every command that arrived at either server, in order."""
        return list(self._setup.commands)

    def plain_text(self, service: Service) -> bytes:
        """What clients of that service have sent outside TLS, all connections, 64 KiB of each at most."""
        listener = self._imap if service == "imap" else self._smtp
        return b"".join(bytes(wire.plain) for wire in listener.wires) if listener else b""

    def connections(self, service: Service) -> int:
        """How many connections of that service are open now."""
        listener = self._imap if service == "imap" else self._smtp
        return sum(1 for wire in listener.wires if wire.task and not wire.lost) if listener else 0

    def wait_until_idle(self, address: str, timeout: float = 5.0) -> None:
        """Wait until a client of that user is in IDLE. Raises TimeoutError after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while address.casefold() not in self._setup.idling:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no client of {address} is in IDLE")
            time.sleep(0.005)
