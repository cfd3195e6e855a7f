"""What a style attribute says of the text in it: not to be seen, line ends to be kept."""

from __future__ import annotations

import re

__all__ = ["is_hidden", "keeps_lines"]


def _style(attributes: dict[str, str | None]) -> str:
    return "".join((attributes.get("style") or "")[:1000].split()).lower()


def is_hidden(attributes: dict[str, str | None]) -> bool:
    """Whether a style hides an element: what newsletters write for the list of mails only. A size of nothing does not
    count: layouts set it around what is to be seen."""
    if "style" not in attributes:
        return "hidden" in attributes
    style = _style(attributes)
    if "display:none" in style or "visibility:hidden" in style or "mso-hide:all" in style or "hidden" in attributes:
        return True
    return _NOTHING.search(style) is not None or (_FLAT.search(style) is not None and "overflow:hidden" in style)


_NOTHING = re.compile(r"(?:^|;)opacity:0(?:\.0*)?(?:;|!|$)")
_FLAT = re.compile(r"(?:^|;)(?:max-)?height:0(?:px|pt|em|%)?(?:;|!|$)")


def keeps_lines(attributes: dict[str, str | None]) -> bool | None:
    """Whether the element's style keeps line ends and blanks; None where it does not say."""
    if "style" not in attributes:
        return None
    match = _WHITE_SPACE.search(_style(attributes))
    return None if match is None or match[1] == "inherit" else match[1].startswith(("pre", "break"))


_WHITE_SPACE = re.compile(r"(?:^|;)white-space:([a-z-]+)")
