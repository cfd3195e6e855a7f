"""One IMAP connection: its state, the command loop, and telling the client what others have changed.

States (RFC 9051 section 3): not authenticated → authenticated → selected → logout. A command is a function in
``commands/``, registered with the states it is allowed in. It returns the text of its OK, raises ``RefusedError`` for
NO and ``BadSyntaxError`` for BAD, and writes untagged answers itself. Before the tagged answer the session reports
what has changed in the selected folder: always new mails and flags, expunges only where the command allows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from mailkit.testing.faults import Fault
from mailkit.testing.imap import answer, reader
from mailkit.testing.imap.answer import RefusedError
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.imap.view import View
from mailkit.testing.service import Setup
from mailkit.testing.state import SYSTEM_FLAGS, Folder, StoredMail, User, canonical_flag
from mailkit.testing.wire import GoneError, LineTooLongError, Wire

MOST_BAD = 50


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what runs it, where it is allowed, which capability it belongs to.

    ``when``: ``any``, ``before`` login only, ``after`` login, ``selected``. ``expunges``: whether EXPUNGE may be
    reported at its end.
    """

    run: Callable[[Session, Parser], Awaitable[str]]
    when: str
    capability: str | None = None
    expunges: bool = True


COMMANDS: dict[str, Command] = {}


def command(
    name: str, when: str, *, capability: str | None = None, expunges: bool = True
) -> Callable[[Callable[[Session, Parser], Awaitable[str]]], Callable[[Session, Parser], Awaitable[str]]]:
    """Register the function that carries out a command."""

    def register(
        function: Callable[[Session, Parser], Awaitable[str]],
    ) -> Callable[[Session, Parser], Awaitable[str]]:
        COMMANDS[name] = Command(function, when, capability, expunges)
        return function

    return register


