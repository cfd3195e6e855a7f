"""What a client asks before it works: CAPABILITY, ID, NAMESPACE, ENABLE, NOOP, CHECK, LOGOUT, STARTTLS."""

from __future__ import annotations

from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import BadSyntaxError, Parser

AFTER_LOGIN = (
    "UIDPLUS",
    "MOVE",
    "IDLE",
    "SPECIAL-USE",
    "CHILDREN",
    "NAMESPACE",
    "UNSELECT",
    "CONDSTORE",
)
ALWAYS = ("ID", "ENABLE", "LITERAL+")
CAN_ENABLE = ("CONDSTORE",)


def capabilities(session: Session) -> bytes:
    """The capabilities of this connection in its present state."""
    names = ["IMAP4rev1", *ALWAYS]
    mode = session.setup.tls_mode("imap")
    if session.user is None:
        if mode == "starttls" and not session.wire.tls and not session.stripped:
            names += ["STARTTLS", "LOGINDISABLED"]
        else:
            names += ["SASL-IR", "AUTH=PLAIN", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"]
    else:
        names += AFTER_LOGIN
    return " ".join(name for name in names if session.has(name)).encode()


@command("CAPABILITY", "any")
async def capability(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.1.1."""
    parser.end()
    session.untagged(b"CAPABILITY " + capabilities(session))
    return "CAPABILITY completed"


@command("NOOP", "any")
async def noop(_: Session, parser: Parser) -> str:
    """RFC 9051 section 6.1.2: the client polls."""
    parser.end()
    return "NOOP completed"


@command("CHECK", "selected")
async def check(_: Session, parser: Parser) -> str:
    """RFC 3501 section 6.4.1."""
    parser.end()
    return "CHECK completed"


@command("LOGOUT", "any")
async def logout(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.1.3."""
    parser.end()
    session.untagged(b"BYE Logging out")
    session.leaving = True
    return "LOGOUT completed"


@command("STARTTLS", "before")
async def starttls(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.2.1. The OK is written here because TLS begins right behind it."""
    parser.end()
    if session.wire.tls or session.stripped or session.setup.tls_mode("imap") != "starttls":
        raise BadSyntaxError("STARTTLS is not available")
    tag = parser.data.partition(b" ")[0]
    fault = session.setup.faults.take("inject_before_starttls", "imap")
    session.wire.write(tag + b" OK Begin TLS\r\n" + (fault.data if fault else b""))
    await session.setup.secure(session.wire)
    session.answered = True
    return ""


@command("ID", "any", capability="ID")
async def identify(session: Session, parser: Parser) -> str:
    """RFC 2971."""
    parser.space()
    if parser.peek(b"("):
        parser.expect(b"(")
        while not parser.skip(b")"):
            parser.skip(b" ")
            parser.string()
            parser.space()
            parser.nstring()
    elif parser.nstring() is not None:
        raise BadSyntaxError("expected a list or NIL")
    parser.end()
    session.untagged(b'ID ("name" "mailkit-testing" "vendor" "mailkit")')
    return "ID completed"


@command("NAMESPACE", "after", capability="NAMESPACE")
async def namespace(session: Session, parser: Parser) -> str:
    """RFC 2342: one personal namespace without prefix."""
    parser.end()
    session.untagged(b'NAMESPACE (("" "/")) NIL NIL')
    return "NAMESPACE completed"


@command("ENABLE", "after", capability="ENABLE")
async def enable(session: Session, parser: Parser) -> str:
    """RFC 5161: unknown names are passed over in silence."""
    wanted: list[str] = []
    while not parser.done:
        parser.space()
        wanted.append(parser.word())
    if not wanted:
        raise BadSyntaxError("nothing to enable")
    new = [n for n in dict.fromkeys(wanted) if n in CAN_ENABLE and session.has(n) and n not in session.enabled]
    session.enabled.update(new)
    session.untagged(" ".join(["ENABLED", *new]).encode())
    return "ENABLE completed"
