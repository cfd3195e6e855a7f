"""COPY and MOVE (RFC 9051 sections 6.4.7, 6.4.8; COPYUID RFC 4315)."""

from __future__ import annotations

from mailkit.testing.imap import sequence
from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.commands.storing import named, writable
from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import Parser


@command("COPY", "selected", expunges=False)
async def copy(session: Session, parser: Parser) -> str:
    """All or nothing: the folder is looked up first, and the copying itself cannot fail."""
    _, code = _copy(session, parser)
    return code + "COPY completed"


@command("MOVE", "selected", capability="MOVE")
async def move(session: Session, parser: Parser) -> str:
    """RFC 6851: COPYUID comes in an untagged OK, before the EXPUNGEs."""
    with session.setup.state.lock:
        view = writable(session)
        moved, code = _copy(session, parser)
        if code:
            session.untagged(f"OK {code}Moved".encode())
        view.folder.expunge(moved)
    return "MOVE completed"


def _copy(session: Session, parser: Parser) -> tuple[list[int], str]:
    parser.space()
    ranges = parser.set()
    parser.space()
    name = parser.folder()
    parser.end()
    with session.setup.state.lock:
        target = session.folder(name, code="TRYCREATE")
        mails = session.selected.folder.mails
        uids = named(session, ranges)
        there = [uid for uid in uids if uid in mails]
        if not session.by_uid and len(there) < len(uids):
            raise RefusedError("[EXPUNGEISSUED] Some of the messages are gone")
        new = [target.add(mails[uid].raw, mails[uid].flags, mails[uid].date).uid for uid in there]
    if not there or not session.has("UIDPLUS"):
        return there, ""
    old_set, new_set = (sequence.write(numbers).decode() for numbers in (there, new))
    return there, f"[COPYUID {target.uidvalidity} {old_set} {new_set}] "


command("UID COPY", "selected")(copy)
command("UID MOVE", "selected", capability="MOVE")(move)
