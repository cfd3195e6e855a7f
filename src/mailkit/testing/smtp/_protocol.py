"""aiosmtpd's SMTP protocol with what a submission server of today adds: DSN, OAuth, case kept, faults.

aiosmtpd does the dialogue's loop, the content's dot-stuffing and limits, AUTH PLAIN and LOGIN, RSET, VRFY, HELP, QUIT.
Replaced here: MAIL and RCPT (it refuses all parameters of RCPT, turns those of MAIL to upper case, and has no null
sender), STARTTLS (TLS is the Wire's), AUTH (it does not know that an implicit-TLS connection is private).
"""

from __future__ import annotations

import asyncio
import collections
import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from aiosmtpd.smtp import Envelope as WireEnvelope
from aiosmtpd.smtp import Session as WireSession

from mailkit.testing import sasl
from mailkit.testing.faults import Fault
from mailkit.testing.service import SentMail, Setup
from mailkit.testing.smtp import filing, parameters
from mailkit.testing.smtp.codes import enhanced
from mailkit.testing.smtp.link import Link
from mailkit.testing.smtp.parameters import Path, PathError
from mailkit.testing.wire import GoneError, Wire
from mailkit.words import Envelope

LONGEST_LINE = 1 << 20
LONGEST_COMMAND = 16 * 1024
MECHANISMS = ("LOGIN", "OAUTHBEARER", "PLAIN", "XOAUTH2")
REFUSED = "535 5.7.8 Authentication credentials invalid"
EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")


class _Session(WireSession):
    """aiosmtpd warns each time it sets this deprecated property itself; a plain attribute is quiet."""

    login_data: Any = None


