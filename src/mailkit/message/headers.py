"""Header fields: found in one pass over the header block, kept as bytes, decoded when asked for (RFC 5322 section 2.2).

What is not a header line is not thrown away in silence: a line without a colon is left out with a defect if header
lines follow it before the next empty line; if none follows, or if it is a boundary line of a boundary declared above,
the body begins there (the empty line was forgotten). A parameter on a line of its own without the blank that makes it
a folded line belongs to the Content-Type or Content-Disposition above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

from mailkit.message.encoded import decode_words, unfold
from mailkit.message.ordinary import ordinary
from mailkit.words import Limits

__all__ = ["Header", "Headers", "read_headers"]

_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:(?!//)")
# A field of the sort that mail has: two words, two in one as in "MessageId", or one of the usual names.
_LIKELY = re.compile(
    rb"(?:[A-Za-z0-9_]++(?:-[A-Za-z0-9_]++)++|[A-Z]++[a-z]++[A-Z][A-Za-z0-9]*+|(?i:from|to|cc|bcc|sender|subject|date|received"
    rb"|references|comments|keywords|importance|priority|precedence|sensitivity|organi[sz]ation|newsgroups|status|lines|path"
    rb"|xref))[ \t]*:"
)
# One whole field with its folded lines, or a line that is none. Each repetition must begin with a line end and a
# blank, and what is no field is taken to the end of its line: linear.
_FIELDS = re.compile(rb"([!-9;-~]++)[ \t]*:(?!//)([^\n]*+(?:\n[ \t][^\n]*+)*+)\n?|[^\n]+\n?|\n")
_NO_FIELD = (b"", b"")
_PARAMETER = re.compile(rb"(?i)(?:boundary|charset|name|filename|type|format|size|method)[*0-9]{0,6}[ \t]*=")
_MOST_BOUNDARIES = 20  # lines of one header that begin with "--" and are looked at
_WITH_PARAMETERS = (b"content-type", b"content-disposition")
# The same where every line ends in CRLF: the first LF that has no CR before it, or an empty line after it; and fields
# without their line end, in which a CR stands before an LF only.
_CRLF_BLANK = re.compile(rb"\n(?:(?<!\r\n)|\r\n)")
_CRLF_FIELDS = re.compile(rb"([!-9;-~]++)[ \t]*:(?!//)([^\r]*+(?:\r\n[ \t][^\r]*+)*+)(?:\r\n|\Z)|[^\n]+\n?|\n")
_CR = 13
_BLANK = re.compile(rb"\n\r*\n")
_BLANK_CR = re.compile(rb"\r\r")


@ordinary
@dataclass(frozen=True, slots=True)
class Header:
    """One header field. ``raw`` is what follows the colon, as on the wire, without the last line end."""

    name: str
    raw: bytes

    @property
    def value(self) -> str:
        """One line of text: unfolded, encoded words decoded (RFC 2047), blanks at both ends removed."""
        return decode_words(self.raw)

    @property
    def unfolded(self) -> str:
        """One line of text, encoded words left as they are: what addresses and parameters are read from."""
        return unfold(self.raw)


class Headers(Sequence[Header]):
    """The header fields of one part in their order. Names are compared without regard to case."""

    __slots__ = ("_first", "_more", "_pairs")

    def __init__(self, pairs: list[tuple[bytes, bytes]]) -> None:
        """For the parser: names in ASCII as they are written, and raw values. The list is kept."""
        self._pairs = pairs
        first: dict[bytes, bytes] = {}
        more: dict[bytes, list[bytes]] = {}
        for written, value in pairs:
            name = written.lower()
            if name not in first:
                first[name] = value
            elif name in more:
                more[name].append(value)
            else:
                more[name] = [first[name], value]
        self._first = first
        self._more = more

    @property
    def repeated(self) -> frozenset[str]:
        """The names, in lower case, that stand more than once."""
        return frozenset([name.decode("ascii") for name in self._more]) if self._more else _NONE

    @overload
    def __getitem__(self, index: int) -> Header: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Header, ...]: ...
    def __getitem__(self, index: int | slice) -> Header | tuple[Header, ...]:
        if isinstance(index, slice):
            return tuple(Header(name.decode("ascii"), raw) for name, raw in self._pairs[index])
        name, raw = self._pairs[index]
        return Header(name.decode("ascii"), raw)

    def __len__(self) -> int:
        return len(self._pairs)

    def __iter__(self) -> Iterator[Header]:
        return (Header(name.decode("ascii"), raw) for name, raw in self._pairs)

    def __contains__(self, item: object) -> bool:
        return _key(item) in self._first if isinstance(item, str) else item in tuple(self)

    def __repr__(self) -> str:
        return f"Headers({len(self._pairs)} fields)"

    def get(self, name: str) -> str | None:
        """The decoded value of the first field of that name, or None."""
        raw = self.raw(name)
        return None if raw is None else decode_words(raw)

    def get_all(self, name: str) -> tuple[str, ...]:
        """The decoded values of all fields of that name, in order."""
        return tuple(decode_words(raw) for raw in self.raw_all(name))

    def raw(self, name: str) -> bytes | None:
        """The raw value of the first field of that name, or None."""
        return self._first.get(_key(name))

    def raw_all(self, name: str) -> tuple[bytes, ...]:
        """The raw values of all fields of that name, in order."""
        key = _key(name)
        if key in self._more:
            return tuple(self._more[key])
        return (self._first[key],) if key in self._first else ()

    def names(self) -> tuple[str, ...]:
        """The names in lower case, each once, in order of first use."""
        return tuple([name.decode("ascii") for name in self._first])


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def _key(name: str) -> bytes:
    return name.lower().encode("utf-8", "surrogatepass")


Report = Callable[[str, str], None]


def read_headers(raw: bytes, start: int, end: int, limits: Limits, report: Report) -> tuple[Headers, int]:
    """Read the header block of ``raw[start:end]``.

    Returns:
        The fields and the offset at which the body begins. Never raises; ``report(code, detail)`` is told what
        is wrong.
    """
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Headers([]), start + (1 if raw[start] == 10 else 2)
    crlf = _CRLF_BLANK.search(raw, start, end)
    most = min(limits.headers_bytes, limits.header_bytes)
    if crlf is not None and crlf.end() - crlf.start() == 3 and crlf.start() - start <= most:
        found: list[tuple[bytes, bytes]] = _CRLF_FIELDS.findall(raw, start, crlf.start() - 1)
        if _NO_FIELD not in found and len(found) <= limits.headers:
            return Headers(found), crlf.end()
    by_cr = _ends_lines_with_cr(raw, start, end)
    blank = (_BLANK_CR if by_cr else _BLANK).search(raw, start, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    if stop - start > limits.headers_bytes:
        report("headers-bytes", f"only the first {limits.headers_bytes} bytes of the header were read")
        stop = start + limits.headers_bytes
    block = raw[start:stop]
    if not by_cr and len(block) <= limits.header_bytes:
        clean = _clean_fields(block)
        if clean is not None and len(clean) <= limits.headers:
            return Headers(clean), body
    lines = block.split(b"\r" if by_cr else b"\n")
    pairs, bad = _fields(lines, limits, report)
    if bad is not None:
        body = start + sum(len(line) + 1 for line in lines[:bad])
    return Headers(pairs), min(body, end)


def _clean_fields(block: bytes) -> list[tuple[bytes, bytes]] | None:
    """The fields of a block in which every line is in order; None for the others, which take the long way."""
    found: list[tuple[bytes, bytes]] = _FIELDS.findall(block)
    if _NO_FIELD in found:
        return None
    return [(name, value[:-1] if value and value[-1] == _CR else value) for name, value in found]


def _ends_lines_with_cr(raw: bytes, start: int, end: int) -> bool:
    """Whether this header's lines end in bare CR: the first line does, and an empty line in CRs comes before any LF."""
    lf = raw.find(b"\n", start, end)
    cr = raw.find(b"\r", start, lf if lf >= 0 else end)
    if cr < 0 or cr == lf - 1:
        return False
    return lf < 0 or 0 <= raw.find(b"\r\r", cr, lf) < lf - 2


