"""What is new in a message, what is quoted, what is the signature: for plain text, in many languages, in linear time.

HTML is turned into plain text first, its quotations becoming ``> `` lines (see ``html``), so that there is one scanner.
It works in three passes over the lines:

1. *Boundaries*: attributions ("On … Ana wrote:", wrapped or not), copied headers (``From: … Sent: …``) and dividers
   with words
   (``-----Original Message-----``). If the next line that is not empty is quoted with ``>``, the boundary is *soft*:
   only the quoted lines below it are quoted and what follows is new again (inline answers). Otherwise it is *hard*:
   everything below is quoted, or forwarded.
2. *Kinds*: each line is new, quoted, an attribution, forwarded.
3. *Signatures*: the end of each new stretch is searched for ``-- ``, list footers, "Sent from my phone", closing
   formulas.

Nothing is lost: the segments in order are the whole text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .copied_header import divider_of, header_end, is_label, labels_end
from .lines import (
    attribution_start,
    foreign_mark,
    is_divider,
    is_group_wise,
    is_quoted,
    is_ruled,
    marker_kind,
    own_words,
    plain,
)
from .signature import device_above, postscript, signature_start

__all__ = ["Reply", "Segment", "split_reply"]

MAX_CHARACTERS = 2 * 1024 * 1024
MAX_LINES = 20_000
LONG_LINE = 60  # characters of a quoted line that may have been wrapped
MAX_MARKS = 20  # kinds of quote marks other than ">" in one text
NEW, QUOTE, ATTRIBUTION, SIGNATURE, FORWARD = "new", "quote", "attribution", "signature", "forward"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of lines of one ``kind``: ``new``, ``quote``, ``attribution``, ``signature`` or ``forward``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A text taken apart. ``segments`` in order are the whole text."""

    segments: tuple[Segment, ...]

    def _all(self, *kinds: str) -> list[str]:
        return [text for s in self.segments if s.kind in kinds and (text := s.text.strip("\n"))]

    @property
    def reply(self) -> str:
        """What the sender wrote, without quotations and signatures; inline answers one below the other."""
        below = [*self.segments[1:], None]
        texts = [
            own_words(s.text) if other is not None and other.kind == QUOTE else s.text
            for s, other in zip(self.segments, below, strict=True)
            if s.kind == NEW
        ]
        return "\n\n".join(_unpadded(text) for text in texts if text.strip())

    @property
    def quoted(self) -> tuple[str, ...]:
        """The quoted stretches, quote marks kept."""
        return tuple(self._all(QUOTE))

    @property
    def signature(self) -> str:
        """The signatures."""
        return "\n\n".join(self._all(SIGNATURE))

    @property
    def forwarded(self) -> str:
        """The forwarded message with its copied header, "" if nothing is forwarded."""
        return "\n".join(self._all(FORWARD))


@dataclass(frozen=True, slots=True)
class _Boundary:
    start: int
    end: int
    kind: str  # "attribution", "header", "original", "forwarded", "above"


def split_reply(
    text: str, *, forward: bool = False, answer: bool = True, marked: bool = False, sender: str = ""
) -> Reply:
    """Take a plain text body apart. Linear; of more than ``MAX_CHARACTERS`` or ``MAX_LINES`` the rest is quoted.

    Args:
        forward: the subject says that this is a forward, so a copied header begins the forwarded message.
        answer: the header says, or may say, that this answers something. If not, "On 12 May you wrote:" with nothing
            quoted below is a sentence, lines with ``>`` that nothing announces are the writer's own, and a mail that
            would have nothing new is new.
        sender: the display name of whoever wrote the mail.
        marked: the quote marks stand for quotations that a mail program marked in HTML, so nothing need announce them.
    """
    head, tail = text[:MAX_CHARACTERS], text[MAX_CHARACTERS:]
    raw = head.replace("\r\n", "\n").replace("\r", "\n").split("\n", MAX_LINES)
    if len(raw) > MAX_LINES:
        tail = raw.pop() + tail
    lines = _links_closed([plain(line) for line in raw])
    boundaries = _boundaries(lines, forward)
    if not answer:
        boundaries = _quoting(lines, boundaries)
    kinds = _kinds(lines, boundaries, forward)
    if not (answer or boundaries or marked):
        kinds = [NEW] * len(kinds)
    _fill_gaps(lines, kinds)
    _mark_signatures(lines, kinds, sender[:100].strip())
    if _says_nothing(lines, kinds, answer):
        kinds = [NEW] * len(kinds)
    segments = _segments(raw, kinds)
    return Reply((*segments, Segment(QUOTE, tail)) if tail else segments)


