"""A letter: a mail before it is bytes. Who, when, what, in answer to what, and with which program it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from mailkit.testing.samples.build import Entity, usable_charset
from mailkit.testing.samples.model import Contact

__all__ = ["Letter", "Party", "charset_of"]

Party = tuple[str, str]
"""A name and an address."""


@dataclass(slots=True, kw_only=True)
class Letter:
    """A mail in the making; ``clients.write`` fills ``text`` and ``html``, ``clients.render`` gives the bytes.

    ``message_id`` and ``references`` are without angle brackets. ``date`` is aware, in the sender's own zone.
    ``images`` are inline parts that ``html`` shows by their Content-ID.
    """

    sender: Contact
    to: tuple[Party, ...]
    subject: str
    date: datetime
    message_id: str
    lang: str
    greeting: str
    body: tuple[str, ...]
    closing: str
    cc: tuple[Party, ...] = ()
    parent: Letter | None = None
    inline: bool = False
    forward: bool = False
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    thread_index: bytes = b""
    attachments: list[Entity] = field(default_factory=list[Entity])
    images: list[tuple[str, Entity]] = field(default_factory=list[tuple[str, Entity]])
    extra: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    text: str = ""
    html: str | None = None

    @property
    def signature(self) -> tuple[str, ...]:
        """Name and title, as most people sign."""
        return (self.sender.name, self.sender.title)

    @property
    def words(self) -> str:
        """The sender's own words: no greeting, closing, signature or quote."""
        return "\n\n".join(self.body)

    def lines(self) -> list[str]:
        """Everything newly written, as paragraphs, the signature last."""
        return [self.greeting, *self.body, "\n".join((self.closing, *self.signature))]

    def quoted_html(self) -> str:
        """This letter's inside, to be quoted in the HTML of its answer."""
        if self.html is None:
            return escape(self.text, quote=False).rstrip("\n").replace("\n", "<br>\n")
        start = self.html.find("<body")
        return self.html[self.html.find(">", start) + 1 : self.html.rfind("</body>")] if start >= 0 else self.html


def charset_of(letter: Letter) -> str:
    """The charset that the program writes this language in: older programs still use the national ones."""
    old = letter.sender.client in ("outlook", "thunderbird")
    wanted = {"ja": "iso-2022-jp", "ar": "windows-1256", "de": "iso-8859-1"}.get(letter.lang, "utf-8")
    return usable_charset(letter.text + (letter.html or ""), wanted if old else "utf-8")
