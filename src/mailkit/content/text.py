"""Readable plain text from HTML: paragraphs, lists, tables, links and quotations stay recognisable. Linear, no
recursion.

The walker goes through the parsed tree with its own stack and hands pieces to a ``Page``, which knows lines. Line
breaks are *pending* until text comes, so empty elements leave no holes, and a table cell that holds one paragraph stays
on its row.

With ``structure`` the containers in which mail programs put what is not new are marked for ``split_reply``:
quotations become ``> `` lines, and where everything below is the old message a divider is written. Signatures are
taken out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .depth import is_too_deep, strip_tags
from .lines import attribution_start, marker_kind, plain
from .marks import Mark, mark_of
from .page import MAX_QUOTE, Page
from .styles import is_hidden, keeps_lines
from .tables import phrases

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["HtmlText", "html_to_text", "is_large", "read_html"]

MAX_LINK = 300  # characters of a link that is shown
MANY_LINES = 100  # in one piece of preserved text: they are written all at once
MAX_TAGS = 40_000
MAX_NODES = 40_000  # elements and texts; what has more is read without its structure
MOST_TAGS = 120_000  # what has more is not even parsed, for its memory
_EMPTY_LINES = re.compile(r"\n{4,}")
_DIVIDER = "-----Original Message-----"
_FORWARD = "---------- Forwarded message ---------"
_SKIP = frozenset({"head", "script", "style", "title", "template", "noembed", "iframe", "svg", "math", "select"})
_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "blockquote", "pre"})
_BLOCK = frozenset(
    phrases(
        """
        div | section | article | header | footer | main | nav | aside | address | center | form | fieldset | legend |
        figure | figcaption | tr | caption | dd | dt | li | hr | body | details | summary | option
        """
    )
)


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Text of an HTML body and the signatures that were marked as such in it; whether quotations were."""

    text: str
    signatures: tuple[str, ...] = ()
    quotes: bool = False


def is_large(html: str) -> bool:
    """Whether a page has so many tags that it is not read a second time for its structure."""
    return html.count("<") > MAX_TAGS


def html_to_text(html: str) -> str:
    """The body as readable text, lines separated by LF, no line end at the end."""
    return read_html(html).text


def read_html(html: str, *, structure: bool = False, forward: bool = False) -> HtmlText:
    """As ``html_to_text``; with ``structure`` marked for ``split_reply`` and with signatures apart.

    Args:
        forward: the message is a forward, so what follows a divider is the forwarded message.
    """
    if html.count("<") > MOST_TAGS or is_too_deep(html):
        return _flat(html)
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(html.replace("\0", "")).body
    walker = _Walker(structure=structure, divider=_FORWARD if forward else _DIVIDER)
    if root is not None and not walker.walk(root):
        return _flat(html)
    signatures = tuple(text for page in walker.signatures if (text := page.finish()))
    return HtmlText(walker.page.finish(), signatures, walker.quotes)


def _flat(html: str) -> HtmlText:
    """The text of a page that is too deep or has too many elements for its structure to be read."""
    lines = (" ".join(line.split()).removeprefix("| ") for line in strip_tags(html).split("\n"))
    return HtmlText("\n".join(line for line in lines if line))


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int = 0  # of the item before


