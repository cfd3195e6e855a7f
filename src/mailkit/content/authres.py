"""The grammar of Authentication-Results (RFC 8601 section 2.2), read tolerantly: nothing raises, all linear."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["MAX_HEADER", "NO_NAME", "Result", "parse_results", "sections"]

MAX_HEADER = 32 * 1024  # characters of one header that are read
NO_NAME = "*none*"  # stands in authserv_ids for Microsoft 365, whose headers have no authserv-id


@dataclass(frozen=True, slots=True)
class Result:
    """One ``method=result`` with its properties, lower case: ``Result("dkim", "pass", {"header.d": "a.example"})``."""

    method: str
    value: str
    properties: tuple[tuple[str, str], ...] = ()

    def get(self, *names: str) -> str:
        """The first property of one of these names, or ""."""
        return next((value for name in names for key, value in self.properties if key == name), "")

    def __str__(self) -> str:
        domain = self.get("header.from", "header.d", "smtp.mailfrom", "header.i")
        return f"{self.method}={self.value}" + (f" ({domain})" if domain else "")


@lru_cache(maxsize=256)
def parse_results(value: str) -> tuple[str, tuple[Result, ...]]:
    """(authserv-id, results) of one header. ``NO_NAME`` is returned for a header that begins with a result, as
    Microsoft's do. Never raises, linear."""
    found = sections(value[:MAX_HEADER])
    words = found[0].split()
    if not words:
        return "", ()
    if "=" in words[0]:
        name = NO_NAME
    else:
        name, found = words[0].lower().rstrip("."), found[1:]
    results = []
    for section in found:
        pairs = _pairs(section)
        if pairs:
            method, result = pairs[0]
            results.append(Result(method.partition("/")[0].strip(), result.split(" ")[0], tuple(pairs[1:])))
    return name, tuple(results)


def sections(value: str) -> list[str]:
    """Split at semicolons outside comments and quotes; comments are dropped (RFC 5322 section 3.2.2).

    A header in which a comment or a quote does not end is read as empty, and so is one with a bracket inside quotes
    inside a comment: an address with such signs in it, copied there by a careless server, must not be able to write
    results. For the same reason what stands in quotes stays one word: ``"@bank.example "@evil.example`` is an address
    that anybody may have. Of a comment only ``p=none`` is kept: many servers state the DMARC policy nowhere else.
    """
    found: list[str] = []
    text: list[str] = []
    comment: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
            continue
        elif char == '"':
            quoted = not quoted
            if not depth:
                continue
        elif quoted and depth and char in "()":
            return [""]
        elif char == "(" and not quoted:
            depth += 1
            continue
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                words = "".join(comment).lower().replace(",", " ").split()  # Fastmail: (p=none,has-list-id=yes,d=none)
                text.append(" policy.p=none " if "p=none" in words else " ")
                comment = []
            continue
        elif char == ";" and not depth and not quoted:
            found.append("".join(text))
            text = []
            continue
        is_split = quoted and not depth and char in _NOT_IN_WORDS
        (comment if depth else text).append(_STAND_IN if is_split else char)
    found.append("".join(text))
    return [""] if depth or quoted else found


_NOT_IN_WORDS = frozenset(" \t\r\n=;")
_STAND_IN = "\N{REPLACEMENT CHARACTER}"


def _pairs(section: str) -> list[tuple[str, str]]:
    """``a=b`` words; blanks around the equals sign are allowed. Empty where a piece of an address stands alone: its
    server wrote an address with blanks in it and left the quotes out."""
    words = section.replace(" =", "=").replace("= ", "=").split()
    if any("@" in word and "=" not in word for word in words):
        return []
    pairs = (word.partition("=") for word in words)
    return [(name.lower(), value.lower().strip("<>").rstrip(".")) for name, equals, value in pairs if equals and name]
