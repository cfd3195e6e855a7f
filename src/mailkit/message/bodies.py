"""Which parts are the text, which the HTML, which attachments: the algorithm of RFC 8621 section 4.1.4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Lists", "sort_parts"]


class PartLike(Protocol):
    """What the algorithm needs to know of a part."""

    @property
    def content_type(self) -> str: ...
    @property
    def disposition(self) -> str | None: ...
    @property
    def filename(self) -> str | None: ...
    @property
    def is_multipart(self) -> bool: ...
    @property
    def is_partless(self) -> bool: ...
    @property
    def params(self) -> Mapping[str, str]: ...
    @property
    def content_id(self) -> str | None: ...
    @property
    def children(self) -> tuple[int, ...]: ...


@dataclass(slots=True)
class Lists:
    """Indexes into the list of parts."""

    text: list[int] = field(default_factory=list[int])
    html: list[int] = field(default_factory=list[int])
    attachments: list[int] = field(default_factory=list[int])


def sort_parts(parts: Sequence[PartLike]) -> Lists:
    """Sort the parts of a message into the three lists. The depth of the tree is bounded by the parser."""
    lists = Lists()
    if parts:
        _walk(parts, (0,), "mixed", False, lists.text, lists.html, lists.attachments)
    return lists


def _from_root(parts: Sequence[PartLike], related: PartLike) -> Sequence[int]:
    """The children with the one in front that ``start`` names (RFC 2387 section 3.2): the others belong to it."""
    wanted = related.params.get("start", "").strip("<> ")
    root = next((n for n in related.children if wanted and parts[n].content_id == wanted), None)
    return related.children if root is None else (root, *(n for n in related.children if n != root))


def _add(index: int, *lists: list[int] | None) -> None:
    for one in lists:
        if one is not None:
            one.append(index)


def _is_media(content_type: str) -> bool:
    return content_type.startswith(("image/", "audio/", "video/"))


def _is_inline(part: PartLike, position: int, kind: str) -> bool:
    media = _is_media(part.content_type)
    if part.disposition == "attachment" or not (media or part.content_type in ("text/plain", "text/html")):
        return False
    if media and kind == "parallel":  # shown side by side, not in the flow of the text (RFC 2046 section 5.1.6)
        return False
    return position == 0 or (kind != "related" and (media or not part.filename))


def _walk(
    parts: Sequence[PartLike],
    indexes: Sequence[int],
    kind: str,
    in_alternative: bool,
    text: list[int] | None,
    html: list[int] | None,
    attachments: list[int],
) -> None:
    text_before = -1 if text is None else len(text)
    html_before = -1 if html is None else len(html)
    for position, index in enumerate(indexes):
        part = parts[index]
        if part.is_multipart and part.is_partless:
            _add(index, text, html)
        elif part.is_multipart:
            sub = part.content_type.partition("/")[2]
            children = _from_root(parts, part) if sub == "related" else part.children
            _walk(parts, children, sub, in_alternative or sub == "alternative", text, html, attachments)
        elif not _is_inline(part, position, kind):
            attachments.append(index)
        elif kind == "alternative":
            chosen = {"text/plain": text, "text/html": html}.get(part.content_type, attachments)
            (attachments if chosen is None else chosen).append(index)
        else:
            if in_alternative and part.content_type == "text/plain":
                html = None
            if in_alternative and part.content_type == "text/html":
                text = None
            if text is not None:
                text.append(index)
            if html is not None:
                html.append(index)
            if (text is None or html is None) and _is_media(part.content_type):
                attachments.append(index)
    if kind == "alternative" and text is not None and html is not None:
        if text_before == len(text) and html_before != len(html):
            text.extend(html[html_before:])
        elif html_before == len(html) and text_before != len(text):
            html.extend(text[text_before:])