def _fields(lines: list[bytes], limits: Limits, report: Report) -> tuple[list[tuple[bytes, bytes]], int | None]:
    """The fields, and the number of the line at which the body begins without an empty line before it."""
    pairs: list[tuple[bytes, bytes]] = []
    folded: list[bytes] = []
    name = b""
    tries = _MOST_BOUNDARIES
    last: int | None = None  # the last line of the block that is a field; looked for once, when damage is met
    for number, line in enumerate(lines):
        if line[:1] in _WSP and (folded or name):
            folded.append(line)
            continue
        match = _NAME.match(line) or (_NAME.match(line.lstrip(b" \t")) if not number else None)
        if match is None:
            if not line.strip(b"\r"):
                continue  # what is left of the last line end
            if _goes_on(name, folded, line):
                report("header-line", "a folded line in the header has no blank before it: " + ascii(line[:60])[2:-1])
                folded.append(line)
                continue
            last = _last_field(lines) if last is None else last
            _keep(pairs, name, folded, limits, report)
            tries -= line.startswith(b"--")
            if last < number or (tries > 0 and _is_boundary(line, pairs)):
                report("missing-blank-line", "the body begins without an empty line before it")
                return pairs, number
            name, folded = b"", [b""]
            code = "mbox-from" if not number and line.startswith((b"From ", b">From ")) else "header-line"
            report(code, "a line in the header is no header field: " + ascii(line[:60])[2:-1])
            continue
        _keep(pairs, name, folded, limits, report)
        if len(pairs) >= limits.headers:
            report("headers", f"only the first {limits.headers} header fields were read")
            return pairs, None
        name = match[1]
        folded = [line[match.end() :] if number or line[:1] not in _WSP else line.lstrip(b" \t")[match.end() :]]
    _keep(pairs, name, folded, limits, report)
    return pairs, None


