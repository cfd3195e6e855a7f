"""Reading an IMAP command that has arrived whole, literals included (RFC 9051 section 9, RFC 3501). Pure.

A ``Parser`` walks once over the bytes. Whatever the bytes, it either returns values or raises ``BadSyntaxError``; it
never looks back, so its time is linear, and nesting is bounded.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from mailkit.testing.imap import sequence, utf7

NOT_ATOM = frozenset(b'(){ %*"\\]' + bytes(range(32)) + bytes(range(127, 256)))
NOT_ASTRING = NOT_ATOM - frozenset(b"]")
NOT_LIST_MAILBOX = NOT_ASTRING - frozenset(b"%*")
NOT_TAG = NOT_ASTRING | frozenset(b"+")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DEEPEST = 32


class BadSyntaxError(ValueError):
    """The command cannot be understood: answered with BAD."""


class Parser:
    """A cursor over one command. ``data`` ends without the final line end; a literal is ``{n}CRLF`` and n bytes."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data: bytes = data
        self.at: int = 0

    # --- single bytes -------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Whether everything has been read."""
        return self.at >= len(self.data)

    def peek(self, token: bytes) -> bool:
        """Whether ``token`` comes next."""
        return self.data.startswith(token, self.at)

    def skip(self, token: bytes) -> bool:
        """Read ``token`` if it comes next."""
        if self.peek(token):
            self.at += len(token)
            return True
        return False

    def expect(self, token: bytes) -> None:
        """Read ``token`` or fail."""
        if not self.skip(token):
            raise BadSyntaxError(f"expected {token.decode()!r}")

    def space(self) -> None:
        """One space between arguments."""
        self.expect(b" ")

    def end(self) -> None:
        """Nothing may follow."""
        if not self.done:
            raise BadSyntaxError("unexpected arguments")

    # --- words --------------------------------------------------------------------------------------------------

    def run(self, stop: frozenset[int]) -> bytes:
        """The longest run of bytes that are not in ``stop``; at least one."""
        start = self.at
        data = self.data
        at = start
        while at < len(data) and data[at] not in stop:
            at += 1
        if at == start:
            raise BadSyntaxError("missing argument")
        self.at = at
        return data[start:at]

    def tag(self) -> bytes:
        """A command's tag."""
        return self.run(NOT_TAG)

    def atom(self) -> bytes:
        """An atom."""
        return self.run(NOT_ATOM)

    def word(self) -> str:
        """An atom in upper case: a command, an item, a mechanism."""
        return self.atom().decode("ascii").upper()

    def number(self) -> int:
        """A number of at most 20 digits."""
        digits = self.run(NOT_ATOM | frozenset(b"<>.[")) if not self.done else b""
        if not digits.isdigit() or len(digits) > 20:
            raise BadSyntaxError("expected a number")
        return int(digits)

    def string(self) -> bytes:
        """A quoted string or a literal."""
        if self.peek(b'"'):
            return self._quoted()
        if self.peek(b"{"):
            return self._literal()
        raise BadSyntaxError("expected a string")

    def astring(self) -> bytes:
        """An atom or a string."""
        if self.peek(b'"') or self.peek(b"{"):
            return self.string()
        return self.run(NOT_ASTRING)

    def nstring(self) -> bytes | None:
        """A string or NIL."""
        if self.peek(b'"') or self.peek(b"{"):
            return self.string()
        if self.atom().upper() == b"NIL":
            return None
        raise BadSyntaxError("expected a string or NIL")

    def text(self) -> str:
        """An astring as text; bytes that are not UTF-8 become U+FFFD."""
        return self.astring().decode("utf-8", "replace")

    def folder(self) -> str:
        """A folder's name (modified UTF-7)."""
        return _decode_folder(self.astring())

    def pattern(self) -> str:
        """A folder pattern of LIST, with ``*`` and ``%``."""
        raw = self.string() if self.peek(b'"') or self.peek(b"{") else self.run(NOT_LIST_MAILBOX)
        return _decode_folder(raw)

    # --- lists and sets -----------------------------------------------------------------------------------------

    def words(self) -> list[str]:
        """A parenthesised list of atoms, in upper case, possibly empty."""
        self.expect(b"(")
        found: list[str] = []
        while not self.skip(b")"):
            if found:
                self.space()
            found.append(self.word())
        return found

    def flag(self) -> str:
        """One flag: ``\\Seen`` or a keyword."""
        lead = "\\" if self.skip(b"\\") else ""
        return lead + self.atom().decode("ascii")

    def flags(self) -> list[str]:
        """A parenthesised list of flags, possibly empty."""
        self.expect(b"(")
        found: list[str] = []
        while not self.skip(b")"):
            if found:
                self.space()
            found.append(self.flag())
        return found

    def bare_flags(self) -> list[str]:
        """A list of flags, or flags without the parentheses (STORE allows both)."""
        if self.peek(b"("):
            return self.flags()
        found = [self.flag()]
        while self.skip(b" "):
            found.append(self.flag())
        return found

    def set(self) -> sequence.Ranges:
        """A sequence set."""
        start = self.at
        while self.at < len(self.data) and self.data[self.at] in b"0123456789:,*":
            self.at += 1
        try:
            return sequence.parse(self.data[start : self.at])
        except ValueError as error:
            raise BadSyntaxError(str(error)) from error

    # --- dates --------------------------------------------------------------------------------------------------

    def date(self) -> date:
        """``1-Feb-2026``, quoted or not (SEARCH)."""
        text = self.astring().decode("ascii", "replace").lower()
        try:
            day, month, year = text.split("-")
            return date(int(year), MONTHS.index(month) + 1, int(day))
        except ValueError as error:
            raise BadSyntaxError("bad date") from error

    def date_time(self) -> datetime:
        """``" 1-Feb-2026 13:00:00 +0100"`` (APPEND)."""
        text = self.string().decode("ascii", "replace").lower().strip()
        try:
            day, clock, zone = text.split(" ")
            number, month, year = day.split("-")
            hour, minute, second = clock.split(":")
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
            if len(zone) != 5 or zone[0] not in "+-":
                raise BadSyntaxError("bad zone")
            local = timezone(-offset if zone[0] == "-" else offset)
            whole = (int(year), MONTHS.index(month) + 1, int(number), int(hour), int(minute), int(second))
            return datetime(*whole, tzinfo=local).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise BadSyntaxError("bad date-time") from error

    # --- strings ------------------------------------------------------------------------------------------------

    def _quoted(self) -> bytes:
        data = self.data
        out = bytearray()
        at = self.at + 1
        stop = -1
        while True:
            if stop < at:
                stop = data.find(b'"', at)
            if stop < 0:
                raise BadSyntaxError("string without end")
            slash = data.find(b"\\", at, stop)
            if slash < 0:
                out += data[at:stop]
                break
            out += data[at:slash] + data[slash + 1 : slash + 2]
            at = slash + 2
        if b"\r" in out or b"\n" in out or b"\0" in out:
            raise BadSyntaxError("control character in a string")
        self.at = stop + 1
        return bytes(out)

    def _literal(self) -> bytes:
        head = self.data.find(b"}\r\n", self.at)
        digits = self.data[self.at + 1 : head].removesuffix(b"+")
        if head < 0 or not digits.isdigit() or len(digits) > 20:
            raise BadSyntaxError("bad literal")
        start = head + 3
        stop = start + int(digits)
        if stop > len(self.data):
            raise BadSyntaxError("literal cut short")
        self.at = stop
        return self.data[start:stop]


def _decode_folder(raw: bytes) -> str:
    try:
        name = utf7.decode(raw)
    except ValueError as error:
        raise BadSyntaxError("folder name is not modified UTF-7") from error
    if any(ord(char) < 32 for char in name):
        raise BadSyntaxError("control character in a folder name")
    return name