def _links_closed(lines: list[str]) -> list[str]:
    """Without the mark where ``>`` only closes a link that was broken at the end of the line above."""
    for number in range(1, len(lines)):
        above = lines[number - 1]
        if not is_quoted(lines[number]) or above.rfind("<") <= above.rfind(">"):
            continue
        link = above[above.rfind("<") + 1 :]
        if "://" in link or ("@" in link and link.endswith("=")):  # "=": a soft break left undecoded
            lines[number] = lines[number][1:].lstrip()
    return lines


def _boundaries(lines: Sequence[str], forward: bool) -> list[_Boundary]:
    found: list[_Boundary] = []
    number = 0
    labels = False  # whether the line above is a label of a header that was not taken for one
    while number < len(lines):
        line = lines[number]
        boundary = None
        if line and (not is_quoted(line) or is_group_wise(line)):
            boundary = _boundary_at(lines, number, found[-1].end if found else 0, labels=labels)
        elif forward and line and not found and marker_kind(line.lstrip("> ")) in ("forwarded", "begins"):
            boundary = _marker_at([item.lstrip("> ") for item in lines[number : number + 4]], 0)  # Apple quotes it, too
            boundary = boundary and _Boundary(number, number + 1, boundary.kind)
        labels = boundary is None and is_label(line)
        if boundary is None:
            number += 1
        else:
            found.append(boundary)
            number = boundary.end
    return found


def _boundary_at(lines: Sequence[str], number: int, after: int, *, labels: bool) -> _Boundary | None:
    """What begins on a line. ``labels``: a header was looked for from the line above on, with this one in it."""
    line = lines[number]
    if is_group_wise(line):
        return _Boundary(number, number + 1, "attribution")
    if boundary := _marker_at(lines, number):
        return _Boundary(_before_header(lines, number, after), boundary.end, boundary.kind)
    if not labels and (header := header_end(lines, number)):
        end, kinds = header
        start = _before_header(lines, number, after)
        if kinds >= 3 or start < number:
            return _Boundary(start, end, "header")
    if line[-1] not in ":>-_" and not line[:4].isdigit():
        return None  # no attribution ends so
    below = next((n for n in range(number + 1, min(number + 3, len(lines))) if lines[n]), None)
    quoted = below is not None and is_quoted(lines[below])
    if quoted and below == number + 1 and len(line) >= 20 and not line.strip("_"):
        return _Boundary(number, number + 1, "attribution")  # Hotmail's rule above a quotation
    start_of = attribution_start(lines, number, quoted=quoted)
    if start_of is not None and start_of >= after:
        return _Boundary(_above_attribution(lines, start_of, after), number + 1, "attribution")
    return None


def _above_attribution(lines: Sequence[str], start: int, after: int) -> int:
    """Yandex puts a rule and the labels of recipient and subject above it."""
    top = start
    while top > max(after, start - 5) and is_label(lines[top - 1]):
        top -= 1
    return top - 1 if after < top < start and is_divider(lines[top - 1]) else start


