"""Where the parts of a mail begin and end, for BODY[…] and BODYSTRUCTURE (RFC 9051 section 6.4.5). Pure.

It is written apart from ``mailkit.message`` on purpose: a server that shared the client's parser would share its
mistakes, and the tests would not see them. Depth and the number of parts are bounded; time is linear in size times
depth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message

DEEPEST = 20
MOST_PARTS = 1000
LONGEST_VALUE = 4096


@dataclass(slots=True)
class Part:
    """A part by its offsets in ``raw``: header from ``start``, body from ``body`` to ``end``.

    ``inner`` is the message inside a ``message/rfc822`` part.
    """

    raw: bytes = field(repr=False)
    start: int
    body: int
    end: int
    fields: list[tuple[bytes, bytes]]
    type: str = "text/plain"
    params: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    children: list[Part] = field(default_factory=list["Part"])
    inner: Part | None = None

    @property
    def header(self) -> bytes:
        """The header with its closing empty line."""
        return self.raw[self.start : self.body]

    @property
    def content(self) -> bytes:
        """The body as on the wire, still transfer-encoded."""
        return self.raw[self.body : self.end]

    def value(self, name: bytes) -> bytes | None:
        """The first field of that name (lower case), unfolded."""
        return next((unfold(value) for key, value in self.fields if key == name), None)

    def find(self, path: tuple[int, ...]) -> Part | None:
        """The part with that number: ``(1, 2)`` is ``BODY[1.2]`` (RFC 9051: a single part is its own part 1)."""
        part = self
        for depth, number in enumerate(path):
            whole = depth == 0 or part.inner is not None  # a mail, not one of its parts
            if depth and part.inner is not None:
                part = part.inner
            if 0 < number <= len(part.children):
                part = part.children[number - 1]
            elif part.children or number != 1 or not whole:
                return None
        return part


def parse(raw: bytes) -> Part:
    """The tree of a mail."""
    return _part(raw, 0, len(raw), "text/plain", [MOST_PARTS], 0)


def header_end(raw: bytes, start: int, end: int) -> int:
    """Where the body begins: behind the first empty line."""
    for empty in (b"\r\n", b"\n"):
        if raw.startswith(empty, start):
            return min(start + len(empty), end)
    ends = [at + len(gap) for gap in (b"\r\n\r\n", b"\n\n") if (at := raw.find(gap, start, end)) >= 0]
    return min(ends, default=end)


def fields_of(header: bytes) -> list[tuple[bytes, bytes]]:
    """(name in lower case, the whole field with its line ends) in order; a line that is no field has no name."""
    found: list[tuple[bytes, bytearray]] = []
    for line in header.splitlines(keepends=True):
        folded = line[:1] in (b" ", b"\t")
        if folded and found:
            found[-1][1].extend(line)
        elif line.strip(b"\r\n"):
            name, colon, _ = line.partition(b":")
            found.append((name.strip().lower() if colon and not folded else b"", bytearray(line)))
    return [(name, bytes(value)) for name, value in found]


def unfold(field_bytes: bytes) -> bytes:
    """The value of a field: without name, line ends and outer space."""
    return field_bytes.partition(b":")[2].replace(b"\r", b"").replace(b"\n", b"").strip()


def _part(raw: bytes, start: int, end: int, default: str, budget: list[int], depth: int) -> Part:
    body = header_end(raw, start, end)
    part = Part(raw, start, body, end, fields_of(raw[start:body]), default)
    budget[0] -= 1
    _read_type(part)
    if depth >= DEEPEST:
        return part
    if part.type == "message/rfc822":
        part.inner = _part(raw, body, end, "text/plain", budget, depth + 1)
    elif part.type.startswith("multipart/"):
        boundary = dict(part.params).get("boundary", "")
        inner_default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        for low, high in _split(raw, body, end, boundary.encode("latin-1", "replace")):
            if budget[0] > 0:
                part.children.append(_part(raw, low, high, inner_default, budget, depth + 1))
    if part.type.startswith("multipart/") and not part.children:
        part.type, part.params = "text/plain", []
    return part


def _read_type(part: Part) -> None:
    value = part.value(b"content-type")
    if value is None:
        return
    message = Message()
    message["Content-Type"] = value[:LONGEST_VALUE].decode("latin-1")
    part.type = message.get_content_type()
    for name, given in message.get_params([])[1:]:
        if name:
            part.params.append((name.lower(), given))


def _split(raw: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    """(start, end) of each part between the boundary lines; the line end before a boundary belongs to it."""
    if not boundary:
        return []
    marker = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    at = raw.find(marker, start, end)
    while at >= 0:
        rest = raw[at + len(marker) : at + len(marker) + 2]
        line_start = at == start or raw[at - 1 : at] == b"\n"
        if line_start and (rest[:1] in (b"\r", b"\n", b" ", b"\t", b"") or rest == b"--"):
            if opened >= 0:
                stop = at - (2 if raw[at - 2 : at] == b"\r\n" else 1)
                spans.append((opened, max(stop, opened)))
            newline = raw.find(b"\n", at, end)
            opened = newline + 1 if newline >= 0 and rest != b"--" else -1
            if opened < 0:
                return spans
        at = raw.find(marker, at + len(marker), end)
    if opened >= 0:
        spans.append((opened, end))
    return spans
