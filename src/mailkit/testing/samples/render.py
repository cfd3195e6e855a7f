"""A letter as bytes: the headers by which each program is known, and the MIME structure it builds."""

from __future__ import annotations

import base64

from mailkit.testing.samples import build
from mailkit.testing.samples.build import Entity
from mailkit.testing.samples.letter import Letter, charset_of

__all__ = ["content", "headers", "render"]


def content(letter: Letter, boundary: str) -> Entity:
    """The MIME content: text, or text and HTML, with inline images and attachments around them as needed."""
    charset = charset_of(letter)
    encoding = "base64" if letter.lang in ("ja", "ar") and charset != "iso-2022-jp" else "quoted-printable"
    if letter.sender.client == "thunderbird":
        encoding = "8bit"
        body = build.text(letter.text, "plain", charset, encoding, "; format=flowed")
    else:
        body = build.text(letter.text, "plain", charset, encoding)
    if letter.html is not None:
        shown = build.text(letter.html, "html", charset, encoding)
        if letter.images:
            shown = build.multipart(
                "related", f"{boundary}_r", [shown, *(i for _, i in letter.images)], params='; type="text/html"'
            )
        body = build.multipart("alternative", f"{boundary}_a", [body, shown])
    if letter.attachments:
        body = build.multipart("mixed", f"{boundary}_m", [body, *letter.attachments])
    return body


def render(letter: Letter, boundary: str) -> bytes:
    """The mail as its sender's server takes it: no trace headers yet."""
    return build.message(headers(letter), content(letter, boundary))


def headers(letter: Letter) -> list[tuple[str, str]]:
    """The mail's own headers, those of its program included."""
    charset = charset_of(letter)
    words = charset if charset != "us-ascii" else "utf-8"
    id_name = "Message-Id" if letter.sender.client in ("apple", "iphone") else "Message-ID"
    top: list[tuple[str, str]] = [("From", build.address(letter.sender.name, letter.sender.email, words))]
    top.append(("To", ", ".join(build.address(name, addr, words) for name, addr in letter.to)))
    if letter.cc:
        top.append(("Cc", ", ".join(build.address(name, addr, words) for name, addr in letter.cc)))
    scheme = "Q" if letter.lang == "de" else "B"
    top.append(("Subject", build.encoded_word(letter.subject, words, scheme)))
    top.append(("Date", build.date(letter.date)))
    top.append((id_name, f"<{letter.message_id}>"))
    if letter.in_reply_to:
        top.append(("In-Reply-To", f"<{letter.in_reply_to}>"))
    if letter.references:
        top.append(("References", " ".join(f"<{ref}>" for ref in letter.references)))
    top += _marks(letter, words, scheme)
    return top + letter.extra


def _marks(letter: Letter, charset: str, scheme: str) -> list[tuple[str, str]]:
    """The headers by which each program is known."""
    client = letter.sender.client
    if client == "outlook":
        has = "yes" if letter.attachments else ""
        topic = letter.subject.split(": ", 1)[-1] if letter.parent else letter.subject
        return [
            ("Thread-Topic", build.encoded_word(topic, charset, scheme)),
            ("Thread-Index", base64.b64encode(letter.thread_index).decode("ascii")),
            ("Accept-Language", f"{letter.lang}, en-US"),
            ("Content-Language", letter.lang),
            ("X-MS-Has-Attach", has),
            ("X-MS-TNEF-Correlator", ""),
            ("X-Mailer", "Microsoft Outlook 16.0"),
        ]
    if client == "apple":
        return [
            ("Mime-Version", "1.0 (Mac OS X Mail 16.0 \\(3774.300.61.1.2\\))"),
            ("X-Mailer", "Apple Mail (2.3774.300.61.1.2)"),
        ]
    if client == "iphone":
        return [("Mime-Version", "1.0 (1.0)"), ("X-Mailer", "iPhone Mail (21E236)")]
    if client == "thunderbird":
        return [("User-Agent", "Mozilla Thunderbird"), ("Content-Language", letter.lang)]
    return []