_WSP = (b" ", b"\t")


def _goes_on(name: bytes, folded: list[bytes], line: bytes) -> bool:
    if name.lower() not in _WITH_PARAMETERS or not folded[-1].rstrip().endswith(b";"):
        return False
    return _PARAMETER.match(line) is not None


def _is_boundary(line: bytes, pairs: list[tuple[bytes, bytes]]) -> bool:
    """Whether the line begins the first part of a multipart that is declared in the fields above it."""
    mark = line[2:].rstrip()
    if not line.startswith(b"--") or not mark:
        return False
    written = (b'"%b"' % mark, b"=%b" % mark)
    types = [value for name, value in pairs if name.lower() == b"content-type"]
    return any(form in value for value in types for form in written)


def _last_field(lines: list[bytes]) -> int:
    """The number of the last line that is a header field as mail has them, or -1. A word with a colon alone does not
    make one: a body that begins without an empty line before it may say "Note: …"."""
    return next((n for n in range(len(lines) - 1, -1, -1) if _LIKELY.match(lines[n])), -1)


def _keep(pairs: list[tuple[bytes, bytes]], name: bytes, folded: list[bytes], limits: Limits, report: Report) -> None:
    if not name:
        return
    raw = folded[0] if len(folded) == 1 else b"\n".join(folded)
    raw = raw[:-1] if raw.endswith(b"\r") else raw
    if len(raw) > limits.header_bytes:
        report("header-bytes", f"only the first {limits.header_bytes} bytes of {name.decode('ascii')} were read")
        raw = raw[: limits.header_bytes]
        raw = raw[: raw.rfind(b"\n")] if b"\n" in raw else raw  # at a fold: half an address is another address
    pairs.append((name, raw))
