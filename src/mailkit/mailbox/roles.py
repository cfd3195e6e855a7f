"""What a folder is for. PURE.

Evidence, the strongest first: the attributes of RFC 6154 (``\\Sent``), the older XLIST ones (``\\Spam``,
``\\AllMail``, ``\\Starred``), then the name, in many languages. Each role goes to one folder at most: of two that
claim it by name, the one higher in the tree, then the one listed first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from mailkit.words import Role

from .base import FolderInfo
from .role_names import NAMES

_ATTRIBUTES = {
    "\\inbox": Role.INBOX,
    "\\sent": Role.SENT,
    "\\drafts": Role.DRAFTS,
    "\\trash": Role.TRASH,
    "\\junk": Role.JUNK,
    "\\spam": Role.JUNK,
    "\\archive": Role.ARCHIVE,
    "\\all": Role.ALL,
    "\\allmail": Role.ALL,
    "\\flagged": Role.FLAGGED,
    "\\starred": Role.FLAGGED,
    "\\important": Role.IMPORTANT,
}


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


_BY_NAME = {_fold(name): role for role, names in NAMES.items() for name in names.split("|")}


def role_by_attributes(attributes: Sequence[str]) -> Role | None:
    """The role that the server itself names, None if it names none."""
    for attribute in attributes:
        role = _ATTRIBUTES.get(attribute.casefold())
        if role is not None:
            return role
    return None


def role_by_name(name: str, delimiter: str | None) -> Role | None:
    """The role that a folder's name tells: ``INBOX``, ``Sent``, ``INBOX.Gesendet``, ``[Gmail]/Papierkorb``.

    Only names at the top, or one below INBOX or a bracketed root: ``Projects/Sent`` is somebody's own folder.
    """
    if name.upper() == "INBOX":
        return Role.INBOX
    parts = name.split(delimiter) if delimiter else [name]
    if len(parts) == 2 and (parts[0].upper() == "INBOX" or (parts[0].startswith("[") and parts[0].endswith("]"))):
        parts = parts[1:]
    return _BY_NAME.get(_fold(parts[0])) if len(parts) == 1 else None


def assign(folders: Sequence[FolderInfo]) -> tuple[FolderInfo, ...]:
    """The same folders, in the same order, with their roles; each role is given once."""
    taken: dict[Role, int] = {}
    for index, folder in enumerate(folders):
        role = Role.INBOX if folder.name.upper() == "INBOX" else role_by_attributes(folder.attributes)
        if role is not None and folder.selectable:
            taken.setdefault(role, index)
    by_attribute = set(taken.values())
    by_depth = sorted(
        range(len(folders)), key=lambda i: folders[i].name.count(folders[i].delimiter or "\0")
    )  # sorted() is stable: of equals the one listed first
    for index in by_depth:
        folder = folders[index]
        role = role_by_name(folder.name, folder.delimiter) if index not in by_attribute and folder.selectable else None
        if role is not None:
            taken.setdefault(role, index)
    roles = {index: role for role, index in taken.items()}
    return tuple(replace(folder, role=roles.get(index)) for index, folder in enumerate(folders))
