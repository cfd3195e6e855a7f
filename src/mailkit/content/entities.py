"""Ampersands and characters U+0080 to U+00BF kept from the sanitiser where there are many of them.

ammonia's serialiser looks again through the whole text for each ``&`` and each character whose UTF-8 form begins with
0xC2 (``nbsp``, ``©`` …): a megabyte of them costs ten seconds. So where there are many, they go through it as
characters of a private range, which it does not look at, and come back afterwards. References are made plain for that.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

__all__ = ["is_heavy", "restore", "shield", "shield_text", "unshield"]

FEW = 2000  # of them cost nothing
MAX_DOUBTFUL = 1000  # references that mean one thing in text and another in an attribute, and are left alone
_AMPERSAND = re.compile(
    r"&(?:(#(?:[0-9]{1,9}(?![0-9])|[xX][0-9a-fA-F]{1,8}(?![0-9a-fA-F]));?)|([A-Za-z][A-Za-z0-9]{0,40};?))?"
)
_LONE = re.compile("&(?![#A-Za-z])")
_OLD = frozenset(name for name in html5 if not name.endswith(";"))  # "&copy" without its semicolon
_LONGEST_OLD = max(map(len, _OLD))
_SYNTAX = frozenset("<>\"'`= \t\r\n\f")
_BASE = 0x10FF00  # in the last private plane, which no font fills
_KEPT = (ord("&"), *range(0x80, 0xC0))
_SHIELD = {code: _BASE + code for code in _KEPT}
_UNSHIELD: dict[int, str] = {_BASE + code: chr(code) for code in _KEPT}
_SERIAL = _UNSHIELD | {_BASE + ord("&"): "&amp;", _BASE + 0xA0: "&nbsp;"}
_AMPERSAND_SHIELDED = chr(_BASE + ord("&"))
_TAKEN = re.compile(f"[{''.join(map(chr, _UNSHIELD))}]")


def is_heavy(html: str) -> bool:
    """Whether there are so many that the sanitiser would be slow."""
    count = html.count("&")
    return count > FEW or (not html.isascii() and count + html.encode("utf-8", "replace").count(b"\xc2") > FEW)


def shield(html: str) -> str:
    """HTML source in which they are replaced. Linear."""
    doubtful = 0

    def plain(match: re.Match[str]) -> str:
        nonlocal doubtful
        number, name = match.groups()
        if number:
            return _written(unescape(match[0]))
        name = name or ""
        if name in html5 and name.endswith(";"):
            return _written(html5[name])
        old = next((name[:n] for n in range(min(len(name), _LONGEST_OLD), 1, -1) if name[:n] in _OLD), "")
        if old and old == name and html[match.end() : match.end() + 1] != "=":
            return _written(html5[old])
        if old and doubtful < MAX_DOUBTFUL:  # in "?a=1&copy=2" it is no reference
            doubtful += 1
            return f"{_REFERENCE}{name}"
        return f"&{name}"

    html = _TAKEN.sub("\N{REPLACEMENT CHARACTER}", html.replace(_REFERENCE, ""))
    html = _AMPERSAND.sub(plain, _LONE.sub(_AMPERSAND_SHIELDED, html))
    return html.translate(_SHIELD).replace(_REFERENCE, "&")


_REFERENCE = "\0"  # stands where a reference stays one, while the ampersands go


def _written(characters: str) -> str:
    return "".join(f"{_REFERENCE}#{ord(char)};" if char in _SYNTAX else char for char in characters)


def shield_text(text: str) -> str:
    """The value of an attribute, shielded again."""
    return text.translate(_SHIELD)


def restore(text: str) -> str:
    """The value of an attribute, as it was."""
    return text.translate(_UNSHIELD)


def unshield(clean: str) -> str:
    """Serialised HTML in which they are back."""
    return clean.translate(_SERIAL)
