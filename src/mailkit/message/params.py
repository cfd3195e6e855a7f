"""Header values with parameters: Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231); and
Content-Transfer-Encoding.

Read although the standard forbids them: unquoted values with blanks and brackets, a missing closing quote, a missing
semicolon at the end of a quoted value, backslashes of Windows paths in quotes, encoded words (RFC 2047) in values,
raw 8-bit values, a parameter given twice (the first counts; the name is reported), pieces out of order, the charset
given again with every piece, a percent sign and its digits in two pieces, a comma or a blank instead of a semicolon.
Where other readers take another value (two pieces with one number, a number left out, text behind a closing quote),
both are told as a conflict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mailkit.message.charset import decode
from mailkit.message.encoded import decode_words, unfold
from mailkit.message.labels import known
from mailkit.message.transfer import encoding_name

__all__ = ["TYPE", "Parameters", "parse_params", "read_disposition", "read_encoding", "read_params", "read_type"]

_PIECE = re.compile(r"([^*]+)\*(\d{1,4})(\*?)")
_NO_SEMICOLON = re.compile(r"([^\s;,:=\"']{1,127})[ \t,:]+(?=[A-Za-z-]{1,40}\*?[ \t]*=)")
# A value without quotes, and the next pair after it: "utf-8 format=flowed", "utf-8, format=flowed".
_NEXT_PAIR = re.compile(r"([^\s;,=\"]{1,500})[ \t,]+(?=[A-Za-z-]{1,40}(?:\*\d{1,4})?\*?=)")
#: A type and a subtype in lower case.
TYPE = re.compile(r"[!#$%&'*+.^_`{|}~0-9a-z-]+/[!#$%&'*+.^_`{|}~0-9a-z-]+")
# What stands before the parameters: comments and blanks may stand around the slash (RFC 822 section 3.1.4).
_TYPE_ENDS = re.compile(r"[;=]")
_COMMENT = re.compile(r"\([^()]*\)")
_SLASH = re.compile(r"(?<![ \t])[ \t]*+/[ \t]*+")  # begins only where a run of blanks begins: linear
_SEPARATOR = re.compile(r"[ \t,]+")
_COMMENT_FIRST = re.compile(r"(?:[ \t]*\([^()\\]*\))+[ \t]*")
_ESCAPED = re.compile(r'\\(["\\])')
# What most programs write, one after the other: name=token or name="text". Everything else takes the long way.
_PLAIN = re.compile(r'[A-Za-z0-9./+-]++(?:;[ \t]*+[A-Za-z-]++=(?:"[ !#-\[\]-~]++"|[A-Za-z0-9_.+-]++))++')
_PAIR = re.compile(r';[ \t]*([A-Za-z-]+)=(?:"([^"]+)"|([^;"]+))')
_PAIR_BEGINS = re.compile(r"[A-Za-z0-9*-]{1,60}[ \t]*=")
_MAX_PARAMS = 200
_LONGEST_NAME = 1000  # characters of what follows the closing quote of a name


_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Parameters(NamedTuple):
    """A value and its parameters, names in lower case, values decoded.

    ``conflicts``: name -> all values, where one name was given different values. ``cut``: the limit was reached.
    """

    value: str
    params: Mapping[str, str] = MappingProxyType({})
    conflicts: Mapping[str, tuple[str, ...]] = _NOTHING
    cut: bool = False


def parse_params(text: str, limit: int = _MAX_PARAMS) -> Parameters:
    """Split an unfolded header value. Never raises; at most ``limit`` parameters are read."""
    end = text.find(";")
    if end < 0:
        return Parameters(_token(text))
    if "=?" not in text and _PLAIN.fullmatch(text):
        plain = _PAIR.findall(text, end)
        params: dict[str, str] = {name.lower(): quoted or bare for name, quoted, bare in plain}
        if len(params) == len(plain) <= limit:
            return Parameters(_token(text[:end]), params)
    pairs, cut = _pairs(text, end + 1, limit)
    values: dict[str, list[str]] = {}
    pieces: dict[str, dict[int, list[tuple[str, bool]]]] = {}
    for name, value in pairs:
        if "*" not in name:
            values.setdefault(name, []).append(decode_words(value) if "=?" in value and name != "boundary" else value)
        elif name.endswith("*") and name.count("*") == 1:
            # RFC 2231: the extended form counts before the plain one, which is there for old readers.
            values.setdefault(name[:-1] + "*", []).append(_extended(value))
        elif match := _PIECE.fullmatch(name):
            pieces.setdefault(match[1], {}).setdefault(int(match[2]), []).append((value, bool(match[3])))
    for name, numbered in pieces.items():
        values.setdefault(name + "*", []).extend(_readings(numbered))
    return _result(_token(text[:end]), values, cut)


def read_params(raw: bytes, limit: int = _MAX_PARAMS) -> Parameters:
    """Parameters of a raw header value. Values of usual size are remembered: most mail has the same few, and each is
    asked for several times."""
    return _remembered(raw, limit) if len(raw) <= 300 else parse_params(unfold(raw), limit)


def read_disposition(raw: bytes, limit: int = _MAX_PARAMS) -> Parameters:
    """As ``read_params``, for Content-Disposition: the semicolon after its value is often a blank, a colon, a comma, or
    the value itself is left out."""
    found = read_params(raw, limit)
    if found.value in ("inline", "attachment"):
        return found
    text = unfold(raw)
    if _PAIR_BEGINS.match(text):
        return parse_params(f";{text}", limit)
    match = _NO_SEMICOLON.match(text)
    return parse_params(f"{match[1]};{text[match.end() :]}", limit) if match else found


def read_type(raw: bytes, limit: int = _MAX_PARAMS) -> Parameters:
    """As ``read_params``, for Content-Type: there may be blanks or comments around its slash, or a blank or a comma
    where its first semicolon belongs."""
    found = read_params(raw, limit)
    if TYPE.fullmatch(found.value):
        return found
    text = unfold(raw)
    match = _TYPE_ENDS.search(text)
    end = match.start() if match else len(text)
    head = _SLASH.sub("/", _COMMENT.sub(" ", text[:end]).strip(" \t\"'"))
    first, *rest = _SEPARATOR.split(head, maxsplit=1)
    spaced = parse_params(f"{first};{''.join(rest)}{text[end:]}", limit)
    return spaced if TYPE.fullmatch(spaced.value) else found


def read_encoding(raw: bytes) -> str:
    """The plain name in a raw Content-Transfer-Encoding. Short values are remembered."""
    return _known_encoding(raw) if len(raw) <= 40 else encoding_name(decode_words(raw))


@lru_cache(maxsize=64)
def _known_encoding(raw: bytes) -> str:
    return encoding_name(decode_words(raw))


@lru_cache(maxsize=512)
def _remembered(raw: bytes, limit: int) -> Parameters:
    return parse_params(unfold(raw), limit)


def _result(value: str, values: dict[str, list[str]], cut: bool) -> Parameters:
    params: dict[str, str] = {}
    conflicts: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(key.rstrip("*") for key in values):
        if not name:
            continue
        found = values.get(name + "*", []) + values.get(name, [])
        params[name] = found[0]
        distinct = tuple(dict.fromkeys(found))
        if len(distinct) > 1:
            conflicts[name] = distinct
    return Parameters(value, params, conflicts, cut)


def _token(text: str) -> str:
    text = text.strip(" \t\"'")
    if text[:1] == "(" and (comment := _COMMENT_FIRST.match(text)):
        text = text[comment.end() :]
    return (text.partition("(")[0].rstrip() if "(" in text else text).lower()


def _pairs(text: str, at: int, limit: int) -> tuple[list[tuple[str, str]], bool]:
    """``name=value`` pairs in order."""
    pairs: list[tuple[str, str]] = []
    size = len(text)
    quotes = True  # false once an opening quote was seen that is never closed
    while at < size:
        if len(pairs) >= limit:
            return pairs, True
        semicolon = text.find(";", at)
        stop = semicolon if semicolon >= 0 else size
        equals = text.find("=", at, stop)
        if equals < 0:
            at = stop + 1
            continue
        name = text[at:equals].strip(" \t,").lower().replace(" *", "*").rpartition(" ")[2]
        at = equals + 1
        while at < size and text[at] in " \t":
            at += 1
        if at < size and text[at] == '"' and quotes:
            end = _closing_quote(text, at + 1)
            quotes = end >= 0
            if quotes:
                pairs.append((name, _unquote(text[at + 1 : end])))
                begin, at = at, _after_quoted(text, end + 1)
                if _is_name(name) and _goes_on(text, at):
                    stop = text.find(";", at, at + _LONGEST_NAME)
                    whole = text[begin : stop if stop >= 0 else at + _LONGEST_NAME]
                    whole = whole.replace('"', "").strip(" \t")
                    pairs.insert(
                        len(pairs) - (not pairs[-1][1]), (name, whole)
                    )  # filename=""a.txt"": not the empty one
                continue
        if ("*" in name or not _is_name(name)) and (match := _NEXT_PAIR.match(text, at)):
            pairs.append((name, match[1]))
            at = match.end()
            continue
        value = text[at:stop].strip(" \t").strip('"')
        pairs.append((name, value if _is_name(name) else _bare(value)))
        if name == "boundary" and " " in value:
            pairs.append((name, value.partition(" ")[0]))  # strict readers end it at the blank
        at = stop + 1
    return pairs, False


def _goes_on(text: str, at: int) -> bool:
    """Whether more of the value follows a closing quote: ``filename="a.txt"b.exe``; other readers see all of it."""
    return at < len(text) and text[at - 1] != ";" and text[at] not in "(,;" and not _PAIR_BEGINS.match(text, at)


def _is_name(name: str) -> bool:
    return name.startswith(("name", "filename"))


def _bare(value: str) -> str:
    """An unquoted value without the comment that may follow it."""
    return value.partition(" (")[0].rstrip() if value.endswith(")") else value


def _after_quoted(text: str, at: int) -> int:
    """Where the next pair begins: after the semicolon if only blanks lie before it, else right here."""
    while at < len(text) and text[at] in " \t":
        at += 1
    return at + 1 if at < len(text) and text[at] == ";" else at


def _closing_quote(text: str, at: int) -> int:
    """The position of the closing quote, or -1. A backslash guards a quote unless that quote ends the value."""
    end = text.find('"', at)
    while end >= 0:
        slashes = end
        while slashes > at and text[slashes - 1] == "\\":
            slashes -= 1
        if (end - slashes) % 2 == 0:
            return end
        following = text.find('"', end + 1)
        if following < 0:
            return end  # name="C:\dir\" : the backslash was meant as a path
        at, end = end + 1, following
    return -1


def _unquote(value: str) -> str:
    return _ESCAPED.sub(r"\1", value) if "\\" in value else value


def _extended(value: str) -> str:
    charset, quote, rest = value.partition("'")
    language, quote2, data = rest.partition("'")
    if quote and not quote2 and known(charset):  # filename*=utf-8'a%20b.txt
        language, data = "", rest
    elif not quote2 or len(charset) > 40 or len(language) > 40:
        charset, data = "", value
    return decode(unquote_to_bytes(data), charset or "utf-8")[0]


def _readings(numbered: dict[int, list[tuple[str, bool]]]) -> list[str]:
    """The value that the pieces make, and what others read: those that take the last of two pieces with one number,
    those that stop where a number is left out."""
    first = {number: found[0] for number, found in numbered.items()}
    last = {number: found[-1] for number, found in numbered.items()}
    until = next((n for n in range(len(first)) if n not in first), len(first))
    readings = [_joined(first)]
    if last != first:
        readings.append(_joined(last))
    if 0 < until < len(first):
        readings.append(_joined({number: first[number] for number in range(until)}))
    return readings


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    """Continuations in the order of their numbers; only those marked with ``*`` are percent-encoded."""
    charset = "utf-8"
    encoded = ""  # pieces that follow each other: a percent sign and its digits may stand in two of them
    data: list[bytes] = []
    for position, number in enumerate(sorted(numbered)):
        value, flag = numbered[number]
        if not flag:
            data += [unquote_to_bytes(encoded), value.encode("utf-8", "replace")]
            encoded = ""
            continue
        if position == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        elif value.lower().startswith((f"{charset.lower()}'", "''")):  # given with every piece
            _, _, value = value.partition("'")
            value = value.rpartition("'")[2] if "'" in value[:10] else value
        encoded += value
    text = decode(b"".join([*data, unquote_to_bytes(encoded)]), charset or "utf-8")[0]
    return text if any(flag for _, flag in numbered.values()) else decode_words(text)
