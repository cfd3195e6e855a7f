"""Tables of phrases as text: ``one | two | three``, rows as ``name: one | two`` with their continuation indented."""

from __future__ import annotations

import unicodedata

__all__ = ["flat", "phrases", "rows", "without_accents"]


def phrases(text: str) -> tuple[str, ...]:
    """The phrases between bars, blanks at their ends removed; ``~`` stands for a blank that counts."""
    return tuple(part for raw in text.split("|") if (part := " ".join(raw.split()).replace("~", " ")))


def rows(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(name, phrases) of each row."""
    joined: list[str] = []
    for line in text.split("\n"):
        if line.startswith(" ") and joined:
            joined[-1] += line
        elif line.strip():
            joined.append(line)
    return tuple((name.strip(), phrases(rest)) for name, _, rest in (row.partition(":") for row in joined))


def flat(table: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """All phrases of a table, case folded, each once."""
    return tuple(dict.fromkeys(phrase.casefold() for _, words in table for phrase in words))


def without_accents(phrase: str) -> set[str]:
    """How a phrase in Latin letters is written without a keyboard for it: ``Grusse``, ``Gruesse``, ``Udvozlettel``."""
    if not any(char in _LATIN for char in unicodedata.normalize("NFD", phrase)):
        return set()
    german = phrase.translate(_GERMAN)
    plain = (unicodedata.normalize("NFD", text.translate(_LETTERS)) for text in (phrase, german))
    return {"".join(char for char in text if not unicodedata.combining(char)) for text in plain} - {phrase}


_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i", "ð": "d", "þ": "th"})