class _Walker:
    """One pass over the tree; ``_stack`` holds nodes to enter and (node, undo) pairs to leave."""

    def __init__(self, *, structure: bool, divider: str) -> None:
        self.page = Page()
        self.signatures: list[Page] = []
        self.quotes = False
        self._structure = structure
        self._divider = divider
        self._announced = False
        self._signing = False  # whether the walk is inside a signature
        self._lists: list[_List] = []
        self._kept = [False]  # whether line ends and blanks are kept as they are, for each element that decides it
        self._cells: list[tuple[int, bool]] = []  # (lines written when the cell began, whether the row has text)

    def walk(self, root: LexborNode) -> bool:
        """Go through the tree; False if it has more than ``MAX_NODES``."""
        stack: list[tuple[LexborNode, str]] = [(root, "")]
        entered = 0
        while stack:
            if entered > MAX_NODES:
                return False
            node, undo = stack.pop()
            if undo:
                self._leave(node, undo)
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
                continue
            if tag in _SKIP or tag[:1] == "-":
                continue
            attributes = node.attributes
            if attributes and is_hidden(attributes):
                continue
            undo = self._enter(node, tag, attributes)
            if undo == "skip":
                continue
            stack.append((node, undo or "element"))
            keeps = tag == "pre" or keeps_lines(attributes)
            if keeps is not None:
                self._kept.append(keeps)
                stack.append((node, "lines"))
            children = list(node.iter(include_text=True))
            entered += len(children)
            stack.extend([(child, "") for child in reversed(children)])
        return True

    def _text(self, text: str) -> None:
        if not self._kept[-1]:
            self.page.words(text)
            return
        first, *rest = text.split("\n")
        self.page.write(first)
        if len(rest) > MANY_LINES:
            whole = _EMPTY_LINES.sub("\n\n\n", "\n".join(["", *rest[:-1], ""]))
            self.page.write_lines(whole.split("\n")[1:-1])
            del rest[:-1]
        for line in rest:
            self.page.force_line()
            self.page.write(line)

    def _enter(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> str:
        mark = mark_of(node, tag, attributes) if self._structure and attributes else Mark.NONE
        if mark is Mark.SIGNATURE and not self.page.quote and not self._signing:
            self._signing = True
            self.signatures.append(Page())
            self.signatures[-1], self.page = self.page, self.signatures[-1]
            return "signature"
        if mark in (Mark.AFTER, Mark.FORWARD):
            self._announce(node, mark)
        if tag != "hr" or mark is not Mark.AFTER:
            self._before(tag, attributes)
        if mark is Mark.QUOTE or (tag == "blockquote" and (not self._structure or self._is_cited())):
            self.quotes = self.quotes or mark is Mark.QUOTE
            self._shift(quote=1)
            return "quote"
        if tag == "blockquote":
            self._shift(indent=2)
            return "indent"
        return ""

    def _announce(self, node: LexborNode, mark: Mark) -> None:
        """Write the divider that begins the old message, unless the program wrote one itself."""
        if self._announced:
            return
        self._announced = True
        first = plain((node.text() or "")[:400].strip().partition("\n")[0])
        if marker_kind(first):
            return
        self.page.break_line()
        self.page.write(_FORWARD if mark is Mark.FORWARD else self._divider)
        self.page.break_line()

    def _is_cited(self) -> bool:
        """Whether an attribution stands right above a quotation that bears no mark."""
        lines = [plain(line) for line in [*self.page.lines[-4:], "".join(self.page.current)]]
        while lines and not lines[-1]:
            lines.pop()
        return bool(lines) and attribution_start(lines, len(lines) - 1) is not None

    def _shift(self, *, quote: int = 0, indent: int = 0) -> None:
        self.page.boundary(opens=quote > 0 or indent > 0)
        self.page.quote += quote
        self.page.indent += indent

    def _before(self, tag: str, attributes: dict[str, str | None]) -> None:
        page = self.page
        if tag == "br":
            page.force_line()
        elif tag == "hr":
            page.break_line()
            is_foxmail = "width:210px" in (attributes.get("style") or "")[:200].replace(" ", "")
            page.write("--" if is_foxmail and self._structure else "-" * 20)  # Foxmail's line above the signature
            page.break_line()
        elif tag == "img":
            alt = " ".join((attributes.get("alt") or "").split())[:200]
            page.words(f" [{alt}] " if alt else "")
        elif tag in ("td", "th"):
            self._cell()
        elif tag in _PARAGRAPH and not self._cell_is_empty():
            page.break_line(1 if tag in ("ul", "ol") and self._lists else 2)
        elif tag in _BLOCK and not self._cell_is_empty():
            page.break_line()
        if tag in ("ul", "ol"):
            self._lists.append(_List(tag == "ol", _whole(attributes.get("start"), 1) - 1))
        elif tag == "li":
            self._item(attributes.get("value"))
        elif tag == "tr":
            self._cells.append((page.next_line(), False))

    def _item(self, value: str | None) -> None:
        depth = max(len(self._lists) - 1, 0)
        self.page.boundary()
        bullet = "- "
        if self._lists:
            self._lists[-1].number = _whole(value, self._lists[-1].number + 1)
            bullet = f"{self._lists[-1].number}. " if self._lists[-1].ordered else "- "
        self.page.bullet = "  " * min(depth, MAX_QUOTE) + bullet

    def _cell(self) -> None:
        """A cell after one that stayed on its line is set off with a bar, else it begins a line."""
        page = self.page
        if self._cells and self._cells[-1][1]:
            began, _ = self._cells[-1]
            if began == len(page.lines) and page.current and page.pending <= 2:
                page.pending = 0
                page.space = False
                page.write(" | ")
            else:
                page.break_line()
        if self._cells:
            self._cells[-1] = (page.next_line(), self._cells[-1][1])

    def _cell_is_empty(self) -> bool:
        current = self.page.current
        return bool(self._cells) and (not current or current[-1] == " | ") and not self.page.pending

    def _leave(self, node: LexborNode, undo: str) -> None:
        if undo == "lines":
            self._kept.pop()
            return
        tag = node.tag or ""
        page = self.page
        if undo == "signature":
            self.page, self.signatures[-1] = self.signatures[-1], page
            self._signing = False
            return
        if undo == "quote":
            self._shift(quote=-1)
        elif undo == "indent":
            self._shift(indent=-2)
        if tag == "a":
            self._link(node)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in ("td", "th"):
            if self._cells:
                self._cells[-1] = (self._cells[-1][0], True)
            page.bullet = ""
        elif tag in _PARAGRAPH:
            page.break_line(1 if tag in ("ul", "ol") and self._lists else 2)
        elif tag in _BLOCK and tag != "hr":
            page.break_line()
        if tag == "tr" and self._cells:
            self._cells.pop()
        if tag == "li":
            page.boundary(opens=False)
            page.bullet = ""

    def _link(self, node: LexborNode) -> None:
        href = (node.attributes.get("href") or "").strip()
        shown = " ".join((node.text() or "").split()) or _pictured(node)
        href = href.translate(_NOT_IN_URLS)  # browsers drop line breaks and tabs inside an address
        scheme, colon, bare = href.partition(":")
        if not shown or not colon or scheme.lower() not in ("http", "https", "mailto", "tel"):
            return
        if scheme.lower() == "tel":
            if _digits(bare) not in _digits(shown):
                self.page.write(f" <{bare[:MAX_LINK]}>")
            return
        bare = bare.removeprefix("//").rstrip("/")
        if not _names(shown, bare):
            self.page.space = False
            cut = f"{href[:MAX_LINK]}…" if len(href) > MAX_LINK else href
            self.page.write(f" <{cut if scheme.lower() != 'mailto' else cut[7:]}>")


def _pictured(node: LexborNode) -> str:
    """What the first picture in a link without text says: buttons are pictures."""
    picture = node.css_first("img")
    return "" if picture is None else (picture.attributes.get("alt") or "").strip()


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _whole(value: str | None, otherwise: int) -> int:
    text = (value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else otherwise


_NOT_IN_URLS = dict.fromkeys((9, 10, 13))


def _names(shown: str, bare: str) -> bool:
    """Whether the text of a link says where it leads: ``k.example`` is not what ``bank.example`` says."""
    at = shown.lower().find(bare.lower()) if len(bare) <= MAX_LINK else -1
    if at < 0:
        return False
    if shown[:at].lower().endswith("www."):
        return True
    before, after = shown[at - 1 : at] if at else "", shown[at + len(bare) : at + len(bare) + 1]
    return not (before.isalnum() or before in ("-", ".", "_", "@")) and not (
        after.isalnum() or after in ("-", "_", "@")
    )
