"""The words of another message inside ours, as text and as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from mailkit.compose.audience import clean
from mailkit.compose.draft import Attachment
from mailkit.compose.phrases import Phrases

if TYPE_CHECKING:
    from mailkit.content import File
    from mailkit.message import Message, Part

_LONGEST_CHARSET = 40  # RFC 2978 section 2.3
_END = re.compile(r"(?:</body\s{0,9}>\s{0,99})?</html\s{0,9}>\s{0,99}\Z|</body\s{0,9}>\s{0,99}\Z", re.IGNORECASE)
_LONGEST_END = 400


class Original:
    """A received message, as it may be quoted: readable text, HTML without script and without anything remote.

    ``pictures`` are the inline pictures that the HTML shows; it names them by Content-IDs of ours.
    """

    def __init__(self, message: Message) -> None:
        from mailkit.content import read

        self.message = message
        self._content = read(message)
        self._shown: dict[str, Attachment] = {}

    @property
    def text(self) -> str:
        """The body as plain text."""
        return self._content.text.rstrip("\n").encode("utf-8", "replace").decode("utf-8")

    @property
    def has_html(self) -> bool:
        """Whether the author wrote HTML."""
        return any(part.content_type == "text/html" for part in self.message.html_body)

    def html(self) -> str:
        """The body as a fragment of safe HTML."""
        if not self.has_html:  # Outlook knows no white-space: pre-wrap
            return escape(self.text).replace("\n", "<br>\n")
        html = self._content.safe_html(cid=self._shown_picture).html
        return html.encode("utf-8", "replace").decode("utf-8")

    @property
    def pictures(self) -> tuple[Attachment, ...]:
        """The inline pictures that ``html`` has shown."""
        return tuple(self._shown.values())

    def _shown_picture(self, cid: str) -> str | None:
        pictures = (part for part in self._enclosed() if part.content_type.startswith("image/"))
        part = next((part for part in pictures if cid in (part.content_id, f"part-{part.index}@")), None)
        if part is None:
            return None
        # A Content-ID from outside may be anything, so the copy gets one of its own.
        made = carried(part, inline=True)
        self._shown[made.cid] = made
        return f"cid:{made.cid}"

    def _enclosed(self) -> list[Part]:
        """The attachments, and the pictures, sounds and films that stand between the texts."""
        from mailkit.content.files import is_media

        message = self.message
        media = (part for part in (*message.text_body, *message.html_body) if is_media(part))
        listed = {part.index for part in (*message.attachments, *media)}
        return [part for part in message.parts if part.index in listed]

    def files(self, without: Iterable[Attachment] = ()) -> list[Attachment]:
        """Everything enclosed, as it can be passed on, but for what the HTML shows. What ``text`` is without because
        it is a file, in uuencode or yEnc or in an encoded multipart, is among it."""
        shown = {one.content for one in without}
        enclosed = self._enclosed()
        listed = {part.index for part in enclosed}
        files = [carried(part) for part in enclosed]
        files += [unpacked(file) for file in self._content.attachments if file.part not in listed]
        return [file for file in files if file.content not in shown]


def carried(part: Part, *, inline: bool = False) -> Attachment:
    """A part of a received message as an attachment of ours: a safe name, a type that can be written, every byte."""
    from mailkit.compose.mime import is_content_type
    from mailkit.message import safe_filename

    kind = part.content_type if is_content_type(part.content_type) else "application/octet-stream"
    named = part.charset or ""
    charset = f"; charset={named}" if len(named) <= _LONGEST_CHARSET and named.replace("-", "").isalnum() else ""
    content = part.message.raw if part.message is not None else part.content
    name = clean(safe_filename(part.filename, part.content_type, part.index))
    declared = (kind + charset) if kind.startswith("text/") and charset.isascii() else kind
    return Attachment(name, content, declared, inline=inline)


def unpacked(file: File) -> Attachment:
    """A file that stood in a text of a received message as an attachment of ours."""
    from mailkit.compose.mime import is_content_type

    kind = file.content_type if is_content_type(file.content_type) else "application/octet-stream"
    return Attachment(clean(file.name), file.content, kind)


def attribution(message: Message, phrases: Phrases) -> str:
    """The line above a quotation: who wrote it, and when."""
    author = clean(str(message.from_[0])) if message.from_ else "?"
    date = f"{message.date:%Y-%m-%d %H:%M %z}" if message.date is not None else "?"
    return phrases.attribution.replace("{date}", date).replace("{who}", author)


def quoted_text(original: Original, phrases: Phrases) -> str:
    """The original's text with ``> `` before each line, below the attribution."""
    lines = ["> " + line if line else ">" for line in original.text.split("\n")]
    return "\n".join([attribution(original.message, phrases), *lines, ""])


def quoted_html(original: Original, phrases: Phrases) -> str:
    """The original as HTML in a ``blockquote``, below the attribution; the marks are those that mail programs know."""
    who = escape(attribution(original.message, phrases))
    return f'<p>{who}</p>\n<blockquote type="cite">{original.html()}</blockquote>\n'


def below(html: str, more: str) -> str:
    """HTML with more below it: inside of its body, if it is a whole document."""
    end = _END.search(html, max(0, len(html) - _LONGEST_END))
    at = end.start() if end else len(html)
    return f"{html[:at]}\n{more}{html[at:]}"


def headlines(message: Message, phrases: Phrases) -> list[tuple[str, str]]:
    """From, Date, Subject, To and Cc of a message that is passed on, with their labels."""
    values = [
        ", ".join(map(str, message.from_)),
        "" if message.date is None else f"{message.date:%Y-%m-%d %H:%M %z}",
        message.subject,
        ", ".join(map(str, message.to)),
        ", ".join(map(str, message.cc)),
    ]
    pairs = zip(phrases.labels, map(clean, values), strict=True)
    return [(label, value) for label, value in pairs if value]


def forwarded_text(original: Original, phrases: Phrases) -> str:
    """The original's text below a copy of its header."""
    lines = [f"{label}: {value}" for label, value in headlines(original.message, phrases)]
    return "\n".join([f"---------- {phrases.forwarded} ----------", *lines, "", original.text, ""])


def forwarded_html(original: Original, phrases: Phrases) -> str:
    """The original as HTML below a copy of its header."""
    lines = [f"<b>{escape(label)}:</b> {escape(value)}" for label, value in headlines(original.message, phrases)]
    head = "<br>\n".join([f"---------- {escape(phrases.forwarded)} ----------", *lines])
    return f"<p>{head}</p>\n<div>{original.html()}</div>\n"
