"""What was found out about a message besides its content."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Ambiguity", "Defect"]


@dataclass(frozen=True, slots=True)
class Defect:
    """Something broken. ``code`` is stable; ``part`` is the index of the part, None for the whole message."""

    code: str
    detail: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Something that other readers may understand otherwise: two From fields, two encodings, two file names."""

    code: str
    detail: str
    part: int | None = None
