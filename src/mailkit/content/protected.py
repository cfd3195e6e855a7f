"""Header fields inside of what is signed or encrypted (header protection, RFC 9788).

The fields outside are what servers need and anybody can change; those inside are what the author wrote. Inside they
stand in the header of the outermost part below signature and encryption, marked by a parameter of its Content-Type:
``hp="clear"`` (signed), ``hp="cipher"`` (encrypted; ``HP-Outer`` fields tell what the sender wrote outside), or, older,
``protected-headers="v1"`` (Thunderbird, K-9, Enigmail). Older still, the whole message is signed as one:
``message/rfc822; forwarded=no`` (RFC 8551 section 3.1).

Without such a mark nothing is said of a header: a part that happens to bear a Subject is only a part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailkit.message import Headers, Message, Part

__all__ = ["LEGACY_CLASS", "ChangedField", "ProtectedHeaders", "protection_of", "without_legacy_display"]

_SCHEMES = frozenset({"clear", "cipher"})
# What a reader sees of a header (RFC 9788 section 1.1.2): one that only the outside has was not written by the author.
_SEEN = frozenset(
    {"from", "to", "cc", "subject", "date", "reply-to", "sender", "message-id", "in-reply-to", "references"}
)
_STRUCTURAL = frozenset({"mime-version", "hp-outer"})
# What programs that know no HP-Outer write outside.
_HIDDEN_SUBJECTS = frozenset({"...", "[...]", "…", "encrypted", "encrypted message", "encrypted email"})
_MAX_SHOWN = 1000
#: The class of the HTML element that repeats hidden fields for programs that know nothing of this (section 2.1.2).
LEGACY_CLASS = "header-protection-legacy-display"
_LEGACY_DIV = re.compile(
    rf"<div\s+class=[\"']?{LEGACY_CLASS}[\"']?\s*>\s*<pre>[^<]{{0,20000}}</pre>\s*</div>", re.IGNORECASE
)
_LEGACY_LINES = re.compile(r"(?:[A-Za-z-]{1,60}: [^\n]{0,5000}\n(?:[ \t][^\n]{0,5000}\n){0,50}){1,20}\n")


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field that says one thing outside and another inside: ``name`` in lower case, both values decoded, "" where the
    field is not there, at most 1,000 characters."""

    name: str
    outer: str
    inner: str


@dataclass(frozen=True, slots=True)
class ProtectedHeaders:
    """The header fields inside and how the outer ones differ.

    Attributes:
        scheme: ``clear`` or ``cipher`` (RFC 9788), ``v1`` (the older draft), ``wrapped`` (RFC 8551).
        changed: fields that were changed or added on the way, a list's Reply-To among them, or forged.
        hidden: names of fields that the sender hid from the servers on purpose.
    """

    scheme: str
    changed: tuple[ChangedField, ...] = ()
    hidden: tuple[str, ...] = ()


def protection_of(payload: Message, outer: Message | None) -> tuple[Message, ProtectedHeaders | None]:
    """The message to show, and what is known of its header; None where no header was protected. Never raises.

    Args:
        payload: what was signed or encrypted, parsed.
        outer: the message around it; None: nothing is compared.
    """
    shown, scheme = _inner(payload)
    if not scheme:
        return payload, None
    if outer is None or _SEEN.isdisjoint(outer.headers.names()):  # decrypted content has no header to compare with
        return shown, ProtectedHeaders(scheme)
    inside, outside = shown.headers, outer.headers
    names = {name for name in inside.names() if not name.startswith("content-")} - _STRUCTURAL
    names |= _SEEN.intersection(outside.names())
    declared = _declared(inside)
    changed: list[ChangedField] = []
    hidden: list[str] = []
    for name in sorted(names):
        ours, theirs = _values(inside, name), _values(outside, name)
        if ours == theirs:
            continue
        meant = declared.get(name, ()) == theirs if scheme == "cipher" else _is_hidden(scheme, name, theirs)
        if meant:
            hidden.append(name)
        else:
            changed.append(ChangedField(name, _line(theirs), _line(ours)))
    return shown, ProtectedHeaders(scheme, tuple(changed), tuple(hidden))


def _inner(payload: Message) -> tuple[Message, str]:
    root = payload.parts[0]
    scheme = root.params.get("hp", "").strip().lower()
    if scheme in _SCHEMES:
        return payload, scheme
    if root.params.get("protected-headers", "").strip().lower() == "v1":
        return payload, "v1"
    if root.params.get("forwarded", "").strip().lower() == "no" and root.message is not None:
        return root.message, "wrapped"
    return payload, ""


def _declared(inside: Headers) -> dict[str, tuple[str, ...]]:
    """What the sender wrote outside, by his own word (RFC 9788 section 2.2)."""
    found: dict[str, tuple[str, ...]] = {}
    for value in inside.get_all("HP-Outer"):
        name, _, text = value.partition(":")
        key = name.strip().lower()
        found[key] = (*found.get(key, ()), " ".join(text.split()))
    return found


def _values(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(" ".join(value.split()) for value in headers.get_all(name))


def _is_hidden(scheme: str, name: str, outside: tuple[str, ...]) -> bool:
    return scheme == "v1" and name == "subject" and all(value.lower() in _HIDDEN_SUBJECTS for value in outside)


def _line(values: tuple[str, ...]) -> str:
    return ", ".join(values)[:_MAX_SHOWN]


def without_legacy_display(text: str, part: Part, root: Part) -> str:
    """The text of a part without the hidden fields that the sender repeated in it (RFC 9788 section 4.5.3)."""
    if part.params.get("hp-legacy-display") != "1" or root.params.get("hp", "").lower() != "cipher":
        return text
    pattern = _LEGACY_DIV if part.content_type == "text/html" else _LEGACY_LINES
    match = pattern.search(text[:100_000]) if pattern is _LEGACY_DIV else pattern.match(text)
    return text if match is None else text[: match.start()] + text[match.end() :]
