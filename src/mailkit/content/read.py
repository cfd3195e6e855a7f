"""The content of a message, worked out when asked for and kept."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC
from functools import cached_property
from html import escape

from mailkit.message import Message, Part
from mailkit.message.charset import decode

from .calendar import Calendar, read_calendar
from .files import File, embedded_in, files_of, is_media, tnef_of
from .forwarded import Forwarded, forwarded_in
from .html import SafeHtml, sanitize
from .kinds import is_automatic, kind_of
from .meeting import meeting_of
from .protected import without_legacy_display
from .reply import Reply, Segment, split_reply
from .report import Report, report_of
from .sniff import sniff
from .tables import phrases
from .text import html_to_text, is_large, read_html
from .tnef import Tnef

__all__ = ["Content", "read"]

_PREFIX = re.compile(r"(?:\s?\[[^\]\[]{1,80}\]){0,5}\s{0,5}[^\s:：]{1,9}\s?[:：]")  # "Re:", "[list] AW:", "答复："
# What no text needs, and databases and terminals take ill: NUL, escapes that move the cursor.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0d-\x1f\x7f]")
# A carriage return alone ends a line too; "CR CR LF" is one line end that a program wrote twice.
_LINE_END = re.compile("\r{1,9}\n|\r")
_MARKUP = ("text/markdown", "text/x-markdown", "text/enriched", "text/richtext")
_TAGS = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,60}>")  # RFC 1896 section 2
MAX_CALENDAR = 2 * 1024 * 1024  # bytes of a file that is looked at as a calendar
MAX_INLINE = 1024 * 1024  # bytes of one picture that is put into the HTML itself
MAX_INLINE_TOTAL = 4 * 1024 * 1024
_PICTURES = ("image/", "application/octet-stream")
_FORWARDS = phrases(
    """
    fw: | fwd: | wg: | tr: | rv: | i: | enc: | doorst: | vb: | trs: | pd: | vl: | ilt: | πρθ: | tov: | пересл: |
    пер: | forward: | forwarded: | הועבר: | העברה: | إعادة توجيه: | fwd： | fw： | chuyển tiếp: | terusan: | 转发 |
    轉寄 | 轉發 | 転送 | 전달
    """
)


def read(message: Message) -> Content:
    """What the message says. Costs nothing until an attribute is asked for; never raises."""
    return Content(message)


class Content:
    """A view of a message for people. Every attribute is computed at the first access and kept."""

    def __init__(self, message: Message) -> None:
        self.message = message

    def __repr__(self) -> str:
        return f"Content({self.message!r})"

    @cached_property
    def kind(self) -> str:
        """``normal``, ``bounce``, ``complaint``, ``receipt``, ``auto-reply``, ``list`` or ``calendar``."""
        return kind_of(self.message)

    @cached_property
    def is_automatic(self) -> bool:
        """Whether a machine wrote this, or sent it to many, so that no machine may answer it (RFC 3834 section 2)."""
        return is_automatic(self.message)

    @cached_property
    def report(self) -> Report | None:
        """The machine's report, if the message is one."""
        return report_of(self.message)

    @cached_property
    def text(self) -> str:
        """The whole body as plain text, lines separated by LF; made from HTML where there is no plain text, taken from
        winmail.dat where there is neither."""
        parts = [self._part_text(part) for part in self.message.text_body]
        text = "\n".join(part for part in parts if part)
        if text.strip():
            return text
        if self.tnef is None:
            return "\n".join(self._marked_up)
        return self.tnef.text[: self.message.limits.text_bytes] or html_to_text(self._tnef_html)

    @property
    def _marked_up(self) -> list[str]:
        """Texts in kinds of markup that are read as they are (RFC 2046 section 4.1.4), where nothing else is shown."""
        parts = [
            part for part in self.message.parts if part.content_type in _MARKUP and part.disposition != "attachment"
        ]
        texts = (_CONTROLS.sub("", _LINE_END.sub("\n", self._raw_text(part))).strip("\n") for part in parts)
        return [
            _TAGS.sub("", text) if "rich" in part.content_type else text
            for part, text in zip(parts, texts, strict=True)
        ]

    @cached_property
    def html(self) -> str:
        """The body as safe HTML: no script, nothing loaded from outside, inline pictures put in. Plain text is
        wrapped."""
        return self.safe_html(cid=self._data_url).html

    def safe_html(self, *, remote: bool = False, cid: Callable[[str], str | None] | None = None) -> SafeHtml:
        """The body as safe HTML.

        Args:
            remote: keep pictures that are loaded from outside.
            cid: from a Content-ID to the URL at which the application serves that part; None leaves them out.
        """
        pieces: list[str] = []
        blocked = 0
        named: set[str] = set()  # pictures for which the HTML has a place

        def place(content_id: str) -> str | None:
            named.add(content_id)
            return None if cid is None else cid(content_id)

        for part in self.message.html_body:
            if part.content_type == "text/html":
                safe = sanitize(self._raw_text(part), remote=remote, cid=place)
                pieces.append(safe.html)
                blocked += safe.blocked
            elif is_media(part):
                pieces.append("" if part.content_id in named else self._picture(part, cid))
            elif part.content_type.startswith("text/") or part.is_multipart:
                pieces.append(f'<div style="white-space:pre-wrap">{escape(self._part_text(part))}</div>')
        if self._tnef_html:
            return sanitize(self._tnef_html, remote=remote, cid=cid)
        pieces += [
            f'<div style="white-space:pre-wrap">{escape(text)}</div>' for text in self._marked_up if not any(pieces)
        ]
        return SafeHtml("\n".join(filter(None, pieces)), blocked)

    def _picture(self, part: Part, cid: Callable[[str], str | None] | None) -> str:
        """A picture that stands between the texts, as Apple's programs send them; "" where there is no way to it."""
        if cid is None or not part.content_type.startswith("image/"):
            return ""
        found = cid(part.content_id or f"part-{part.index}@")
        return sanitize('<p><img src="cid:it"></p>', cid=lambda _: found).html if found else ""

    @cached_property
    def reply(self) -> Reply:
        """The body taken apart into new text, quotations, signature, forwarded message: HTML structure first, then
        lines."""
        forward, answer = self.is_forward, self._may_answer
        sender = next((address.name for address in self.message.from_), "")
        html = [self._raw_text(part) for part in self.message.html_body if part.content_type == "text/html"]
        html = html or [self._tnef_html] * bool(self._tnef_html)
        plain = [part for part in self.message.text_body if part.content_type != "text/html"]
        if not html or any(map(is_large, html)):
            return split_reply(self.text, forward=forward, answer=answer, sender=sender)
        read = [read_html(text, structure=True, forward=forward) for text in html]
        marked = any(item.quotes for item in read)
        text = "\n".join(item.text for item in read)
        reply = split_reply(text, forward=forward, answer=answer, marked=marked, sender=sender)
        signatures = tuple(Segment("signature", text) for item in read for text in item.signatures)
        if plain and not reply.reply:
            other = split_reply(self.text, forward=forward, answer=answer, sender=sender)
            if other.reply:
                return other
        if signatures and not any(segment.text.strip() for segment in reply.segments):
            return split_reply("\n\n".join(item.text for item in signatures), answer=answer)  # all marked as signature
        return Reply((*reply.segments, *signatures))

    @property
    def _may_answer(self) -> bool:
        """Whether this may answer something: programs that give no In-Reply-To put at least "Re:" before the
        subject."""
        headers = self.message.headers
        if headers.raw("In-Reply-To") is not None or headers.raw("References") is not None:
            return True
        return _PREFIX.match(self.message.subject) is not None

    @property
    def reply_text(self) -> str:
        """What the sender wrote, without quotations and signature."""
        return self.reply.reply

    @property
    def quoted(self) -> tuple[str, ...]:
        """The quoted stretches."""
        return self.reply.quoted

    @property
    def signature(self) -> str:
        """The signature, "" if none was found."""
        return self.reply.signature

    @property
    def forwarded(self) -> str:
        """The text of the forwarded message with its copied header, "" if none; attached ones are in
        ``message.parts``."""
        return self.reply.forwarded

    @cached_property
    def original(self) -> Forwarded | None:
        """The message that was forwarded, attached or copied into the text; None if this forwards nothing.

        A message attached to a mail counts where the mail calls itself a forward or says nothing of its own.
        """
        if self.report is not None:
            return None
        attached = next((part.message for part in self.message.parts if part.message is not None), None)
        if attached is not None and (self.is_forward or not self.text.strip()):
            inner = Content(attached)
            sender = next(iter(attached.from_), None)
            date = attached.headers.get("Date") or ""
            return Forwarded(sender, attached.to, attached.subject, attached.date, date, inner.text, attached)
        sent = self.message.date
        zone = sent.tzinfo if sent is not None and sent.tzinfo is not None else UTC
        return forwarded_in(self.forwarded, zone) if self.forwarded else None

    @property
    def is_forward(self) -> bool:
        """Whether the subject says that this is a forward."""
        subject = self.message.subject[:200].strip().casefold().replace("i\u0307", "i").replace(" :", ":", 1)
        if subject.startswith("vs:"):  # "forwarded" in Danish and Norwegian, "answer" in Finnish
            return "\nemne:" in self.text.replace("*", "").casefold()
        return subject.startswith(_FORWARDS)

    @cached_property
    def calendar(self) -> Calendar | None:
        """The first calendar part, if there is one, else the meeting that a winmail.dat holds."""
        part = next((part for part in self.message.parts if part.content_type == "text/calendar"), None)
        part = part or next((part for part in self.message.parts if _is_calendar_file(part)), None)
        if part is not None:
            text = _calendar_text(part)[: self.message.limits.text_bytes]
            return read_calendar(text, part.params.get("method", ""))
        return None if self.tnef is None else meeting_of(self.tnef)

    @cached_property
    def attachments(self) -> tuple[File, ...]:
        """All files: MIME parts, those in winmail.dat, those that stand encoded in the text. Decoded when asked for."""
        return files_of(self.message, self._streams)

    @cached_property
    def _streams(self) -> dict[int, Tnef]:
        return tnef_of(self.message)

    @property
    def tnef(self) -> Tnef | None:
        """What the first ``winmail.dat`` of the message holds, None if there is none."""
        return next(iter(self._streams.values()), None)

    @cached_property
    def _tnef_html(self) -> str:
        """The HTML of winmail.dat, where the message has no HTML of its own."""
        if self.tnef is None or any(part.content_type == "text/html" for part in self.message.html_body):
            return ""
        return self.tnef.html[: self.message.limits.text_bytes]

    def _raw_text(self, part: Part) -> str:
        most = self.message.limits.text_bytes
        data, files = embedded_in(part)
        text = decode(data, part.charset)[0].replace("\r\n", "\n")[:most] if files else part.text[:most]
        return without_legacy_display(text, part, self.message.parts[0])

    def _part_text(self, part: Part) -> str:
        if part.undone is not None:
            return Content(part.undone).text
        if part.content_type == "text/html":
            return html_to_text(self._raw_text(part))
        if not (part.content_type.startswith("text/") or part.is_multipart or part.content_type == ""):
            return ""
        text = _CONTROLS.sub("", _LINE_END.sub("\n", self._raw_text(part)))
        if part.params.get("format", "").lower() == "flowed":
            text = unflowed(text, delete_space=part.params.get("delsp", "").lower() == "yes")
        return text.strip("\n")

    @cached_property
    def _inline(self) -> dict[str, tuple[str, bytes]]:
        """Pictures by their Content-ID: type and bytes."""
        found: dict[str, tuple[str, bytes]] = {}
        shown = {part.index for part in self.message.html_body}
        for part in self.message.parts:
            name = part.content_id or (f"part-{part.index}@" if part.index in shown else "")
            if not name or part.end - part.start > 2 * MAX_INLINE or not part.content_type.startswith(_PICTURES):
                continue
            kind = sniff(part.content)  # labels are vague: application/octet-stream, image/x-png
            if kind.startswith("image/"):
                found.setdefault(name, (kind, part.content))
        for file in self.attachments if self._streams else ():
            if file.origin == "tnef" and file.content_id and file.content_type.startswith("image/"):
                found.setdefault(file.content_id, (file.content_type, file.content))
        return found

    def _data_url(self, content_id: str) -> str | None:
        kind, content = self._inline.get(content_id, ("", b""))
        if not kind or len(content) > MAX_INLINE:
            return None
        self._spent += len(content)
        if self._spent > MAX_INLINE_TOTAL:
            return None
        return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"

    _spent = 0


def _is_calendar_file(part: Part) -> bool:
    """Some programs attach the calendar only, under the type of any file."""
    named = (part.filename or "").lower().endswith(".ics") and not part.is_multipart
    return part.content_type == "application/ics" or (named and part.end - part.start <= MAX_CALENDAR)


def _calendar_text(part: Part) -> str:
    """UTF-8 is iCalendar's charset (RFC 5545 section 3.1.4); the header's counts where the bytes are something else."""
    try:
        text = part.content.decode("utf-8-sig")
        told = not text.isascii() or part.content_type[:5] != "text/"
    except UnicodeDecodeError:
        return part.text
    return text if told else part.text


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Undo ``format=flowed`` (RFC 3676): lines that end in a blank go on in the next, if that is quoted as deep."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        flows = body.endswith(" ") and body != "-- "
        kept = body[:-1] if flows and delete_space else body
        if open_depth == depth and out and body != "-- ":
            out.append(kept)
        else:
            if out:
                out.append("\n")
            out.append(">" * depth + (" " if depth else "") + kept)
        open_depth = depth if flows else None
    return "".join(out)
