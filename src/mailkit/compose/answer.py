"""reply() and forward(): a received message becomes a draft.

What comes from outside is cleaned here rather than refused: a hostile subject must not make a message unanswerable.
Control characters become blanks, an encoded-word that hides one is broken up, ids that cannot stand on the wire are
left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from mailkit.compose import guard
from mailkit.compose.composing import is_message_id
from mailkit.compose.draft import Attachment, Draft
from mailkit.errors import DraftError

if TYPE_CHECKING:
    from mailkit.message import Address, Message, Part

#: RFC 5322 sets no bound; servers do. The first id is the thread's root, the last ones are the nearest ancestors.
MAX_REFERENCES = 50


def reply(
    message: Message,
    *,
    own_addresses: Collection[str],
    text: str | None,
    html: str | None = None,
    all: bool = False,
    quote: bool = False,
    attachments: Sequence[Attachment] = (),
    from_: str | Address | None = None,
) -> Draft:
    """A draft that answers a message (RFC 5322 section 3.6.4).

    Goes to Reply-To, else to From. An answer to a message of our own goes to whom that one went to.

    Args:
        message: the message to answer.
        own_addresses: the account's addresses; they are never among the recipients.
        text, html: the answer.
        all: answer its other recipients too, in Cc.
        quote: put the answered text below the answer.

    Raises:
        DraftError: nobody is left to answer.
    """
    own = {address.casefold() for address in own_addresses}
    to, cc = _audience(message, own, all)
    if not to:
        raise DraftError("The message names nobody to answer.", hint="Write a Draft with an address in to.")
    if quote:
        text, html = _with_quote(message, text, html)
    return Draft(
        to=to,
        cc=cc,
        subject=_marked(message.subject, "Re: "),
        text=text,
        html=html,
        attachments=tuple(attachments),
        from_=from_,
        in_reply_to=message.message_id if message.message_id and is_message_id(message.message_id) else None,
        references=_references(message),
    )


def _audience(message: Message, own: set[str], everyone: bool) -> tuple[list[Address], list[Address]]:
    from_us = any(_is_own(address, own) for address in message.from_)
    first = message.to if from_us else (message.reply_to or message.from_)
    to = _usable(first, own)
    if not to and not from_us:
        # A note to oneself, or a Reply-To that points back at us: the author is still somebody.
        to = _usable(message.from_, own) or _usable(message.to, own)
    if not everyone:
        return to, []
    rest = message.cc if from_us else (*message.to, *message.cc)
    seen = own | {address.key for address in to}
    return to, _usable(rest, seen)


def _is_own(address: Address, own: set[str]) -> bool:
    return address.key in own or address.address.casefold() in own


def _usable(addresses: Iterable[Address], without: set[str]) -> list[Address]:
    found: dict[str, Address] = {}
    for address in addresses:
        if address.address and "@" in address.address and not _is_own(address, without):
            found.setdefault(address.key, _clean_address(address))
    return list(found.values())


def _clean_address(address: Address) -> Address:
    from mailkit.message import Address as Made

    return Made(name=clean(address.name), address=address.address, group=None)


def clean(text: str) -> str:
    """Text from outside as it may stand in a header of ours: one line, nothing hidden, lone surrogates replaced."""
    line = " ".join("".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in text).split())
    line = line.encode("utf-8", "replace").decode("utf-8")
    return line.replace("=?", "= ?") if guard.hides_control(line) else line


def _marked(subject: str, mark: str) -> str:
    from mailkit.thread import is_forward, is_reply

    text = clean(subject)
    marked = is_reply(text) if mark == "Re: " else is_forward(text)
    return text if marked else mark + text


def _references(message: Message) -> tuple[str, ...]:
    """The ancestors and the message itself: its References, else its one In-Reply-To, then its own id."""
    before = message.references or (message.in_reply_to if len(message.in_reply_to) == 1 else ())
    own = (message.message_id,) if message.message_id else ()
    ids = [ref for ref in dict.fromkeys((*before, *own)) if is_message_id(ref)]
    if message.message_id in ids[:-1]:
        ids.remove(message.message_id)
        ids.append(message.message_id)
    return tuple(ids) if len(ids) <= MAX_REFERENCES else (ids[0], *ids[1 - MAX_REFERENCES :])


def _with_quote(message: Message, text: str | None, html: str | None) -> tuple[str | None, str | None]:
    original, who = plain_text(message), _attribution(message)
    if text is not None:
        quoted = "\n".join("> " + line if line else ">" for line in original.split("\n"))
        text = f"{text.rstrip()}\n\n{who}\n{quoted}\n"
    if html is not None:
        from html import escape

        body = escape(original).replace("\n", "<br>\n")
        html = f'{html}\n<p>{escape(who)}</p>\n<blockquote type="cite">{body}</blockquote>\n'
    return text, html


def _attribution(message: Message) -> str:
    author = clean(str(message.from_[0])) if message.from_ else "somebody"
    when = f"On {message.date:%Y-%m-%d %H:%M %z}, " if message.date is not None else ""
    return f"{when}{author} wrote:"


def plain_text(message: Message) -> str:
    """The text parts of the body that are plain text, joined; "" if there are none."""
    parts = [part.text.rstrip("\n") for part in message.text_body if part.content_type == "text/plain"]
    return "\n\n".join(parts)


def forward(
    message: Message,
    *,
    to: Sequence[str | Address],
    text: str | None = None,
    cc: Sequence[str | Address] = (),
    as_attachment: bool = False,
    from_: str | Address | None = None,
) -> Draft:
    """A draft that passes a message on.

    The original's plain text stands below ``text``, its attachments go along. An original without plain text is
    enclosed whole, so that nothing is lost.

    Args:
        message: the message to pass on.
        to, cc: who gets it.
        text: what to say first.
        as_attachment: enclose the original whole (message/rfc822), every byte of it.
    """
    original = plain_text(message)
    head = (text or "").rstrip()
    subject = _marked(message.subject, "Fwd: ")
    if as_attachment or not original:
        name = (clean(message.subject)[:80] or "message") + ".eml"
        files = [Attachment(name, message.raw, "message/rfc822")]
        return Draft(to=to, cc=cc, subject=subject, text=head, attachments=files, from_=from_)
    body = "\n".join([head, "", "---------- Forwarded message ----------", *_headlines(message), "", original, ""])
    files = [_carried(part) for part in message.attachments]
    return Draft(to=to, cc=cc, subject=subject, text=body.lstrip("\n"), attachments=files, from_=from_)


def _headlines(message: Message) -> list[str]:
    lines = [("From", ", ".join(map(str, message.from_)))]
    if message.date is not None:
        lines.append(("Date", f"{message.date:%Y-%m-%d %H:%M %z}"))
    lines += [("Subject", message.subject), ("To", ", ".join(map(str, message.to)))]
    if message.cc:
        lines.append(("Cc", ", ".join(map(str, message.cc))))
    return [f"{name}: {clean(value)}" for name, value in lines]


def _carried(part: Part) -> Attachment:
    from mailkit.message import safe_filename

    kind = part.content_type if part.content_type.isascii() else "application/octet-stream"
    charset = f"; charset={part.charset}" if part.charset and part.charset.replace("-", "").isalnum() else ""
    content = part.message.raw if part.message is not None else part.content
    return Attachment(
        safe_filename(part.filename, part.content_type, part.index),
        content,
        (kind + charset) if kind.startswith("text/") else kind,
    )
