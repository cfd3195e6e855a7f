"""What the compiled build leaves as it is."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["ordinary"]

T = TypeVar("T")


def ordinary(cls: type[T]) -> type[T]:
    """Decorator: the class stays an ordinary one where mypyc compiles its module, as every class with a decorator that
    mypyc does not know. Values that are handed out must be copied and pickled; mypyc's frozen classes cannot be."""
    return cls
