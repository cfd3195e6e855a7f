"""LOGIN and AUTHENTICATE (RFC 9051 section 6.2; SASL-IR RFC 4959; XOAUTH2; OAUTHBEARER RFC 7628)."""

from __future__ import annotations

from mailkit.testing import sasl
from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.commands.greeting import capabilities
from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.state import User

REFUSED = "[AUTHENTICATIONFAILED] Invalid credentials"
LONGEST_ANSWER = 16 * 1024


@command("LOGIN", "before")
async def login(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.2.3."""
    _private(session)
    parser.space()
    name = parser.text()
    parser.space()
    password = parser.text()
    parser.end()
    return _enter(session, session.setup.state.check(name, password), "LOGIN")


@command("AUTHENTICATE", "before")
async def authenticate(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.2.2; the client may send its answer at once (SASL-IR)."""
    _private(session)
    parser.space()
    mechanism = parser.word()
    if mechanism not in sasl.MECHANISMS:
        raise RefusedError("[CANNOT] No such mechanism")
    if parser.done:
        answer = await _ask(session, b"")
    else:
        parser.space()
        answer = parser.data[parser.at :]
    try:
        claim = sasl.read(mechanism, sasl.decode64(answer))
    except sasl.SaslError as error:
        raise BadSyntaxError(str(error)) from error
    state = session.setup.state
    check = state.check_token if claim.bearer else state.check
    user = check(claim.user, claim.secret)
    if user is None and claim.bearer:
        # The client is told why and must answer before the NO (RFC 7628 section 3.2.3; XOAUTH2 does the same).
        await _ask(session, sasl.REFUSED_TOKEN)
    return _enter(session, user, "AUTHENTICATE")


def _private(session: Session) -> None:
    if session.setup.tls_mode("imap") == "starttls" and not session.wire.tls and not session.stripped:
        raise RefusedError("[PRIVACYREQUIRED] Say STARTTLS first")


async def _ask(session: Session, challenge: bytes) -> bytes:
    session.wire.write(b"+ " + challenge + b"\r\n")
    answer = (await session.wire.line(LONGEST_ANSWER)).rstrip(b"\r\n")
    if answer == b"*":
        raise BadSyntaxError("cancelled by the client")
    return answer


def _enter(session: Session, user: User | None, name: str) -> str:
    if user is None:
        raise RefusedError(REFUSED)
    session.refused = session.refused or session.setup.faults.take("refuse_login", "imap")
    if session.refused is not None:
        raise RefusedError(session.refused.data.decode().removeprefix("NO ") or REFUSED)
    if not session.setup.enter(session.wire, user.address):
        raise RefusedError("[LIMIT] Too many simultaneous connections")
    session.user = user
    return f"[CAPABILITY {capabilities(session).decode()}] {name} completed"
