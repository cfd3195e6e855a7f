"""What a style attribute says of the text in it: not to be seen, line ends to be kept."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_hidden", "keeps_lines"]

_LONGEST = 1000  # characters of a style that are looked at
_NOTHING = re.compile(r"(?:^|;)opacity:0(?:\.0*)?(?:;|!|$)")
_FLAT = re.compile(r"(?:^|;)(?:max-)?height:0(?:px|pt|em|%)?(?:;|!|$)")
_WHITE_SPACE = re.compile(r"(?:^|;)white-space:([a-z-]+)")


def is_hidden(attributes: dict[str, str | None]) -> bool:
    """Whether a style hides an element: what newsletters write for the list of mails only. A size of nothing does not
    count: layouts set it around what is to be seen."""
    return "hidden" in attributes or ("style" in attributes and _read((attributes["style"] or "")[:_LONGEST])[0])


def keeps_lines(attributes: dict[str, str | None]) -> bool | None:
    """Whether the element's style keeps line ends and blanks; None where it does not say."""
    return _read((attributes["style"] or "")[:_LONGEST])[1] if "style" in attributes else None


@lru_cache(maxsize=512)
def _read(text: str) -> tuple[bool, bool | None]:
    """Both answers. A page has the same few styles many times."""
    style = "".join(text.split()).lower()
    hidden = "display:none" in style or "visibility:hidden" in style or "mso-hide:all" in style
    hidden = hidden or _NOTHING.search(style) is not None
    hidden = hidden or (_FLAT.search(style) is not None and "overflow:hidden" in style)
    match = _WHITE_SPACE.search(style)
    return hidden, None if match is None or match[1] == "inherit" else match[1].startswith(("pre", "break"))
