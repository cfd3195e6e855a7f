"""reply() and forward(): a received message becomes a draft.

What comes from outside is cleaned here rather than refused: a hostile subject must not make a message unanswerable.
Control characters become blanks, an encoded-word that hides one is broken up, ids and addresses that cannot stand on
the wire are left out, a content type that is none becomes ``application/octet-stream``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import TYPE_CHECKING

from mailkit.compose.audience import LONGEST_SUBJECT, audience, clean, own_keys
from mailkit.compose.composing import is_message_id
from mailkit.compose.draft import Attachment, Draft, attachments_of
from mailkit.compose.guard import check_message, check_type
from mailkit.compose.phrases import phrases_of
from mailkit.compose.quote import Original, below, forwarded_html, forwarded_text, quoted_html, quoted_text

if TYPE_CHECKING:
    from mailkit.message import Address, Message

#: RFC 5322 sets no bound; servers do. The first id is the thread's root, the last ones are the nearest ancestors.
MAX_REFERENCES = 50


def reply(
    message: Message,
    *,
    own_addresses: Collection[str | Address],
    text: str | None,
    html: str | None = None,
    all: bool = False,
    to_list: bool = False,
    quote: bool = False,
    attachments: Sequence[Attachment] = (),
    from_: str | Address | None = None,
    language: str = "en",
) -> Draft:
    """A draft that answers a message (RFC 5322 section 3.6.4).

    Goes to Reply-To, else to From. An answer to a message of our own goes to whom that one went to.

    Args:
        message: the message to answer.
        own_addresses: the account's addresses; neither they nor their subaddresses (``ana+crm@…`` of ``ana@…``, RFC
            5233) are ever among the recipients.
        text, html: the answer.
        all: answer its other recipients too, in Cc; or, where it has Mail-Followup-To, those that it names.
        to_list: answer to the mailing list alone (List-Post, RFC 2369).
        quote: put the answered message below the answer: its text below ``text``, its HTML (without script, without
            remote pictures, with its inline pictures) below ``html``.
        language: of the mark before the subject and of the line above the quotation; see ``compose.phrases``.

    Raises:
        DraftError: nobody is left to answer; ``to_list``, and the message came by no list that takes mail.
        InputError: the language is not known.
    """
    check_message(message)
    phrases = phrases_of(language)
    _check_bodies(text, html)
    own = own_keys(own_addresses)
    to, cc = audience(message, own, everyone=all, to_list=to_list)
    files = [*attachments_of(attachments)]
    if quote:
        original = Original(message)
        text = None if text is None else f"{text.rstrip()}\n\n{quoted_text(original, phrases)}"
        if html is not None:
            html = below(html, quoted_html(original, phrases))
            files += _new(original.pictures, files)
    return Draft(
        to=to,
        cc=cc,
        subject=_marked(message.subject, phrases.reply, forward=False),
        text=text,
        html=html,
        attachments=files,
        from_=from_,
        in_reply_to=message.message_id if message.message_id and is_message_id(message.message_id) else None,
        references=_references(message),
    )


def _check_bodies(text: object, html: object) -> None:
    for name, value in (("text", text), ("html", html)):
        check_type(value, (str, type(None)), name)


def _new(pictures: Sequence[Attachment], files: Sequence[Attachment]) -> list[Attachment]:
    known = {file.cid for file in files}
    return [picture for picture in pictures if picture.cid not in known]


def _marked(subject: str, mark: str, *, forward: bool) -> str:
    from mailkit.thread import first_marks

    text = clean(subject, most=LONGEST_SUBJECT)
    # Only the mark in front counts: "Fwd: Re: Offer" that is answered is an answer to a forward.
    return text if ("forward" if forward else "reply") in first_marks(text) else (mark + text).rstrip()


def _references(message: Message) -> tuple[str, ...]:
    """The ancestors and the message itself: its References, else its one In-Reply-To, then its own id."""
    before = message.references or (message.in_reply_to if len(message.in_reply_to) == 1 else ())
    own = (message.message_id,) if message.message_id else ()
    ids = [ref for ref in dict.fromkeys((*before, *own)) if is_message_id(ref)]
    if message.message_id in ids[:-1]:
        ids.remove(message.message_id)
        ids.append(message.message_id)
    return tuple(ids) if len(ids) <= MAX_REFERENCES else (ids[0], *ids[1 - MAX_REFERENCES :])


def forward(
    message: Message,
    *,
    to: Sequence[str | Address],
    text: str | None = None,
    html: str | None = None,
    cc: Sequence[str | Address] = (),
    as_attachment: bool = False,
    from_: str | Address | None = None,
    language: str = "en",
) -> Draft:
    """A draft that passes a message on.

    The original stands below ``text``, as HTML too if its author wrote HTML (without script and remote pictures), its
    attachments go along. An original without a text is enclosed whole, so that nothing is lost.

    Args:
        message: the message to pass on.
        to, cc: who gets it.
        text, html: what to say first.
        as_attachment: enclose the original whole (message/rfc822), every byte of it.
        language: of the mark before the subject and of the copied header; see ``compose.phrases``.

    Raises:
        InputError: the language is not known.
    """
    from mailkit.message import safe_filename

    check_message(message)
    phrases = phrases_of(language)
    _check_bodies(text, html)
    original = Original(message)
    head = (text or "").rstrip()
    subject = _marked(message.subject, phrases.forward, forward=True)
    if as_attachment or not original.text.strip():
        title = clean(message.subject, most=80).replace("/", "_").replace("\\", "_") or "message"
        name = safe_filename(f"{title}.eml", "message/rfc822", 0)
        files = [Attachment(name, message.raw, "message/rfc822")]
        return Draft(to=to, cc=cc, subject=subject, text=head, html=html, attachments=files, from_=from_)
    body = f"{head}\n\n{forwarded_text(original, phrases)}".lstrip("\n")
    if html is not None or original.has_html:
        above = html if html is not None else f"<p>{escape(head).replace(chr(10), '<br>')}</p>" if head else ""
        html = below(above, forwarded_html(original, phrases)).lstrip("\n")
    pictures = original.pictures
    files = [*pictures, *original.files(without=pictures)]
    return Draft(to=to, cc=cc, subject=subject, text=body, html=html, attachments=files, from_=from_)
