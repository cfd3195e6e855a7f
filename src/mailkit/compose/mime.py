"""The body of a message as MIME entities, serialised by mailkit itself.

::

    multipart/mixed                 if there are attachments
    └── multipart/related           if the HTML names inline parts
        └── multipart/alternative   if there are two or more ways to show the text
            ├── text/plain
            ├── text/html
            └── text/calendar

A level with one child is left out. Boundaries are made from a digest of the children, so the same draft gives the same
bytes and no content can contain its own boundary.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailkit.compose import encode, shielded
from mailkit.compose.draft import Attachment, Draft
from mailkit.compose.filetypes import guess
from mailkit.compose.guard import TOKEN
from mailkit.errors import DraftError

# One parameter: of a token, or of text in quotes, which may hold semicolons (RFC 2045 section 5.1).
_PARAM = re.compile(r"""[; ]*([^\s=;"]+) *= *("(?:[^"\\]|\\.)*"|[^\s;"]+) *(?=;|$)""")
_ESCAPED = re.compile(r"\\(.)")
# Lines of a calendar and their folding (RFC 5545 section 3.1): text inside of a value can look like a property.
_LINE_END = re.compile(r"\r\n|\r|\n")
_FOLD = re.compile(r"(?:\r\n|\r|\n)[ \t]")
_LONGEST_TYPE = 1000
_CID = encode.ATEXT | {".", "@", ":", "+", ","}


@dataclass(frozen=True, slots=True)
class Entity:
    """Header fields that are ready for the wire, and the encoded body."""

    fields: bytes
    body: bytes

    def render(self) -> bytes:
        """The entity as it stands between two boundaries."""
        return self.fields + b"\r\n" + self.body


def entity_of(draft: Draft) -> Entity:
    """The whole body of a draft. What is to be protected is 7bit throughout (RFC 1847 section 2.1).

    Raises:
        DraftError: a content type or a Content-ID cannot be used.
    """
    inline = [a for a in draft.attachments if a.inline and draft.html is not None]
    others = [a for a in draft.attachments if not (a.inline and draft.html is not None)]
    cids = [a.cid for a in inline]
    if len(set(cids)) != len(cids):
        raise DraftError("Two inline attachments have the same Content-ID.")
    body = _multipart("alternative", _texts(draft))
    sturdy = draft.protection is not None
    body = _multipart("related", [body, *(_file(one, sturdy) for one in inline)])
    return _multipart("mixed", [body, *(_file(one, sturdy) for one in others)])


def _texts(draft: Draft) -> list[Entity]:
    texts: list[Entity] = []
    sturdy = draft.protection is not None
    above = draft.subject if draft.protection is not None and draft.protection.hides_subject else ""
    more = [("hp-legacy-display", "1")] if above else []
    plain, html = draft.text, draft.html
    if plain is None and html is not None:
        # Who reads without HTML, and every filter that counts parts, expects the words in plain text too.
        from mailkit.content.text import html_to_text

        plain = html_to_text(html)
    elif plain is None and draft.calendar is None:
        plain = ""
    if plain is not None:
        texts.append(_text(shielded.on_top(plain, above) if above else plain, "plain", sturdy, more))
    if html is not None:
        texts.append(_text(shielded.on_top_html(html, above) if above else html, "html", sturdy, more))
    if draft.calendar is not None:
        texts.append(_text(draft.calendar, "calendar", sturdy, [("method", _method(draft.calendar))]))
    return texts


def _text(text: str, subtype: str, sturdy: bool, more: Sequence[tuple[str, str]] = ()) -> Entity:
    try:
        coding, body = encode.text_body(text, sturdy=sturdy)
    except UnicodeEncodeError as error:
        raise DraftError(f"The text/{subtype} body holds a lone surrogate, which no charset can carry.") from error
    return Entity(_fields(f"text/{subtype}", [("charset", "utf-8"), *more], coding), body)


def _method(calendar: str) -> str:
    """The METHOD of an iCalendar object, which RFC 6047 section 2.4 wants as a parameter too."""
    inside = 0
    for line in _LINE_END.split(_FOLD.sub("", calendar)):
        name, _, value = line.partition(":")
        name, value = name.partition(";")[0].strip().upper(), value.strip().upper()
        if name in ("BEGIN", "END") and value != "VCALENDAR":
            inside += 1 if name == "BEGIN" else -1
        elif name == "METHOD" and not inside and value and set(value) <= TOKEN:
            return value
    return "PUBLISH"


def _multipart(subtype: str, children: Sequence[Entity]) -> Entity:
    if len(children) == 1:
        return children[0]
    rendered = [child.render() for child in children]
    boundary = _boundary(rendered)
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in rendered) + mark + b"--\r\n"
    root = [("type", _type_of(children[0]))] if subtype == "related" else []
    return Entity(_fields(f"multipart/{subtype}", [*root, ("boundary", boundary)], None), body)


def _type_of(entity: Entity) -> str:
    """The type of a related entity's root, without parameters (RFC 2387 section 3.1)."""
    return entity.fields.split(b":", 1)[1].split(b";", 1)[0].strip().decode("ascii")


def _boundary(rendered: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for part in rendered:
        digest.update(hashlib.sha256(part).digest())
    # "=_" can stand in neither quoted-printable nor base64; the digest takes care of 7bit parts.
    return f"=_mk_{digest.hexdigest()[:32]}"


def _fields(
    content_type: str, params: Sequence[tuple[str, str]], coding: str | None, more: Sequence[bytes] = ()
) -> bytes:
    head = content_type + (";" if params else "")
    fields = [encode.field("Content-Type", [head, *encode.params(params)])]
    if coding is not None:
        fields.append(encode.field("Content-Transfer-Encoding", [coding]))
    return b"".join([*fields, *more])


def _file(attachment: Attachment, sturdy: bool) -> Entity:
    content_type, params = _declared(attachment)
    coding, body, content_type = _coded(attachment.content, content_type, sturdy)
    disposition = "inline" if attachment.inline else "attachment"
    names = [("filename", attachment.name)] if attachment.name else []
    more = [
        encode.field("Content-Disposition", [disposition + (";" if names else ""), *encode.params(names)]),
    ]
    if attachment.inline or attachment.content_id is not None:
        cid = attachment.cid
        if not cid or len(cid) > 200 or not set(cid) <= _CID:
            raise DraftError(f"{cid[:80]!r} cannot be a Content-ID.", hint="Use letters, digits, dots and one @.")
        more.append(encode.field("Content-ID", [f"<{cid}>"]))
    return Entity(_fields(content_type, params, coding, more), body)


def _coded(content: bytes, content_type: str, sturdy: bool) -> tuple[str, bytes, str]:
    """Encoding, body and type of a file. An enclosed message or report may not be encoded (RFC 2046 section 5.2, RFC
    3464 section 2.1); one that cannot travel as it is, goes as a file of no known type, with every byte kept."""
    if not content_type.startswith("message/"):
        return "base64", encode.base64_body(content), content_type
    lines = encode.crlf(content)
    if encode.fits_7bit(lines):
        return "7bit", lines, content_type
    if not sturdy and b"\0" not in lines and max(map(len, lines.split(b"\r\n"))) <= 998:
        return "8bit", lines, content_type
    return "base64", encode.base64_body(content), "application/octet-stream"


def is_content_type(kind: str) -> bool:
    """Whether the text, without parameters, can be the type of an attachment (RFC 6838 section 4.2)."""
    main, _, sub = kind.partition("/")
    return 0 < len(main) <= 127 and 0 < len(sub) <= 127 and set(main + sub) <= TOKEN and main != "multipart"


def _declared(attachment: Attachment) -> tuple[str, list[tuple[str, str]]]:
    text = attachment.content_type
    if text is None:
        kind = guess(attachment.name)
        return kind, _charset_of(attachment.content) if kind.startswith("text/") else []
    if len(text) > _LONGEST_TYPE:
        raise DraftError(f"A content type has at most {_LONGEST_TYPE} characters.")
    kind, _, rest = text.partition(";")
    kind = kind.strip().lower()
    if not is_content_type(kind):
        raise DraftError(f"{text[:80]!r} cannot be the content type of an attachment.")
    return kind, _declared_params(rest, text)


def _charset_of(content: bytes) -> list[tuple[str, str]]:
    """UTF-8 if it is that; a reader who is told nothing takes a text for ASCII (RFC 2046 section 4.1.2)."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return []
    return [("charset", "utf-8")]


def _declared_params(rest: str, text: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    at = 0
    while rest[at:].strip("; "):
        match = _PARAM.match(rest, at)
        name = match[1].lower() if match is not None else ""
        if match is None or name in found or name == "boundary" or not set(name) <= TOKEN - {"*", "'", "%"}:
            raise DraftError(f"{text[:80]!r} has a parameter that cannot be read.")
        quoted = match[2].startswith('"')
        found[name] = _ESCAPED.sub(r"\1", match[2][1:-1]) if quoted else match[2]
        at = match.end()
    return list(found.items())
