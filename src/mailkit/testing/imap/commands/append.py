"""APPEND (RFC 9051 section 6.3.12; APPENDUID RFC 4315)."""

from __future__ import annotations

from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import Parser


@command("APPEND", "after")
async def append(session: Session, parser: Parser) -> str:
    """Put a mail into a folder, with flags and INTERNALDATE where given."""
    parser.space()
    name = parser.folder()
    parser.space()
    flags: list[str] = []
    date = None
    if parser.peek(b"("):
        flags = parser.flags()
        parser.space()
        session.check_flags(flags)
    if parser.peek(b'"'):
        date = parser.date_time()
        parser.space()
    raw = parser.string()
    parser.end()
    if not raw:
        raise RefusedError("[CANNOT] An empty message cannot be appended")
    with session.setup.state.lock:
        folder = session.folder(name, code="TRYCREATE")
        mail = folder.add(raw, flags, date)
    code = f"[APPENDUID {folder.uidvalidity} {mail.uid}] " if session.has("UIDPLUS") else ""
    return code + "APPEND completed"