def _marker_at(lines: Sequence[str], number: int) -> _Boundary | None:
    marker = marker_kind(divider_of(lines[number]) or lines[number])
    if marker == "begins":  # Apple's "Begin forwarded message:"; people write such words too
        below = next((line for line in lines[number + 1 : number + 4] if line), "")
        marker = "forwarded" if is_label(below.lstrip("> ")) else ""
    end = labels_end(lines, number + 1) if marker == "original" else number + 1
    return _Boundary(number, end, marker) if marker else None


def _quoting(lines: Sequence[str], boundaries: Sequence[_Boundary]) -> list[_Boundary]:
    """Without the attributions below which nothing is marked as quoted."""
    last = max((n for n, line in enumerate(lines) if is_quoted(line)), default=-1)

    def quotes(at: int) -> bool:
        below = next((n for n in range(at, min(at + 5, len(lines))) if lines[n]), None)
        return last >= at or (below is not None and bool(foreign_mark(lines, below)))

    return [one for one in boundaries if one.kind != "attribution" or quotes(one.end)]


def _says_nothing(lines: Sequence[str], kinds: Sequence[str], answer: bool) -> bool:
    """Whether nothing is new where something must be: in a mail that answers nothing, or that is one signature."""
    told = {kind for line, kind in zip(lines, kinds, strict=True) if line}
    if not told or NEW in told or FORWARD in told:
        return False
    return not answer or (told == {SIGNATURE} and sum(1 for line in lines if line) > 1)


def _before_header(lines: Sequence[str], number: int, after: int) -> int:
    """A divider, with words or without, above the header belongs to it, with at most two empty lines between."""
    for above in range(number - 1, max(after, number - 4) - 1, -1):
        if is_divider(lines[above]) or is_ruled(lines[above]):
            return above
        if lines[above]:
            break
    return number


def _kinds(lines: Sequence[str], boundaries: Sequence[_Boundary], forward: bool) -> list[str]:
    kinds = [QUOTE if is_quoted(line) else NEW for line in lines]
    last_quoted = max((n for n, kind in enumerate(kinds) if kind == QUOTE), default=-1)
    something_new = False
    marks: set[str] = set()
    done = 0
    for boundary in boundaries:
        something_new = something_new or any(lines[n] and kinds[n] == NEW for n in range(done, boundary.start))
        forwards = boundary.kind == "forwarded" or (boundary.kind in ("header", "original") and forward)
        soft = _quotes_below(lines, kinds, boundary.end, marks)
        if not something_new:
            # A header with nothing above it is a print of the message's own header; an attribution with nothing above
            # it and quoted lines somewhere below begins answers between the lines.
            own_header = boundary.kind == "header" and not forward
            # A help desk's own mail begins with "write above this line".
            soft = (
                soft
                or own_header
                or boundary.kind == "above"
                or (boundary.kind == "attribution" and last_quoted > boundary.end)
            )
        if not soft:
            _mark_rest(kinds, boundary, FORWARD if forwards else QUOTE)
            return kinds
        kinds[boundary.start : boundary.end] = [ATTRIBUTION] * (boundary.end - boundary.start)
        if forwards:
            _mark_forward(lines, kinds, boundary.start)
            return kinds
        done = boundary.end
    return kinds


def _mark_rest(kinds: list[str], boundary: _Boundary, kind: str) -> None:
    kinds[boundary.start :] = [kind] * (len(kinds) - boundary.start)
    if kind == QUOTE:
        kinds[boundary.start : boundary.end] = [ATTRIBUTION] * (boundary.end - boundary.start)


def _quotes_below(lines: Sequence[str], kinds: list[str], start: int, marks: set[str]) -> bool:
    """Whether the first line below, "[...]" not counted, is quoted. A mark other than ``>`` is recognised and noted."""
    below = next((n for n in range(start, len(lines)) if lines[n] and lines[n] not in _ELISIONS), None)
    if below is None:
        return False
    if kinds[below] == QUOTE:
        return True
    mark = foreign_mark(lines, below)
    if mark and mark not in marks and len(marks) < MAX_MARKS:
        marks.add(mark)
        for number in range(below, len(lines)):
            kinds[number] = QUOTE if lines[number].startswith(mark) else kinds[number]
    return bool(mark)


