"""FETCH and UID FETCH (RFC 9051 section 6.4.5; CHANGEDSINCE RFC 7162 section 3.1.4)."""

from __future__ import annotations

from mailkit.testing.imap import items
from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.commands.storing import named
from mailkit.testing.imap.items import Item
from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.state import StoredMail
from mailkit.testing.wire import GoneError

DRAIN_EVERY = 64 * 1024


@command("FETCH", "selected", expunges=False)
async def fetch(session: Session, parser: Parser) -> str:
    """The client pauses us by not reading: memory holds one mail more than the socket takes."""
    parser.space()
    ranges = parser.set()
    parser.space()
    wanted = items.read(parser)
    changed_since = _modifier(session, parser)
    if any(item.name == "MODSEQ" for item in wanted):
        session.use_condstore()
    view = session.selected
    with session.setup.state.lock:
        uids = named(session, ranges)
        mails = [mail for uid in uids if (mail := view.folder.mails.get(uid)) is not None]
        numbers = [view.number(mail.uid) for mail in mails]
    if session.by_uid and not any(item.name == "UID" for item in wanted):
        wanted.insert(0, Item(b"UID", "UID"))
    if changed_since is not None and not any(item.name == "MODSEQ" for item in wanted):
        wanted.append(Item(b"MODSEQ", "MODSEQ"))
    pending = 0
    for number, mail in zip(numbers, mails, strict=True):
        if changed_since is not None and mail.modseq <= changed_since:
            continue
        _announce(session, number, mail)
        pending += _tell(session, number, mail, wanted)
        if pending > DRAIN_EVERY:
            await session.wire.drain()
            pending = 0
    if len(mails) < len(uids) and not session.by_uid:
        raise RefusedError("[EXPUNGEISSUED] Some of the messages are gone")
    return "FETCH completed"


def _tell(session: Session, number: int, mail: StoredMail, wanted: list[Item]) -> int:
    told = wanted
    if any(item.seen for item in wanted) and not session.selected.readonly and "\\Seen" not in mail.flags:
        with session.setup.state.lock:
            if mail.uid in session.selected.folder.mails:
                session.selected.folder.set_flags(mail.uid, mail.flags | {"\\Seen"})
                session.selected.tell(mail)
        if not any(item.name == "FLAGS" for item in wanted):
            told = [*wanted, Item(b"FLAGS", "FLAGS")]
    line = b" ".join(items.tell(item, mail, session.setup.options.size_error) for item in told)
    session.untagged(b"%d FETCH (%s)" % (number, line))
    return len(line)


def _announce(session: Session, number: int, mail: StoredMail) -> None:
    """The fault: a literal that never comes."""
    fault = session.setup.faults.take("announce_literal", "imap")
    if fault is None:
        return
    session.wire.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (number, mail.uid, fault.size))
    session.wire.write(b"X" * 64)
    session.wire.sever("stall")
    raise GoneError("fault: announced literal")


def _modifier(session: Session, parser: Parser) -> int | None:
    if parser.done:
        return None
    parser.space()
    parser.expect(b"(")
    if parser.word() != "CHANGEDSINCE":
        raise BadSyntaxError("unknown modifier")
    parser.space()
    value = parser.number()
    parser.expect(b")")
    parser.end()
    session.use_condstore()
    return value


command("UID FETCH", "selected")(fetch)