class Submission(SMTP):
    """One SMTP connection."""

    line_length_limit = LONGEST_LINE
    command_size_limit = LONGEST_COMMAND
    command_size_limits = collections.defaultdict(lambda: LONGEST_COMMAND)  # noqa: RUF012  # aiosmtpd declares it so

    def __init__(self, wire: Wire, setup: Setup, *, stripped: bool) -> None:
        self.wire: Wire = wire
        self.setup: Setup = setup
        self.stripped: bool = stripped
        self.user: str | None = None
        self._verb = ""
        self._refused: Fault | None = None
        self._mail: Path | None = None
        self._rcpt: dict[str, dict[str, str]] = {}
        super().__init__(
            _Handler(),
            data_size_limit=setup.options.max_message_bytes,
            enable_SMTPUTF8=True,
            hostname=setup.options.hostname,
            ident="mailkit-testing ESMTP",
            auth_require_tls=False,
            authenticator=_check,
            loop=asyncio.get_running_loop(),
        )
        self._smtp_methods = {
            name: functools.partial(self._guarded, name, method) for name, method in self._smtp_methods.items()
        }

    # --- faults -------------------------------------------------------------------------------------------------

    async def _guarded(self, verb: str, method: Callable[[str | None], Awaitable[None]], arg: str | None) -> None:
        """Note the command, meet the faults, carry it out."""
        self._verb = verb
        self.setup.saw(self.wire, verb)
        fault = self.setup.faults.at_command("smtp", verb)
        if fault is None or await self._meet(fault):
            await method(arg)

    async def _meet(self, fault: Fault) -> bool:
        """Do what the fault says. Returns whether the command is carried out all the same."""
        if fault.callback is not None:
            fault.callback()
            return True
        if fault.act == "raw":
            self.wire.write(fault.data)
            return False
        if fault.act == "reply":
            await super().push(fault.data)
            if fault.data.startswith(b"421"):
                self._hang_up()
            return False
        if fault.when == "before":
            self.wire.sever(fault.how)
            return False
        self.wire.ending = fault.how
        return True

    async def push(self, status: AnyStr) -> None:
        """Reply. aiosmtpd's own replies have no enhanced codes; greeting, HELO and EHLO are to have none."""
        if isinstance(status, str) and self._verb not in ("", "HELO", "EHLO"):
            await super().push(enhanced(status))
        else:
            await super().push(status)

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    # --- commands -----------------------------------------------------------------------------------------------

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """RFC 3207: the session starts anew behind it."""
        if arg:
            await self.push("501 5.5.4 STARTTLS takes no parameter")
            return
        if self.wire.tls:
            await self.push("554 5.5.1 TLS is there already")
            return
        if not self.starttls_offered:
            await self.push("454 4.7.0 TLS not available")
            return
        fault = self.setup.faults.take("inject_before_starttls", "smtp")
        self.wire.write(b"220 2.0.0 Ready to start TLS\r\n" + (fault.data if fault else b""))
        await self.setup.secure(self.wire)
        self._reader._buffer.clear()  # type: ignore[attr-defined]  # plain text from before TLS
        peer = self.session.peer if self.session else None
        self.session = self._create_session()
        self.session.peer = peer
        self.user = None
        self._set_post_data_state()

    async def smtp_AUTH(self, arg: str | None) -> None:
        """RFC 4954. Mechanism names are case-insensitive."""
        if not self.private:
            await self.push("538 5.7.11 Encryption required for authentication")
            return
        mechanism, space, rest = (arg or "").partition(" ")
        await super().smtp_AUTH(mechanism.upper() + space + rest)

    async def smtp_MAIL(self, arg: str | None) -> None:
        """RFC 5321 section 4.1.1.2."""
        if await self.check_helo_needed():
            return
        if self.setup.options.require_auth and self.user is None:
            await self.push("530 5.7.0 Authentication required")
            return
        if self._mail is not None:
            await self.push("503 5.5.1 Sender is given already")
            return
        try:
            path = parameters.read_mail(arg or "", self.setup.options.max_message_bytes)
        except PathError as error:
            await self.push(str(error))
            return
        assert self.envelope is not None
        self._mail = path
        self.envelope.mail_from = path.address
        self.envelope.smtp_utf8 = "SMTPUTF8" in path.parameters
        await self.push("250 2.1.0 Sender ok")

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RFC 5321 section 4.1.1.3; replies scripted by the test come first."""
        if self._mail is None:
            await self.push("503 5.5.1 Need MAIL first")
            return
        try:
            path = parameters.read_rcpt(arg or "")
        except PathError as error:
            await self.push(str(error))
            return
        assert self.envelope is not None
        if len(self.envelope.rcpt_tos) >= self.setup.options.max_recipients:
            await self.push("452 4.5.3 Too many recipients")
            return
        reply = self.setup.reply_for(path.address)
        if reply is None or reply.startswith("2"):
            self.envelope.rcpt_tos.append(path.address)
            self._rcpt[path.address] = path.parameters
        await self.push(reply or "250 2.1.5 Recipient ok")

    async def smtp_VRFY(self, arg: str | None) -> None:
        """RFC 5321 section 3.5.3: neither yes nor no."""
        await self.push("252 2.0.0 Cannot VRFY, send it and see" if arg else "501 5.5.4 Syntax: VRFY <address>")

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:
        """Google's and Microsoft's mechanism."""
        return await self._bearer("XOAUTH2", args)

    async def auth_OAUTHBEARER(self, _: SMTP, args: list[str]) -> AuthResult:
        """RFC 7628."""
        return await self._bearer("OAUTHBEARER", args)

    async def _bearer(self, mechanism: str, args: list[str]) -> AuthResult:
        try:
            answer = (
                sasl.decode64(args[1].encode("utf-8", "surrogateescape"))
                if len(args) > 1
                else await self.challenge_auth("")
            )
            if not isinstance(answer, bytes):
                return AuthResult(success=False, handled=True)
            claim = sasl.read(mechanism, answer)
        except sasl.SaslError as error:
            await self.push(f"501 5.5.2 {error}")
            return AuthResult(success=False, handled=True)
        if self.setup.state.check_token(claim.user, claim.secret) is None:
            # The client is told why, and answers, before the final refusal (RFC 7628 section 3.2.3).
            await self.challenge_auth(sasl.REFUSED_TOKEN, encode_to_b64=False)
            return AuthResult(success=False, handled=False, message=REFUSED)
        return self.let_in(claim.user)

    async def finished(self) -> None:
        """Wait for the handler and take its exception, or asyncio would complain that nobody did."""
        if self._handler_coroutine is not None:
            await asyncio.gather(self._handler_coroutine, return_exceptions=True)

    # --- state --------------------------------------------------------------------------------------------------

    @property
    def starttls_offered(self) -> bool:
        """Whether STARTTLS can be said now."""
        return self.setup.tls_mode("smtp") == "starttls" and not self.wire.tls and not self.stripped

    @property
    def private(self) -> bool:
        """Whether credentials may be sent now."""
        return self.wire.tls or not self.starttls_offered

    def let_in(self, user: str) -> AuthResult:
        """The credentials are right; a fault may refuse them all the same."""
        # A client that is refused tries its next mechanism: the fault counts connections.
        self._refused = self._refused or self.setup.faults.take("refuse_login", "smtp")
        if self._refused is not None:
            return AuthResult(success=False, handled=False, message=self._refused.data.decode() or REFUSED)
        if not self.setup.enter(self.wire, user):
            return AuthResult(success=False, handled=False, message="454 4.7.0 Too many simultaneous connections")
        self.user = user
        return AuthResult(success=True, auth_data=LoginPassword(user.encode(), b""))

    def _create_session(self) -> WireSession:
        return _Session(self.loop)

    def _set_post_data_state(self) -> None:
        super()._set_post_data_state()  # type: ignore[no-untyped-call]
        self._mail = None
        self._rcpt = {}

    def extensions(self) -> list[str]:
        """The EHLO lines behind the first."""
        lines = [f"SIZE {self.setup.options.max_message_bytes}", *EXTENSIONS]
        if self.starttls_offered:
            lines.append("STARTTLS")
        if self.private:
            lines.append("AUTH " + " ".join(MECHANISMS))
        return lines

    async def file(self) -> str:
        """The content is here: record and deliver the mail, and say what the final reply is."""
        self.setup.saw(self.wire, ".")
        fault = self.setup.faults.at_command("smtp", ".")
        if fault is not None and fault.act == "reply":
            return fault.data.decode()
        if fault is not None and not await self._meet(fault):
            raise GoneError("fault at the end of the content")
        mail = filing.accept(self.setup, self._record(), filing.Later(self.loop.call_later))
        dropped = self.setup.faults.take("drop_reply_after_data", "smtp")
        if dropped is not None:
            self.wire.sever(dropped.how)
        if mail.message_id is not None:
            return f"250 2.0.0 OK <{mail.message_id}> [Hostname={self.hostname}]"
        return f"250 2.0.0 Ok: queued as {mail.queue_id}"

    def _record(self) -> SentMail:
        assert self.envelope is not None
        assert self.session is not None
        assert self._mail is not None
        return SentMail(
            envelope=Envelope(self._mail.address, tuple(self.envelope.rcpt_tos)),
            raw=self.envelope.original_content or b"",
            received_at=datetime.now(UTC),
            connection=self.wire.serial,
            helo=self.session.host_name or "",
            user=self.user,
            tls=self.wire.tls,
            smtputf8=self.envelope.smtp_utf8,
            mail_options=dict(self._mail.parameters),
            rcpt_options=dict(self._rcpt),
            queue_id=filing.queue_id(),
        )


class _Handler:
    """aiosmtpd's hooks."""

    async def handle_EHLO(
        self, server: Submission, session: WireSession, _envelope: WireEnvelope, name: str, _: list[str]
    ) -> list[str]:
        """Our own list of extensions in place of aiosmtpd's."""
        session.host_name = name
        lines = [server.setup.options.hostname, *server.extensions()]
        replies = [f"250{'-' if n < len(lines) else ' '}{line}" for n, line in enumerate(lines, 1)]
        return ["\r\n".join(replies)]  # in one write

    async def handle_DATA(self, server: Submission, _session: WireSession, _envelope: WireEnvelope) -> str:
        """The content has arrived."""
        return await server.file()


def _check(server: SMTP, _session: WireSession, _envelope: WireEnvelope, _mechanism: str, proof: Any) -> AuthResult:
    """aiosmtpd asks whether a password is right."""
    assert isinstance(server, Submission)
    user = proof.login.decode("utf-8", "replace")
    if server.setup.state.check(user, proof.password.decode("utf-8", "replace")) is None:
        return AuthResult(success=False, handled=False, message=REFUSED)
    return server.let_in(user)


def open_link(wire: Wire, setup: Setup, *, stripped: bool) -> tuple[Submission, Link]:
    """A protocol for a connection, and its transport."""
    link = Link(wire)
    protocol = Submission(wire, setup, stripped=stripped)
    protocol.connection_made(link)
    return protocol, link