_ELISIONS = frozenset({"[...]", "[…]", "...", "…", "<snip>", "[snip]", "(snip)", "--snip--", "[cut]", "[schnipp]"})


def _fill_gaps(lines: Sequence[str], kinds: list[str]) -> None:
    """Empty lines between quoted lines belong to the quotation, and links that a program wrapped out of it."""
    for start, end in _stretches(kinds, NEW):
        if start == 0 or end == len(kinds) or not kinds[start - 1] == kinds[end] == QUOTE:
            continue
        wrapped = end - start <= 3 and (_wrapped_link(lines, start, end) or _wrapped_rest(lines, start, end))
        if wrapped or not any(lines[start:end]):
            kinds[start:end] = [QUOTE] * (end - start)


def _wrapped_rest(lines: Sequence[str], start: int, end: int) -> bool:
    """Whether the line is the rest of a long quoted one that was wrapped without its mark: it goes on in the middle of
    a sentence, and the quotation goes on right below."""
    above, line = lines[start - 1], lines[start]
    return end - start == 1 and len(above) >= LONG_LINE and above[-1] not in ".!?:;" and line[:1].islower()


def _wrapped_link(lines: Sequence[str], start: int, end: int) -> bool:
    """Whether nothing stands there but ``(https://…)`` or the rest of one that the line above began."""
    above = lines[start - 1]
    is_open = "://" in above and above.rfind("(") > above.rfind(")")
    text = "".join(lines[start:end]).rstrip("> ")
    return text[-1:] == ")" and " " not in text and (is_open or (text.startswith("(http") and "://" in text[:9]))


def _mark_forward(lines: Sequence[str], kinds: list[str], start: int) -> None:
    """A forward whose text is quoted with ``>``: it ends where the quotation ends."""
    for number in range(start, len(lines)):
        if kinds[number] == NEW and lines[number]:
            return
        kinds[number] = FORWARD


def _mark_signatures(lines: Sequence[str], kinds: list[str], sender: str) -> None:
    stretches = _stretches(kinds, NEW)
    weak: list[tuple[int, int]] = []
    for position, (start, end) in enumerate(stretches):
        last = position == len(stretches) - 1 or (end < len(kinds) and kinds[end] == ATTRIBUTION)
        begin, sure = signature_start(lines[start:end], at_end=last, sender=sender)
        if begin < end - start:
            if sure:
                kinds[start + begin : end] = [SIGNATURE] * (end - start - begin)
                after = start + postscript(lines[start:end], begin)
                kinds[after:end] = [NEW] * (end - after)
            else:
                weak.append((start + begin, end))
        if position == 0 and kinds[start] == NEW and device_above(lines[start:end]):
            kinds[start] = SIGNATURE
    new = sum(1 for line, kind in zip(lines, kinds, strict=True) if line and kind == NEW) if weak else 0
    for begin, end in weak:
        own = sum(1 for n in range(begin, end) if lines[n] and kinds[n] == NEW)
        if new > own:  # a mail that says nothing but "Best regards" says that
            kinds[begin:end] = [SIGNATURE] * (end - begin)
            new -= own


def _stretches(kinds: Sequence[str], wanted: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = None
    for number, kind in enumerate([*kinds, ""]):
        if kind == wanted and start is None:
            start = number
        elif kind != wanted and start is not None:
            found.append((start, number))
            start = None
    return found


def _segments(raw: Sequence[str], kinds: Sequence[str]) -> tuple[Segment, ...]:
    found: list[Segment] = []
    start = 0
    for number in range(1, len(raw) + 1):
        if number == len(raw) or kinds[number] != kinds[start]:
            found.append(Segment(kinds[start], "\n".join(raw[start:number])))
            start = number
    return tuple(found)


def _unpadded(text: str) -> str:
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join(lines).strip("\n")
