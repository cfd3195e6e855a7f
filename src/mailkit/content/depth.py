"""Whether an HTML text nests too deep to be parsed in linear time.

Every HTML5 parser looks through the stack of open elements when a ``<div>`` opens or an unknown end tag comes (that
is the standard), so 40,000 nested ``<div>`` cost seconds. Real mail nests some fifty deep. This module counts the
depth with a
tokenizer that errs on the side of too deep: text that it cannot follow counts as too deep.
"""

from __future__ import annotations

import re
from collections import Counter

from .tables import phrases

__all__ = ["FEW_TAGS", "MAX_DEPTH", "is_too_deep", "strip_tags"]

MAX_DEPTH = 400
FEW_TAGS = 4000  # with fewer tags the worst nesting costs some hundredths of a second

# An attribute as the standard's tokenizer reads it: a "=" at its beginning belongs to its name, quotes count only
# after "=".
_TAG = re.compile(
    r"<(/?)([a-zA-Z][^\t\n\f\r />]*+)"
    r"(?:[\t\n\f\r /]++"
    r"|[^\t\n\f\r />][^\t\n\f\r />=]*+"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+)?+)?+"
    r")*+>"
)
_COMMENT_END = re.compile(r"--!?>")
_RAW = frozenset({"style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"})
_VOID = frozenset(
    phrases(
        """
        area | base | br | col | embed | hr | img | input | link | meta | param | source | track | wbr | p | li |
        dd | dt | tr | td | th | tbody | thead | tfoot | option
        """
    )
)  # and those that end by themselves
# What may open an element, whatever a tokenizer makes of it: void ones are left out.
_OPENS = re.compile(rf"<(?!(?:{'|'.join(sorted(_VOID))})[\t\n\f\r />])[a-zA-Z]", re.IGNORECASE)
_FORMATTING = frozenset(phrases("a | b | big | code | em | font | i | nobr | s | small | strike | strong | tt | u"))
_SCOPES = frozenset({"table", "caption", "template", "object", "marquee", "applet"})
_STRANGE = frozenset({"script", "plaintext", "svg", "math", "select", "frameset"})  # other tokenizer rules apply inside
_ODD = re.compile("<(?:" + "|".join(sorted(_STRANGE)) + ")", re.IGNORECASE)


def is_too_deep(html: str, *, few: int = FEW_TAGS) -> bool:
    """Whether parsing could take more than linear time. Linear itself.

    Args:
        few: with at most so many tags the answer is no; ``MAX_DEPTH`` for parsers to which depth itself is a danger.
    """
    if html.count("<") <= few:
        return False
    if not _ODD.search(html) and sum(1 for _ in _OPENS.finditer(html)) <= MAX_DEPTH:
        return False
    stacks: list[list[str]] = [[]]
    counts: list[Counter[str]] = [Counter()]
    formatting = 0
    at = html.find("<")
    while at >= 0:
        match = _TAG.match(html, at)
        if match is None:
            at = _after_markup(html, at)
            continue
        name, at = match[2].lower(), match.end()
        if name in _STRANGE:
            return True
        if match[1]:
            formatting -= name in _FORMATTING and formatting > 0
            _close(name, stacks, counts)
        elif name in _RAW:
            at = _after_raw(html, name, at)
        elif name in _FORMATTING:
            formatting += 1
        elif name not in _VOID:
            if name in _SCOPES:
                stacks.append([])
                counts.append(Counter())
            stacks[-1].append(name)
            counts[-1][name] += 1
        if len(stacks) + len(stacks[-1]) + formatting > MAX_DEPTH or len(stacks) > MAX_DEPTH // 4:
            return True
        at = html.find("<", at) if at >= 0 else -1
    return False


def _close(name: str, stacks: list[list[str]], counts: list[Counter[str]]) -> None:
    """An end tag closes down to the last element of its name, but not out of a table cell."""
    if name in _SCOPES:
        for level in range(len(stacks) - 1, 0, -1):
            if stacks[level][0] == name:
                del stacks[level:], counts[level:]
                return
    elif counts[-1][name]:
        while stacks[-1]:
            top = stacks[-1].pop()
            counts[-1][top] -= 1
            if top == name:
                return


def _after_markup(html: str, at: int) -> int:
    """Past a comment or a lone ``<``; -1 if the rest is inside a comment or a tag that never ends."""
    if html.startswith("<!--", at):
        match = _COMMENT_END.search(html, at + 2)
        return html.find("<", match.end()) if match else -1
    if html[at + 1 : at + 2] in ("!", "?") or (html[at + 1 : at + 2] == "/" and not html[at + 2 : at + 3].isalpha()):
        end = html.find(">", at)
        return html.find("<", end) if end >= 0 else -1
    if html[at + 1 : at + 2].isalpha() or html[at + 1 : at + 2] == "/":
        return -1
    return html.find("<", at + 1)


def _after_raw(html: str, name: str, at: int) -> int:
    """Past ``</style>`` and its like."""
    match = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(html, at)
    return match.start() if match else -1


def strip_tags(html: str) -> str:
    """The text of HTML that is too deep or too large to be parsed: rows and paragraphs begin lines, cells are set off
    with a bar, other tags become blanks, style sheets and comments go, entities are decoded. Linear."""
    from html import unescape

    first, *pieces = html.split("<")
    out = [first]
    ends = _Ends(html)
    hidden = ""  # what the text stands in that nobody sees
    at = len(first)
    for piece in pieces:
        at += len(piece) + 1
        if hidden:
            if not piece.lower().startswith(hidden) if hidden != "-->" else hidden not in piece:
                continue
            out.append(piece.partition(hidden if hidden == "-->" else ">")[2])
            hidden = ""
            continue
        if piece.startswith("!--") and "-->" not in piece and ends.after("-->", at):
            hidden = "-->"
            continue
        tag, closes, text = piece.partition("-->" if piece.startswith("!--") and "-->" in piece else ">")
        name = _NAME.match(tag)
        if not closes or name is None:
            out.append(f"<{piece}")
            continue
        word = name[0].lower()
        if word in _UNSEEN and ends.after(f"</{word}", at):
            hidden = f"/{word}"
            continue
        out.append(_GAPS.get(word, " ") + text)
    return unescape("".join(out))


class _Ends:
    """Whether an end tag comes later: the last place of each is looked for once."""

    def __init__(self, html: str) -> None:
        self._html = html.lower()
        self._last: dict[str, int] = {}

    def after(self, mark: str, at: int) -> bool:
        if mark not in self._last:
            self._last[mark] = self._html.rfind(mark)
        return self._last[mark] >= at


_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]{0,20}|[!?/]")
_UNSEEN = frozenset({"style", "script", "title"})
_GAPS = {
    **dict.fromkeys(
        phrases("br | p | div | tr | li | h1 | h2 | h3 | h4 | blockquote | hr | table | pre | dt | dd"), "\n"
    ),
    **dict.fromkeys(("td", "th"), " | "),
}