class Session:
    """The state of one connection.

    ``by_uid``: a UID command runs. ``leaving``: the loop ends after this command. ``answered``: the command has
    written its tagged answer itself. ``stripped``: STARTTLS is hidden on this connection.
    """

    def __init__(self, wire: Wire, setup: Setup, *, stripped: bool = False) -> None:
        self.wire: Wire = wire
        self.setup: Setup = setup
        self.stripped: bool = stripped
        self.user: User | None = None
        self.view: View | None = None
        self.enabled: set[str] = set()
        self.by_uid: bool = False
        self.leaving: bool = False
        self.answered: bool = False
        self.refused: Fault | None = None
        self.wake: asyncio.Event = asyncio.Event()
        self._bad = 0

    # --- for commands -------------------------------------------------------------------------------------------

    @property
    def me(self) -> User:
        """The user who has logged in."""
        assert self.user is not None
        return self.user

    @property
    def selected(self) -> View:
        """The view of the selected folder."""
        assert self.view is not None
        return self.view

    @property
    def condstore(self) -> bool:
        """Whether this client wants to know mod-sequences (RFC 7162 section 3.1)."""
        return "CONDSTORE" in self.enabled

    def has(self, capability: str) -> bool:
        """Whether this server has the capability."""
        return capability not in self.setup.options.without

    def use_condstore(self) -> None:
        """A CONDSTORE-enabling command (RFC 7162 section 3.1), or BAD where the server does not have it."""
        if not self.has("CONDSTORE"):
            raise BadSyntaxError("CONDSTORE is not known")
        self.enabled.add("CONDSTORE")

    def untagged(self, line: bytes) -> None:
        """Send ``* line``."""
        self.wire.write(b"* " + line + b"\r\n")

    def folder(self, name: str, *, code: str = "NONEXISTENT") -> Folder:
        """The user's folder of that name, or NO."""
        try:
            return self.me.folder(name)
        except KeyError:
            raise RefusedError(f"[{code}] No such folder") from None

    def check_flags(self, flags: Iterable[str]) -> None:
        """NO for keywords where the server has none of them."""
        if not self.setup.options.keywords and any(canonical_flag(f) not in SYSTEM_FLAGS.values() for f in flags):
            raise RefusedError("[CANNOT] Keywords are not supported")

    def flags_line(self, mail: StoredMail) -> bytes:
        """``n FETCH (FLAGS …)``, with MODSEQ for a client that wants it, with UID in a UID command only, as Dovecot."""
        uid = b"UID %d " % mail.uid if self.by_uid else b""
        modseq = b" MODSEQ (%d)" % mail.modseq if self.condstore else b""
        return b"%d FETCH (%sFLAGS %s%s)" % (self.selected.number(mail.uid), uid, answer.flags(mail.flags), modseq)

    def keyword_lines(self, flags: Iterable[str], *, always: bool = False) -> list[bytes]:
        """``FLAGS`` and ``PERMANENTFLAGS`` when one of the flags is new in the selected folder, or ``always``."""
        view = self.selected
        new = frozenset(flags) - view.keywords - frozenset(SYSTEM_FLAGS.values())
        view.keywords |= new
        if not new and not always:
            return []
        names = answer.flags(frozenset(SYSTEM_FLAGS.values()) | view.keywords)
        new_ones = b" \\*)" if self.setup.options.keywords else b")"
        permanent = b"()" if view.readonly else names[:-1] + new_ones
        return [b"FLAGS " + names, b"OK [PERMANENTFLAGS %s] Flags permitted" % permanent]

    def tell_changes(self, *, expunges: bool) -> None:
        """Report what others (and this command) have changed in the selected folder."""
        view = self.view
        if view is None:
            return
        with self.setup.state.lock:
            if view.stale:
                self.untagged(b"BYE The selected folder is gone or was rebuilt")
                raise GoneError("selected folder changed its UIDVALIDITY or was deleted")
            gone, exists, changed = view.changes(expunges=expunges)
            lines = [b"%d EXPUNGE" % number for number in gone]
            if exists:
                lines += [b"%d EXISTS" % len(view.uids), b"0 RECENT"]
            lines += self.keyword_lines(flag for mail in changed for flag in mail.flags)
            lines += map(self.flags_line, changed)
        if lines:  # in one write: what belongs together arrives together
            self.wire.write(b"".join(b"* " + line + b"\r\n" for line in lines))

    # --- the loop -----------------------------------------------------------------------------------------------

    async def run(self, greeting: bytes) -> None:
        """Serve commands until LOGOUT or until the client is gone."""
        self.wire.write(greeting)
        while not self.leaving:
            limit = self.setup.options.max_message_bytes if self.user else reader.BEFORE_LOGIN
            try:
                line = self.setup.options.max_command_bytes
                data = await reader.read_command(self.wire, line, limit + line, self.wire.drain)
            except reader.TooBigError as error:
                self._tagged(_tag(error.start), b"NO [TOOBIG] Too long")
                continue
            except (LineTooLongError, BadSyntaxError):
                self._reject(b"*", "Line too long")
                continue
            await self._one(data)
            await self.wire.drain()

    async def _one(self, data: bytes) -> None:
        """Parse tag and name, meet the faults, carry the command out, answer."""
        parser = Parser(data)
        tag = b"*"
        try:
            tag = parser.tag()
            parser.space()
            name = parser.word()
            if name == "UID":
                parser.space()
                name = f"UID {parser.word()}"
            self.setup.saw(self.wire, name)
            fault = self.setup.faults.at_command("imap", name)
            if fault is None or self._meet(fault, tag):
                await self._carry_out(tag, name, parser)
            if fault is not None and fault.act == "disconnect" and fault.when == "after":
                self.wire.sever(fault.how)
        except BadSyntaxError as error:
            self._reject(tag, str(error))

    async def _carry_out(self, tag: bytes, name: str, parser: Parser) -> None:
        found = COMMANDS.get(name)
        if found is None or (found.capability and not self.has(found.capability)):
            raise BadSyntaxError("unknown command")
        if (found.when == "before" and self.user) or (found.when in ("after", "selected") and not self.user):
            raise BadSyntaxError("not allowed in this state")
        if found.when == "selected" and self.view is None:
            raise BadSyntaxError("no folder is selected")
        self.by_uid = name.startswith("UID ")
        try:
            if name != "IDLE":  # it reports behind its continuation, where clients that wait look for it
                self.tell_changes(expunges=False)
            text = await found.run(self, parser)
            if self.answered:
                self.answered = False
                return
            if not self.leaving:
                self.tell_changes(expunges=found.expunges)
            self._tagged(tag, b"OK " + text.encode())
        except RefusedError as error:
            if self.view is not None:
                self.tell_changes(expunges=found.expunges)
            self._tagged(tag, b"NO " + error.text.encode())

    def _meet(self, fault: Fault, tag: bytes) -> bool:
        """Do what the fault says. Returns whether the command is carried out all the same."""
        if fault.callback is not None:
            fault.callback()
            return True
        if fault.act == "raw":
            self.wire.write(fault.data)
            return False
        if fault.act == "reply":
            if fault.data.upper().startswith(b"BYE"):
                self.untagged(fault.data)
                self.leaving = True
            else:
                self._tagged(tag, fault.data)
            return False
        if fault.when == "before":
            self.wire.sever(fault.how)
            raise GoneError("fault at a command")
        self.wire.muted = True
        return True

    def _tagged(self, tag: bytes, text: bytes) -> None:
        self.wire.write(tag + b" " + text + b"\r\n")

    def _reject(self, tag: bytes, why: str) -> None:
        self._bad += 1
        self._tagged(tag, b"BAD " + why.encode("ascii", "replace"))
        if self._bad >= MOST_BAD:
            self.untagged(b"BYE Too many bad commands")
            self.leaving = True


def _tag(start: bytes) -> bytes:
    try:
        return Parser(start).tag()
    except BadSyntaxError:
        return b"*"
