"""The ids by which a message hangs together with others (RFC 5322 section 3.6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mailkit.words import Limits

from .tree import Key, Node

if TYPE_CHECKING:
    from datetime import datetime

    from mailkit.message import Message

__all__ = ["node_of", "own_ids", "partition", "reference_keys"]

_DEFAULT = Limits()
MAX_ID = 998  # characters; the longest line of RFC 5322 section 2.1.1. What is longer is no id but an attack.
MAX_PARENTS = 20  # In-Reply-To normally holds one id; a few programs list every participant's last mail

# Servers that put their own Message-ID in place of the sender's keep the old one in these. Answers may name either.
_ORIGINAL_ID_HEADERS = ("X-Microsoft-Original-Message-ID", "X-Google-Original-Message-ID")


def reference_keys(message: Message, limits: Limits = _DEFAULT) -> tuple[str, ...]:
    """Every id that ties this message to a thread, without angle brackets.

    Own id first, then In-Reply-To, then References newest first; cleaned, each once, at most ``limits.references``.
    Of a longer list the newest and the very first (the root of the conversation) are kept. Comparison is
    case-sensitive: the left side of an id is (RFC 5322 section 3.6.4), and no server rewrites only the case.
    """
    in_reply_to, references = _answered(message)
    newest_first = [*own_ids(message), *in_reply_to[:MAX_PARENTS], *reversed(references)]
    return _bounded(list(dict.fromkeys(newest_first)), limits.references)


def own_ids(message: Message) -> tuple[str, ...]:
    """The message's id, then the one it had before a server (Microsoft 365, Gmail) replaced it. Empty if none."""
    found = [message.message_id or ""]
    for name in _ORIGINAL_ID_HEADERS:
        value = (message.headers.get(name) or "").strip()
        found.append(value.removeprefix("<").partition(">")[0])
    return tuple(dict.fromkeys(_clean(found)))


def node_of(message: Message, key: Key, *, date: datetime | None = None, limits: Limits = _DEFAULT) -> Node:
    """The message as ``tree`` wants it. ``date`` is used where the message has no Date (RFC 5256: INTERNALDATE)."""
    in_reply_to, references = _answered(message)
    references = references or in_reply_to[:1]
    if len(references) > limits.references:
        references = [references[0], *references[-(limits.references - 1) :]]
    own = _clean([message.message_id or ""])
    return Node(key, own[0] if own else None, tuple(references), message.subject, message.date or date)


def partition(items: Iterable[tuple[Key, Sequence[str]]]) -> tuple[tuple[Key, ...], ...]:
    """Put messages that share a reference key, directly or through others, together.

    ``items`` are (key, reference keys) pairs. The outcome does not depend on their order: groups are sorted by their
    smallest key, keys inside a group too. This is what threads must look like however the mails came in.
    """
    items = list(items)
    parent: dict[object, object] = {}
    for key, references in items:
        for reference in references:
            _union(parent, ("key", key), ("id", reference))
    groups: dict[object, list[Key]] = {}
    for key, _ in items:
        groups.setdefault(_find(parent, ("key", key)), []).append(key)
    found = (tuple(sorted(set(group), key=_order)) for group in groups.values())
    return tuple(sorted(found, key=lambda group: _order(group[0])))


def _order(key: Key) -> tuple[int, int, str]:
    return (0, key, "") if isinstance(key, int) else (1, 0, key)


def _union(parent: dict[object, object], one: object, other: object) -> None:
    parent[_find(parent, one)] = _find(parent, other)


def _find(parent: dict[object, object], item: object) -> object:
    while (above := parent.setdefault(item, item)) != item:
        parent[item] = item = parent[above]  # path halving keeps this near constant, without recursion
    return item


def _answered(message: Message) -> tuple[list[str], list[str]]:
    """The ids in In-Reply-To and in References.

    Programs that read a sentence like ``Message from Bo <bo@b.example> of Monday <id>`` take Bo's address for an id and
    hand it on. By it all that Bo ever wrote would be one thread, so an address of somebody who takes part is left out;
    not if nothing would be left, since a help desk may give a message the id that it wants to be answered at.
    """
    found = _clean(message.in_reply_to), _clean(message.references)
    if not any(found):
        return found
    authors = (*message.from_, *message.reply_to, *([message.sender] if message.sender else []))
    people = {address.key for address in (*authors, *message.to, *message.cc)}
    in_reply_to, references = ([one for one in ids if one.lower() not in people] for ids in found)
    return (in_reply_to, references) if in_reply_to or references else found


def _clean(ids: Iterable[str]) -> list[str]:
    return [text for raw in ids if (text := _joined(raw.strip().strip("<>"))) and _is_id(text)]


def _joined(text: str) -> str:
    """An id that a server folded in its middle, and another one unfolded to ``<1@b.exam ple>``."""
    return "".join(text.split()) if "@" in text and len(text) <= MAX_ID else text


def _is_id(text: str) -> bool:
    return len(text) <= MAX_ID and text.isprintable() and not any(char.isspace() for char in text)


def _bounded(keys: list[str], limit: int) -> tuple[str, ...]:
    if len(keys) <= limit or limit < 2:
        return tuple(keys[:limit])
    return (*keys[: limit - 1], keys[-1])
