"""Content lines of iCalendar (RFC 5545 section 3.1): unfolded, taken apart, their texts unescaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Property", "properties", "unescaped"]

_MEANS = {"^n": "\n", "^'": '"', "^^": "^"}
_CIRCUMFLEX = re.compile(r"\^[n'^]")


@dataclass(slots=True)
class Property:
    """A line: its name and the names of its parameters in upper case."""

    name: str
    params: dict[str, str]
    value: str


def properties(text: str) -> Iterator[Property]:
    """Content lines, unfolded (RFC 5545 section 3.1)."""
    line: list[str] = []
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if raw[:1] in (" ", "\t") and line:
            line.append(raw[1:])
            continue
        if line and (item := _property("".join(line))):
            yield item
        line = [raw]
    if line and (item := _property("".join(line))):
        yield item


def _property(line: str) -> Property | None:
    """``NAME;PARAM="value":text``; a colon inside quotes does not end the parameters."""
    parts: list[str] = [""]
    quoted = False
    for number, char in enumerate(line[:8000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            pairs = (part.partition("=") for part in parts[1:])
            params = {name.strip().upper(): _unquoted(value.strip().strip('"')) for name, _, value in pairs}
            return Property(parts[0].strip().upper(), params, line[number + 1 :])
        elif char == ";" and not quoted:
            parts.append("")
            continue
        parts[-1] += char
    return None


def _unquoted(value: str) -> str:
    """RFC 6868: a quotation mark, a line end and the circumflex itself; read from left to right, "^^n" is "^n"."""
    return _CIRCUMFLEX.sub(lambda found: _MEANS[found[0]], value) if "^" in value else value


def unescaped(value: str) -> str:
    """RFC 5545 section 3.3.11."""
    if "\\" not in value:
        return value
    out: list[str] = []
    escaped = False
    for char in value:
        if escaped:
            out.append("\n" if char in "nN" else char)
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            out.append(char)
    return "".join(out)
