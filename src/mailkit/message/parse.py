"""The parser: from raw bytes to a flat list of parts with offsets. Nothing is copied or decoded here but headers.

How it works. A part is a range of the raw bytes. Its header block is read, and if its type is multipart the range is
cut at its boundary lines, which gives the ranges of its children; those wait on a stack, in document order. An outer
boundary always ends what is open inside it, because the outer range was cut before the inner one is looked at: a
missing inner end needs no special case. (Only a multipart with the boundary of the one around it is given the parts
that follow, up to the first end.) Boundary lines are found by ``bytes.find`` for ``--`` and the boundary, so each
byte is looked at once for each multipart that encloses it, at the speed of a memory scan, and never line by line.

Invariants: ranges of children lie inside their parent's and do not overlap; ``parts[n].parent < n``; the number of
parts, the depth and the sizes are bounded by ``Limits``; no input raises.

What counts as a boundary line (RFC 2046 section 5.1.1): it begins a line, and after the boundary (and ``--`` for the
last one) the line ends or white space follows; other text after white space is ignored. The standard lets any text
follow, and Dovecot reads it so: where a line goes on behind the boundary, is not one of another multipart and has the
header of a part below it, the message is read a second time with that line as a boundary line.
"""

from __future__ import annotations

import re
from time import thread_time

from mailkit.message.findings import Defect
from mailkit.message.headers import Headers, read_headers
from mailkit.message.model import Message, Part, Place
from mailkit.message.params import TYPE, Parameters, read_params, read_type
from mailkit.words import Limits

__all__ = ["parse"]

_DEFAULT = Limits()
_MAX_DEPTH = 100  # whatever the limits say: lists of bodies are made by recursion
_LINE_END = re.compile(rb"\r\n|\n|\r")
_CR = 13
_CR_LF = frozenset(b"\r\n")
_MANY = 50
_UNREAD = ("depth", "parse-seconds", "parts")  # defects after which some boundaries are not known
_BETWEEN_LOOKS = 16  # parts that are read before the clock is looked at again
_MOST_AFTER = 40  # bytes of the end mark's own dashes and the blanks behind it
_MOST_NEAR = 20  # lines of one multipart that begin like its boundary and are looked at
_PART_FIELD = re.compile(rb"(?i)Content-[a-z-]{2,40}[ \t]*:")
_AFTER = (b"", b"\r", b"\n", b" ", b"\t")


