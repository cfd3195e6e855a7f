"""LIST, LSUB, STATUS, CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 section 6.3; SPECIAL-USE RFC 6154)."""

from __future__ import annotations

from mailkit.testing.imap import answer
from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.state import SEPARATOR, Folder, folder_key

LONGEST_NAME = 500
STATUS_ITEMS = ("MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ", "SIZE")


def matches(pattern: str, name: str) -> bool:
    """Whether a LIST pattern matches: ``*`` anything, ``%`` anything but the separator.

    Walks all possible positions at once, so time is pattern times name, never more.
    """
    positions = {0}
    for char in pattern:
        if char in "*%":
            for at in range(len(name)):
                if at in positions and (char == "*" or name[at] != SEPARATOR):
                    positions.add(at + 1)
        else:
            positions = {at + 1 for at in positions if at < len(name) and name[at] == char}
    return len(name) in positions


@command("LIST", "after")
async def list_folders(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.3.9, with special-use attributes; selection and return options are accepted (RFC 5258)."""
    parser.space()
    wanted = parser.words() if parser.peek(b"(") else []
    if wanted:
        parser.space()
    pattern = _pattern(parser)
    if not parser.done:
        parser.space()
        parser.expect(b"RETURN")
        parser.space()
        parser.words()
        parser.end()
    if pattern == "":
        session.untagged(b'LIST (\\Noselect) "/" ""')
        return "LIST completed"
    for folder in _matching(session, pattern):
        if "SPECIAL-USE" in wanted and folder.special_use is None:
            continue
        session.untagged(b'LIST (%s) "/" %s' % (_attributes(session, folder), answer.folder(folder.name)))
    return "LIST completed"


@command("LSUB", "after")
async def list_subscribed(session: Session, parser: Parser) -> str:
    """RFC 3501 section 6.3.9."""
    parser.space()
    pattern = _pattern(parser)
    parser.end()
    for folder in _matching(session, pattern):
        if folder.subscribed:
            session.untagged(b'LSUB () "/" ' + answer.folder(folder.name))
    return "LSUB completed"


@command("STATUS", "after", expunges=False)
async def status(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.3.11."""
    parser.space()
    name = parser.folder()
    parser.space()
    items = parser.words()
    parser.end()
    known = [item for item in STATUS_ITEMS if item != "HIGHESTMODSEQ" or session.has("CONDSTORE")]
    if not items or any(item not in known for item in items):
        raise BadSyntaxError("unknown status item")
    with session.setup.state.lock:
        folder = session.folder(name)
        values = {
            "MESSAGES": len(folder.mails),
            "RECENT": 0,
            "UIDNEXT": folder.uidnext,
            "UIDVALIDITY": folder.uidvalidity,
            "UNSEEN": folder.count(without="\\Seen"),
            "HIGHESTMODSEQ": folder.modseq,
            "SIZE": sum(len(mail.raw) for mail in folder.mails.values()),
        }
    if "HIGHESTMODSEQ" in items:
        session.enabled.add("CONDSTORE")
    told = " ".join(f"{item} {values[item]}" for item in items).encode()
    session.untagged(b"STATUS %s (%s)" % (answer.folder(folder.name), told))
    return "STATUS completed"


@command("CREATE", "after")
async def create(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.3.4: folders above it are made too; a trailing separator is dropped."""
    name = _name(parser).removesuffix(SEPARATOR)
    if not name or len(name) > LONGEST_NAME or "" in name.split(SEPARATOR):
        raise RefusedError("[CANNOT] Not a folder name")
    state = session.setup.state
    with state.lock:
        if folder_key(name) in session.me.folders:
            raise RefusedError("[ALREADYEXISTS] Folder exists")
        parts = name.split(SEPARATOR)
        for depth in range(1, len(parts) + 1):
            path = SEPARATOR.join(parts[:depth])
            if folder_key(path) not in session.me.folders:
                state.create(session.me, path)
    return "CREATE completed"


@command("DELETE", "after")
async def delete(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.3.5."""
    name = _name(parser)
    with session.setup.state.lock:
        folder = session.folder(name)
        if folder.name == "INBOX":
            raise RefusedError("[CANNOT] INBOX cannot be deleted")
        if any(other.startswith(folder.name + SEPARATOR) for other in session.me.folders):
            raise RefusedError("[HASCHILDREN] Folder has folders below it")
        if session.view is not None and session.view.folder is folder:
            session.view = None
        session.setup.state.delete(session.me, name)
    return "DELETE completed"


@command("RENAME", "after")
async def rename(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.3.6."""
    parser.space()
    old = parser.folder()
    new = _name(parser)
    with session.setup.state.lock:
        session.folder(old)
        if folder_key(new) in session.me.folders:
            raise RefusedError("[ALREADYEXISTS] Folder exists")
        if not new or len(new) > LONGEST_NAME or new.startswith(old + SEPARATOR):
            raise RefusedError("[CANNOT] Not a folder name")
        session.setup.state.rename(session.me, old, new)
    return "RENAME completed"


@command("SUBSCRIBE", "after")
async def subscribe(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.3.7."""
    session.folder(_name(parser)).subscribed = True
    return "SUBSCRIBE completed"


@command("UNSUBSCRIBE", "after")
async def unsubscribe(session: Session, parser: Parser) -> str:
    """RFC 9051 section 6.3.8."""
    session.folder(_name(parser)).subscribed = False
    return "UNSUBSCRIBE completed"


def _name(parser: Parser) -> str:
    parser.space()
    name = parser.folder()
    parser.end()
    return name


def _pattern(parser: Parser) -> str:
    reference = parser.folder()
    parser.space()
    pattern = reference + parser.pattern()
    if len(pattern) > LONGEST_NAME:
        raise BadSyntaxError("pattern too long")
    return "INBOX" if pattern.upper() == "INBOX" else pattern


def _matching(session: Session, pattern: str) -> list[Folder]:
    with session.setup.state.lock:
        return [f for name, f in sorted(session.me.folders.items()) if matches(pattern, name)]


def _attributes(session: Session, folder: Folder) -> bytes:
    below = folder.name + SEPARATOR
    children = any(name.startswith(below) for name in session.me.folders)
    names = ["\\HasChildren" if children else "\\HasNoChildren"]
    if folder.special_use and session.has("SPECIAL-USE"):
        names.append(folder.special_use)
    return " ".join(names).encode()
