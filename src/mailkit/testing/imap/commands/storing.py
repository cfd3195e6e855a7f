"""STORE, EXPUNGE, UID EXPUNGE (RFC 9051 section 6.4; RFC 4315; UNCHANGEDSINCE RFC 7162 section 3.1.3)."""

from __future__ import annotations

from mailkit.testing.imap import sequence
from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.imap.view import View
from mailkit.testing.state import StoredMail


def named(session: Session, ranges: sequence.Ranges) -> list[int]:
    """The UIDs that a sequence set or a UID set names in the selected folder, ascending.

    UIDs may be unknown; a sequence number beyond the last message is BAD (RFC 9051 section 9).
    """
    view = session.selected
    if session.by_uid:
        return sequence.resolve(ranges, view.uids)
    if any(end is not None and end > len(view.uids) for ends in ranges for end in ends):
        raise BadSyntaxError("no message has that number")
    numbers = sequence.resolve(ranges, range(1, len(view.uids) + 1))
    return [view.uids[number - 1] for number in numbers]


def writable(session: Session) -> View:
    """The view, if the folder was not opened with EXAMINE."""
    if session.selected.readonly:
        raise RefusedError("[READ-ONLY] The folder is open to read only")
    return session.selected


@command("STORE", "selected", expunges=False)
async def store(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.4.6."""
    parser.space()
    ranges = parser.set()
    parser.space()
    unchanged_since = _modifier(session, parser)
    how = parser.word()
    parser.space()
    flags = frozenset(parser.bare_flags())
    parser.end()
    if how.removesuffix(".SILENT") not in ("FLAGS", "+FLAGS", "-FLAGS"):
        raise BadSyntaxError("unknown data item")
    session.check_flags(flags)
    modified: list[int] = []
    with session.setup.state.lock:
        view = writable(session)
        for uid in named(session, ranges):
            mail = view.folder.mails.get(uid)
            if mail is None:
                continue
            if unchanged_since is not None and mail.modseq > unchanged_since:
                modified.append(uid if session.by_uid else view.number(uid))
                continue
            _set(session, mail, how, flags)
    if modified:
        return f"[MODIFIED {sequence.write(modified).decode()}] Conditional STORE failed"
    return "STORE completed"


def _set(session: Session, mail: StoredMail, how: str, flags: frozenset[str]) -> None:
    lower = {flag.lower() for flag in flags}
    kept = frozenset(flag for flag in mail.flags if flag.lower() not in lower)
    wanted = {"F": flags, "+": kept | flags, "-": kept}[how[0]]
    view = session.selected
    view.folder.set_flags(mail.uid, wanted)
    view.tell(mail)
    for line in session.keyword_lines(mail.flags):
        session.untagged(line)
    silent = how.endswith(".SILENT")
    if not silent:
        session.untagged(session.flags_line(mail))
    elif session.condstore:
        uid = b"UID %d " % mail.uid if session.by_uid else b""
        session.untagged(b"%d FETCH (%sMODSEQ (%d))" % (view.number(mail.uid), uid, mail.modseq))


def _modifier(session: Session, parser: Parser) -> int | None:
    if not parser.skip(b"("):
        return None
    if parser.word() != "UNCHANGEDSINCE":
        raise BadSyntaxError("unknown modifier")
    parser.space()
    value = parser.number()
    parser.expect(b")")
    parser.space()
    session.use_condstore()
    return value


@command("EXPUNGE", "selected")
async def expunge(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.4.3: everything that is marked ``\\Deleted``, by whomever."""
    parser.end()
    with session.setup.state.lock:
        _remove(writable(session), None)
    return "EXPUNGE completed"


@command("UID EXPUNGE", "selected", capability="UIDPLUS")
async def uid_expunge(session: Session, parser: Parser) -> str:
    """RFC 4315 section 2.1: of the marked mails only those named."""
    parser.space()
    ranges = parser.set()
    parser.end()
    with session.setup.state.lock:
        _remove(writable(session), set(named(session, ranges)))
    return "EXPUNGE completed"


def _remove(view: View, only: set[int] | None) -> None:
    folder = view.folder
    marked = [uid for uid, mail in folder.mails.items() if "\\Deleted" in mail.flags]
    folder.expunge(uid for uid in marked if only is None or uid in only)


command("UID STORE", "selected")(store)