def parse(raw: bytes | bytearray | memoryview, limits: Limits = _DEFAULT) -> Message:
    """Parse a message. Never raises for any bytes; damage is listed in ``message.defects``.

    Args:
        raw: the message, header and body, with line ends of any kind.
        limits: bounds on depth, number of parts, sizes; reaching one is a defect.

    Raises:
        TypeError: ``raw`` is text, or something else that is not bytes. A message is bytes: text has lost its encoding.
    """
    if not isinstance(raw, (bytes, bytearray, memoryview)):
        raise TypeError(f"parse() takes the raw bytes of a message, not {type(raw).__name__}.")
    whole = bytes(raw)
    nesting = min(limits.depth, _MAX_DEPTH, limits.decoded_bytes // max(len(whole), 1))
    return parse_at(whole, Place(limits, 0, nesting, parse_at))


def parse_at(raw: bytes, place: Place) -> Message:
    """Parse a message that stands at ``place`` in another one."""
    parser = _Parser(raw, place)
    message = parser.run()
    return _Parser(raw, place, frozenset(parser.hidden)).run() if parser.hidden else message


class _Parser:
    """The state of one run: the raw bytes, the parts found so far, the ranges still to be read."""

    def __init__(self, raw: bytes, place: Place, counted: frozenset[int] = frozenset()) -> None:
        self.raw = raw
        self.counted = counted  # line ends before lines that count as boundary lines whatever follows
        self.near: list[tuple[int, int, bytes]] = []  # lines that only begin like a boundary: line end, part, mark
        self.marks: set[bytes] = set()
        self.hidden: set[int] = set()  # of ``near``, those that begin a part for readers that take them for boundaries
        self.place = place
        self.limits = place.limits
        self.max_depth = min(place.limits.depth, _MAX_DEPTH)
        self.parts: list[Part] = []
        self.children: list[list[int]] = []
        self.defects: list[Defect] = []
        self.until = 0.0  # on the clock of the thread; 0 before the first look

    def run(self) -> Message:
        waiting = [(self._begin(), len(self.raw), -1, 0, "text/plain")]
        while waiting:
            if len(self.parts) >= self.limits.parts:
                self._report("parts", f"only the first {self.limits.parts} parts were read", None)
                break
            if len(self.parts) % _BETWEEN_LOOKS == _BETWEEN_LOOKS - 1 and self._is_late():
                self._report("parse-seconds", f"only {len(self.parts)} parts were read in the time there is", None)
                break
            start, end, parent, depth, default = waiting.pop()
            part = self._read(start, end, parent, depth, default)
            if part.is_multipart:
                while waiting and waiting[-1][2] == parent and waiting[-1][0] <= part.end:
                    waiting.pop()
                kind = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
                sections = self._sections(part)
                waiting.extend((s, e, part.index, depth + 1, kind) for s, e in reversed(sections))
        for part, children in zip(self.parts, self.children, strict=True):
            part.set_children(tuple(children))
        if len(self.raw) > self.limits.decoded_bytes:
            self._share_room()
        self._judge_near()
        return Message(self.raw, tuple(self.parts), tuple(self.defects), self.place)

    def _share_room(self) -> None:
        """What may be decoded is for all parts together, the first ones first."""
        room = self.limits.decoded_bytes
        for part in self.parts:
            if not part.is_multipart:
                part.set_room(room)
                room = max(room - (part.end - part.start), 0)

    def _is_late(self) -> bool:
        """Whether the time is over. It is the thread's own, which other work on the machine does not use up, and begins
        at the first look: what comes before has few parts, and so is bounded by the size of the message."""
        now = thread_time()
        self.until = self.until or now + self.limits.parse_seconds
        return now >= self.until

    def _begin(self) -> int:
        """Skip a byte order mark, empty lines before the first header line, and the first line of an mbox entry."""
        start = 3 if self.raw.startswith(b"\xef\xbb\xbf") else 0
        if start:
            self._report("byte-order-mark", "the message begins with a byte order mark", 0)
        if self.raw[start : start + 1] in (b"\r", b"\n"):
            rest = self.raw[start : start + 1000].lstrip(b"\r\n")
            if re.match(rb"[!-9;-~]+[ \t]*:", rest):
                self._report("leading-blank-line", "empty lines before the header", 0)
                start += min(1000, len(self.raw) - start) - len(rest)
        if self.raw.startswith((b"From ", b">From "), start) and not re.match(
            rb"From +:", self.raw[start : start + 40]
        ):
            self._report("mbox-from", "the first line is the envelope line of an mbox file", 0)
            start = self.raw.find(b"\n", start) + 1 or len(self.raw)
        return start

    def _report(self, code: str, detail: str, part: int | None) -> None:
        if len(self.defects) < 200:
            self.defects.append(Defect(code, detail, part))

    def _read(self, start: int, end: int, parent: int, depth: int, default: str) -> Part:
        index = len(self.parts)
        headers, body = read_headers(
            self.raw, start, end, self.limits, lambda code, detail: self._report(code, detail, index)
        )
        content = self._content_type(headers, default, index)
        is_multipart = content.value.startswith("multipart/")
        if is_multipart and self.place.depth + depth >= self.max_depth:
            self._report("depth", f"parts nested deeper than {self.max_depth} are left closed", index)
            is_multipart = False
        if is_multipart and parent >= 0:
            end = self._reach(content, body, end, parent)
        part = Part(
            self.raw, headers, content, index=index, parent=None if parent < 0 else parent, depth=depth,
            start=body, end=end, is_multipart=is_multipart, place=self.place,
        )  # fmt: skip
        self.parts.append(part)
        self.children.append([])
        if parent >= 0:
            self.children[parent].append(index)
        return part

    def _reach(self, content: Parameters, body: int, end: int, parent: int) -> int:
        """Where a multipart ends; behind ``end`` if it was given the boundary of the one around it: the lines up to the
        first closing one are its own then, or an alternative would show its texts one below the other."""
        boundary = content.params.get("boundary", "")
        around = self.parts[parent]
        if not boundary or around.params.get("boundary") != boundary:
            return end
        self._report("same-boundary", "a multipart has the boundary of the one around it", len(self.parts))
        finder = _Finder(self.raw, [boundary.encode("utf-8", "replace")], around.end, self.counted)
        at = max(body - 1, 0)
        for _ in range(self.limits.parts):
            mark = finder.next(at, first=body)
            if mark is None:
                break
            if mark[2]:
                return mark[1]
            at = max(mark[1] - 1, 0)
        return around.end

    def _content_type(self, headers: Headers, default: str, index: int) -> Parameters:
        fields = headers.raw_all("content-type")
        if not fields:
            return Parameters(default)
        raw = fields[0]
        plain = read_params(raw, self.limits.params)
        is_plain = TYPE.fullmatch(plain.value) is not None
        if is_plain and len(fields) == 1 and not plain.cut:
            return plain
        found = read_type(raw, self.limits.params)
        if len(fields) > 1 and not found.value.startswith("multipart/"):
            # Two types: one reader sees a text, another the parts in it. We look for the parts.
            others = (read_type(other, self.limits.params) for other in fields[1:8])
            found = next((other for other in others if other.value.startswith("multipart/")), found)
        if found.cut:
            self._report("params", f"only the first {self.limits.params} parameters were read", index)
        if is_plain:
            return found
        if not TYPE.fullmatch(found.value):
            value = _damaged_type(found, headers.raw("content-disposition") is not None)
            found = Parameters(value, found.params, found.conflicts, found.cut)
        self._report("content-type", "the content type cannot be read: " + ascii(raw[:60])[2:-1], index)
        return found

    def _boundaries(self, part: Part) -> list[bytes]:
        """All boundaries that are declared for the part: an attacker may declare two, and readers differ."""
        found: list[bytes] = []
        for raw in part.headers.raw_all("content-type")[:8]:
            content = read_type(raw, self.limits.params)
            values = content.conflicts.get("boundary") or (content.params.get("boundary", ""),)
            found += [value.encode("utf-8", "replace") for value in values if value]
            # Raw 8-bit boundaries: the header was read as UTF-8 or as windows-1252, the body is bytes.
            found += [value.encode("cp1252", "replace") for value in values if not value.isascii()]
        return list(dict.fromkeys(found))[:8] if len(found) > 1 else found

    def _sections(self, part: Part) -> list[tuple[int, int]]:
        boundaries = self._boundaries(part)
        sections = self._cut(part, boundaries) if boundaries else None
        if sections is not None:
            return sections
        stripped = [mark.rstrip(b" ") for mark in boundaries if mark.endswith(b" ") and mark.strip(b" ")]
        if stripped:  # blanks at line ends are lost on the way, those in quotes are not
            sections = self._cut(part, stripped)
        if sections is None and (guess := self._guess(part)):
            sections = self._cut(part, [guess])
            self._report("guessed-boundary", "the boundary was taken from the body", part.index)
        if sections is None:
            code = "boundary-not-found" if boundaries else "no-boundary"
            self._report(code, "the multipart has no parts that can be found", part.index)
        return sections or []

    def _judge_near(self) -> None:
        """Tell of lines that begin like a boundary and are none, unless they are those of another multipart."""
        for hit, index, mark in self.near:
            line = _LINE_END.split(self.raw[hit + 1 : hit + 400].lstrip(b"\n"), maxsplit=1)
            if any(len(other) > len(mark) and line[0].startswith(other) for other in self.marks):
                continue
            self._report("near-boundary", "a line goes on behind the boundary: some readers begin a part there", index)
            is_whole = not any(defect.code in _UNREAD for defect in self.defects)  # else marks are not known
            if is_whole and hit not in self.counted and len(line) > 1 and _PART_FIELD.match(line[1].lstrip(b"\n")):
                self.hidden.add(hit)

    def _guess(self, part: Part) -> bytes | None:
        """The first line that begins with ``--``, if a second line begins so: a boundary that the header lost."""
        at = self.raw.find(b"\n--", max(part.start - 1, 0), min(part.end, part.start + 64 * 1024))
        if at < 0:
            return None
        stop = self.raw.find(b"\n", at + 1, part.end)
        line = self.raw[at + 3 : stop if stop >= 0 else part.end].strip(b" \t\r")
        if not 1 < len(line) <= 200 or line.endswith(b"--") or not line.strip(b"-_=* "):
            return None
        if self.raw.find(b"\n--" + line, at + 1, part.end) < 0:
            return None
        return line

    def _cut(self, part: Part, boundaries: list[bytes]) -> list[tuple[int, int]] | None:
        """The ranges between boundary lines; None if there is no boundary line at all."""
        finder = _Finder(self.raw, boundaries, part.end, self.counted)
        self.marks.update(finder.marks)
        sections: list[tuple[int, int]] = []
        at = max(part.start - 1, 0)
        open_at = -1  # where the open section begins; -1 in the preamble and in the epilogue
        ended = bare_cr = False
        room = self.limits.parts - len(self.parts) + 1
        while True:
            mark = finder.next(at, first=part.start)
            if mark is None:
                break
            line, after, last = mark
            bare_cr = bare_cr or _CR in (self.raw[line], self.raw[after - 1])
            if open_at >= 0:
                sections.append((open_at, max(open_at, self._before(line, open_at))))
            if ended and not last:
                # The standard says to ignore what follows the end; readers that do not would see more than we do.
                self._report("parts-after-end", "a part begins after the last boundary line", part.index)
            ended = ended or last
            open_at = -1 if last else after
            if len(sections) >= room:
                return sections
            at = max(after - 1, 0)
        self.near += [(hit, part.index, mark) for hit, mark in finder.near]
        if bare_cr:
            self._report("bare-cr", "a bare carriage return stands at a boundary line", part.index)
        if open_at < 0:
            return sections if ended else None
        self._report("missing-end-boundary", "the last boundary line is missing", part.index)
        sections.append((open_at, self._glued_end(open_at, part.end, finder.marks)))
        return sections

    def _glued_end(self, start: int, end: int, marks: list[bytes]) -> int:
        """The end of the last part: before the end mark, where its line end is missing and it stands behind text."""
        for mark in marks:
            begin = max(start, end - len(mark) - _MOST_AFTER)
            tail = self.raw[begin:end].rstrip()
            if tail.endswith(mark + b"--"):
                return begin + len(tail) - len(mark) - 2
        return end

    def _before(self, line: int, least: int) -> int:
        """The end of a section: the line end before a boundary line belongs to the boundary."""
        if line > least and self.raw[line : line + 1] == b"\n" and self.raw[line - 1 : line] == b"\r":
            return line - 1
        return line


def _damaged_type(found: Parameters, is_disposed: bool) -> str:
    """What is most likely meant by a value that is no type."""
    head = found.value.partition(" ")[0]
    if head in ("multipart", "multipart/") and "boundary" in found.params:
        return "multipart/mixed"
    if head == "text/" or ("/" not in head and "name" not in found.params and not is_disposed):
        return "text/plain"
    if (first := TYPE.match(head)) and (head.startswith("text/") or head[first.end() : first.end() + 1] == "/"):
        return first[0]  # text/plain/x
    return head if re.fullmatch(r"[^\s/]+/[^\s]+", head) else "application/octet-stream"


class _Finder:
    """Finds boundary lines of one multipart: by ``bytes.find``, or by a pattern where find would stop too often."""

    def __init__(self, raw: bytes, boundaries: list[bytes], end: int, counted: frozenset[int]) -> None:
        self.raw = raw
        self.counted = counted
        self.near: list[tuple[int, bytes]] = []
        self.end = end
        self.marks = [b"--" + boundary for boundary in boundaries]
        self.pattern = self._compile() if len(boundaries) > 1 else None
        self.misses = 0

    def _compile(self) -> re.Pattern[bytes]:
        # The longest first, so that of two boundaries the one that the other begins with does not win.
        options = b"|".join(re.escape(mark) for mark in sorted(self.marks, key=len, reverse=True))
        return re.compile(rb"[\r\n](?:" + options + rb")(?=(?:--)?(?:[ \t\r\n]|\Z))")

    def next(self, at: int, first: int) -> tuple[int, int, bool] | None:
        """The next boundary line from ``at`` on: offset of the line end before it, offset after its own line end,
        whether it is the last one. ``first``: the offset of a line that begins without a line end before it."""
        if first == 0 and at == 0:
            for mark in self.marks:
                if self.raw.startswith(mark, 0, self.end) and (found := self._line(0, len(mark))):
                    return found
        while True:
            if self.pattern is None:
                hit = self.raw.find(self.marks[0], at + 1, self.end) - 1
                after = hit + 1 + len(self.marks[0])
            else:
                match = self.pattern.search(self.raw, at, self.end)
                hit, after = match.span() if match else (-2, -2)
            if hit < 0:
                return None
            if self.raw[hit] in _CR_LF and (found := self._line(hit, after)):
                return found
            at = hit + 1
            self.misses += 1
            if self.misses == _MANY and self.pattern is None:  # text full of lines that only begin like the boundary
                self.pattern = self._compile()

    def _line(self, hit: int, after: int) -> tuple[int, int, bool] | None:
        following = self.raw[after : min(after + 2, self.end)]
        if following == b"\r\n":
            return hit, after + 2, False
        last = following == b"--"
        tail = after + 2 if last else after
        if self.raw[tail : min(tail + 1, self.end)] not in _AFTER:
            if len(self.near) < _MOST_NEAR and self.pattern is None:
                self.near.append((hit, self.marks[0]))
            if hit not in self.counted:
                return None
        match = _LINE_END.search(self.raw, tail, self.end)
        return hit, match.end() if match else self.end, last
