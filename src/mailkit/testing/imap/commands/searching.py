"""SEARCH and UID SEARCH (RFC 9051 section 6.4.4)."""

from __future__ import annotations

from mailkit.testing.imap import criteria
from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import Parser


@command("SEARCH", "selected", expunges=False)
async def search(session: Session, parser: Parser) -> str:
    """Answer with sequence numbers or UIDs, ascending."""
    parser.space()
    try:
        program = criteria.read(parser)
    except criteria.UnknownCharsetError:
        raise RefusedError("[BADCHARSET (US-ASCII UTF-8)] Unknown charset") from None
    if program.modseq:
        session.use_condstore()
    found: list[int] = []
    highest = 0
    with session.setup.state.lock:
        view = session.selected
        uids = tuple(view.uids)
        numbers = tuple(range(1, len(uids) + 1))
        for number, uid in enumerate(uids, 1):
            mail = view.folder.mails.get(uid)
            if mail is not None and program.test(criteria.Where(mail, number, numbers, uids)):
                found.append(uid if session.by_uid else number)
                highest = max(highest, mail.modseq)
    if (limit := session.setup.options.search_limit) is not None:
        found = found[max(len(found) - limit, 0) :]
    line = " ".join(["SEARCH", *map(str, found)])
    if program.modseq:
        line += f" (MODSEQ {highest})" if found else ""
    session.untagged(line.encode())
    return "SEARCH completed"


command("UID SEARCH", "selected")(search)
