"""HTML that is safe to show inside an application: no script, no style sheet, nothing loaded from outside unless
asked for.

nh3 (ammonia, a Rust sanitiser on an HTML5 parser) does the work; this module says what is allowed. Loading a picture
tells the sender that and where the mail was read, so remote pictures are left out until the reader asks. ``cid:``
pictures come from the message itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote

from .depth import is_too_deep, strip_tags
from .entities import is_heavy, restore, shield, shield_text, unshield
from .tables import phrases

__all__ = ["SafeHtml", "sanitize"]

CidResolver = Callable[[str], str | None]

_TAGS = set(
    phrases(
        """
        a | abbr | address | b | bdi | bdo | big | blockquote | br | caption | center | cite | code | col |
        colgroup | dd | del | dfn | div | dl | dt | em | figcaption | figure | font | h1 | h2 | h3 | h4 | h5 |
        h6 | hr | i | img | ins | kbd | li | mark | ol | p | pre | q | rp | rt | ruby | s | samp | section |
        article | header | footer | main | small | span | strike | strong | sub | sup | table | tbody | td |
        tfoot | th | thead | time | tr | tt | u | ul | var | wbr
        """
    )
)
_DROPPED = set(phrases("script | style | title | template | iframe | noscript | svg | math | textarea | select"))
_EVERYWHERE = set(phrases("style | align | dir | lang | title | width | height | id"))
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": {"href", "name"},
    "img": {"src", "alt", "border", "hspace", "vspace"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "bgcolor", "summary"},
    "tr": {"bgcolor", "valign"},
    "td": {"bgcolor", "valign", "colspan", "rowspan", "nowrap"},
    "th": {"bgcolor", "valign", "colspan", "rowspan", "nowrap", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"cite", "type"},
}
# None of these can load anything, and without negative margins none can leave its place on the page.
_STYLES = set(
    phrases(
        """
        background-color | border | border-bottom | border-collapse | border-color | border-left | border-radius |
        border-right | border-spacing | border-style | border-top | border-width | color | direction | display |
        font | font-family | font-size | font-style | font-variant | font-weight | height | letter-spacing |
        line-height | list-style-type | margin | margin-bottom | margin-left | margin-right | margin-top |
        max-height | max-width | min-height | min-width | padding | padding-bottom | padding-left |
        padding-right | padding-top | table-layout | text-align | text-decoration | text-indent | text-transform |
        unicode-bidi | vertical-align | white-space | width | word-break | word-wrap
        """
    )
)
_LINKS = ("http://", "https://", "mailto:", "tel:")  # "https:path" leads into the application itself
_PICTURES = tuple(f"data:image/{kind};base64," for kind in ("png", "gif", "jpeg", "jpg", "webp", "bmp"))
ID_PREFIX = "mail-"
MAX_ELEMENTS = 150_000  # each takes the sanitiser some 400 bytes of memory
# A reference (``&#6;``) can name them; nobody can see them, and databases and terminals take them ill.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """Sanitised HTML and the number of remote pictures that were left out of it."""

    html: str
    blocked: int = 0


def sanitize(html: str, *, remote: bool = False, cid: CidResolver | None = None) -> SafeHtml:
    """Make ``html`` safe to show in a page of the application.

    Args:
        remote: keep pictures that are loaded from outside (the reader asked for them).
        cid: from a Content-ID without brackets to a URL (``https:``, ``data:image/…``, or ``cid:`` of another message)
            or None; without it inline pictures are left out.

    Returns:
        A fragment without ``html`` and ``body``. A page that nests absurdly deep, or has more than ``MAX_ELEMENTS``, is
        shown as plain text.
    """
    if html.count("<") - html.count("</") > MAX_ELEMENTS or is_too_deep(html):
        return SafeHtml(f"<pre>{escape(strip_tags(html))}</pre>")
    import nh3

    html = html.replace("\0", "")
    heavy = is_heavy(html)
    checker = _Checker(remote, cid)
    clean = nh3.clean(
        shield(html) if heavy else html,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=checker.shielded if heavy else checker,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return SafeHtml(_CONTROLS.sub("", unshield(clean) if heavy else clean), checker.blocked)


class _Checker:
    """Decides each attribute; counts the pictures left out."""

    def __init__(self, remote: bool, cid: CidResolver | None) -> None:
        self._remote = remote
        self._cid = cid
        self.blocked = 0

    def shielded(self, tag: str, name: str, value: str) -> str | None:
        """As a call, for HTML that went through ``shield``."""
        found = self(tag, name, restore(value))
        return None if found is None else shield_text(found)

    def __call__(self, _tag: str, name: str, value: str) -> str | None:
        text = "".join(value.split()).lower()
        if name == "src":
            return self._picture(value, text)
        if name == "href":
            if text.startswith("#"):
                return f"#{ID_PREFIX}{value.strip()[1:]}"
            return value if text.startswith(_LINKS) else None
        if name == "cite":
            return None
        if name in ("id", "name"):  # must not meet the ids of the page around it
            return ID_PREFIX + value
        if name == "style":
            # Escapes and functions are how style sheets load things; no mail needs them in a style attribute.
            bad = "\\" in text or "url(" in text or "@" in text or "expression" in text or "/*" in text
            return None if bad else _in_its_place(value)
        return value

    def _picture(self, value: str, text: str) -> str | None:
        if text.startswith("cid:"):
            found = self._resolved(value.strip()[4:].strip("<> "))
            return found if found and found.lower().startswith((*_PICTURES, "https:", "http:", "cid:", "/")) else None
        if text.startswith(_PICTURES):
            return value
        if text.startswith(("http:", "https:", "//")):
            if self._remote:
                return value
            self.blocked += 1
        return None

    def _resolved(self, content_id: str) -> str | None:
        """By the id as it is written, then with its escapes undone (RFC 2392 section 2)."""
        if self._cid is None:
            return None
        plain = unquote(content_id)
        return self._cid(content_id) or (self._cid(plain) if plain != content_id else None)


def _in_its_place(style: str) -> str:
    """The style without what pulls text over the page around it (a link over the application's buttons) and without
    functions that may load something."""
    if "-" not in style and "(" not in style:
        return style
    kept = [one for one in _DECLARATION.findall(style) if _stays(*one.partition(":")[::2])]
    return ";".join(kept)


# A semicolon in quotes divides nothing. Possessive: linear.
_DECLARATION = re.compile(r"""(?:[^;"']++|"[^"]*+"|'[^']*+')++""")
# What else CSS has (image-set, src, attr, var …) can name an address, or what the page around it defines.
_FUNCTION = re.compile(r"([a-z][a-z0-9-]*+)\(")
_FUNCTIONS = frozenset(
    phrases("rgb | rgba | hsl | hsla | hwb | lab | lch | oklab | oklch | color | calc | min | max | clamp")
)
_NEGATIVE = re.compile(r"-(\d*+(?:\.\d++)?(?:e[+-]?\d{1,3}+)?)([a-z%]*+)")
_MOVING = frozenset({"text-indent", "letter-spacing", "vertical-align"})
_FEW_POINTS, _FEW_EMS = 100.0, 5.0  # Word hangs its bullets out by 18 points


def _stays(name: str, value: str) -> bool:
    """Whether a declaration leaves the text where it belongs."""
    name, value = name.strip().lower(), value.lower()
    if not _FUNCTIONS.issuperset(_FUNCTION.findall(value)):
        return False
    if "margin" in name:
        return "-" not in value and "(" not in value
    if name not in _MOVING:
        return True
    small = (
        float(number or 0) <= (_FEW_POINTS if unit in ("px", "pt", "") else _FEW_EMS)
        for number, unit in _negative(value)
    )
    return "(" not in value and all(small)


def _negative(value: str) -> list[tuple[str, str]]:
    return [(number, unit) for number, unit in _NEGATIVE.findall(value) if number]
