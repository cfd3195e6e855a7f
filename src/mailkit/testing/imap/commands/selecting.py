"""SELECT, EXAMINE, UNSELECT, CLOSE (RFC 9051 sections 6.3.2, 6.3.3, 6.4.1, 6.4.2)."""

from __future__ import annotations

from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.imap.view import View


@command("SELECT", "after")
async def select(session: Session, parser: Parser) -> str:
    """Open a folder to read and write."""
    _open(session, parser, readonly=False)
    return "[READ-WRITE] SELECT completed"


@command("EXAMINE", "after")
async def examine(session: Session, parser: Parser) -> str:
    """Open a folder to read only."""
    _open(session, parser, readonly=True)
    return "[READ-ONLY] EXAMINE completed"


@command("UNSELECT", "selected", capability="UNSELECT")
async def unselect(session: Session, parser: Parser) -> str:
    """RFC 3691: leave the folder, expunge nothing."""
    parser.end()
    session.view = None
    return "UNSELECT completed"


@command("CLOSE", "selected")
async def close(session: Session, parser: Parser) -> str:
    """Leave the folder and expunge what is marked ``\\Deleted``, without reporting it."""
    parser.end()
    view = session.selected
    session.view = None
    if not view.readonly:
        with session.setup.state.lock:
            folder = view.folder
            folder.expunge([uid for uid, mail in folder.mails.items() if "\\Deleted" in mail.flags])
    return "CLOSE completed"


def _open(session: Session, parser: Parser, *, readonly: bool) -> None:
    parser.space()
    name = parser.folder()
    wanted = _parameters(parser)
    if "CONDSTORE" in wanted:
        session.use_condstore()
    if session.view is not None and session.condstore:
        session.untagged(b"OK [CLOSED] The folder before is closed")  # RFC 7162 section 3.2.11
    session.view = None
    with session.setup.state.lock:
        folder = session.folder(name)
        view = View(folder, readonly=readonly)
        session.view = view
        unseen = next((n for n, uid in enumerate(view.uids, 1) if "\\Seen" not in folder.mails[uid].flags), 0)
        for line in session.keyword_lines((), always=True):
            session.untagged(line)
        session.untagged(b"%d EXISTS" % len(view.uids))
        session.untagged(b"0 RECENT")
        if unseen:
            session.untagged(b"OK [UNSEEN %d] First unseen" % unseen)
        session.untagged(b"OK [UIDVALIDITY %d] UIDs valid" % folder.uidvalidity)
        session.untagged(b"OK [UIDNEXT %d] Predicted next UID" % folder.uidnext)
        if session.has("CONDSTORE"):
            session.untagged(b"OK [HIGHESTMODSEQ %d] Highest" % folder.modseq)


def _parameters(parser: Parser) -> list[str]:
    """``(CONDSTORE)`` behind the name (RFC 4466, RFC 7162 section 3.1.8)."""
    if parser.done:
        return []
    parser.space()
    wanted = parser.words()
    parser.end()
    if any(word != "CONDSTORE" for word in wanted):
        raise BadSyntaxError("unknown parameter")
    return wanted
