"""What one rendering of a template may use up: steps, characters written, values made on the way, time.

The characters that are written are bounded by ``template_bytes``, and so is each value on the way. Values can be kept
and new ones made, so all of them together are bounded too (``KEPT``). A list may hold another one twice, and that one a
third twice, and so on: forty lines make a value that is small in memory and endless for whoever compares or writes it.
So the size of a list or dictionary that a template makes counts everything below it, as often as it is below it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from mailkit.errors import LimitError
from mailkit.words import Limits

#: All values that a rendering makes and does not write, in ``template_bytes``.
KEPT = 32
_ENTRY = 8  # bytes of a list for each item
_PAIR = 100  # bytes of a dictionary for each pair, about
_SMALL = 16

_T = TypeVar("_T")
_Held = list[object] | tuple[object, ...] | dict[object, object] | set[object] | frozenset[object]
HOLDERS = (list, tuple, dict, set, frozenset)


@dataclass(slots=True)
class Run:
    """What one rendering may still use up."""

    limits: Limits
    steps: int = 0
    size: int = 0
    made: int = 0
    deadline: float = 0.0
    nested: dict[int, tuple[object, int]] = field(default_factory=dict[int, tuple[object, int]])

    def charge(self, steps: int, size: int) -> None:
        """Raises LimitError where one of the limits is reached."""
        self.steps += steps
        self.size += size
        if self.steps > self.limits.template_steps:
            raise reached("template_steps", "takes too many steps")
        if self.size > self.limits.template_bytes:
            raise reached("template_bytes", "writes too much")
        if time.monotonic() > self.deadline:
            raise reached("template_seconds", "takes too long")

    def keep(self, size: int) -> None:
        """A value of so many bytes was made. Raises LimitError where all of them are too much."""
        self.made += size
        if self.made > KEPT * self.limits.template_bytes:
            raise reached("template_bytes", "makes too many values")


RUN: ContextVar[Run | None] = ContextVar("mailkit template run", default=None)


def reached(limit: str, what: str) -> LimitError:
    """The error for a limit of the template's."""
    return LimitError(f"The template {what}.", limit=limit)


def charge(steps: int, size: int) -> None:
    """Steps, and characters written."""
    run = RUN.get()  # None while a template is compiled
    if run is not None:
        run.charge(steps, size)


def keep(size: int) -> None:
    """A value of so many bytes was made."""
    run = RUN.get()
    if run is not None:
        run.keep(size)


def most_bytes() -> int:
    """``template_bytes``."""
    run = RUN.get()
    return (run.limits if run is not None else Limits()).template_bytes


def room(size: int) -> None:
    """Before something of that size is made."""
    if size > most_bytes():
        raise reached("template_bytes", "makes a value that is too large")


def made(value: _T) -> _T:
    """The value, which the template has just made."""
    if isinstance(value, (str, bytes)):
        room(len(value))
        keep(len(value))
    elif isinstance(value, int):
        keep(value.bit_length() // 8)
    elif isinstance(value, HOLDERS):
        keep(len(value) * (_ENTRY if isinstance(value, (list, tuple)) else _PAIR))
        _remember(value)
    return value


def _remember(value: _Held) -> None:
    """The value's size, with everything below it."""
    run = RUN.get()
    size = len(value)
    room(size)
    if run is None:
        return
    whole = size
    for item in _items(value):
        if isinstance(item, HOLDERS):
            whole += _below(item, run)
            room(whole)
    if whole > size:
        run.nested[id(value)] = (value, whole)  # held, so that nothing else gets this id


def _items(value: _Held) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value


def _below(value: _Held, run: Run) -> int:
    """The size of what a new value holds. What the application gave counts with its own length only."""
    known = run.nested.get(id(value))
    if known is not None:
        return known[1]
    # A pair of ``items`` is new and was not seen before; what it holds was.
    inner = _items(value) if len(value) <= _SMALL else ()
    return len(value) + sum(run.nested[id(item)][1] for item in inner if id(item) in run.nested)


def weigh(values: Iterable[object]) -> None:
    """Before values are sorted or looked for among each other: the characters in them all, as often as they occur."""
    most = most_bytes()
    size, stack = 0, [iter(values)]
    while stack:
        for value in stack[-1]:
            size += len(value) if isinstance(value, str) else 1
            if size > most:
                raise reached("template_bytes", "compares values that are too large")
            if isinstance(value, HOLDERS):
                stack.append(iter(_items(value)))
                break
        else:
            stack.pop()
