"""Record numbers in text, by the patterns of the adapters.

The patterns are written by an adapter's author, the text by strangers. In how many ways a pattern may match at one
place is counted when it is compiled: one that has too many is refused, and one that has many reads fewer characters,
so that no search takes more than ``BUDGET`` steps, whatever the text.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailkit.errors import ConfigError
from mailkit.words import Record

if TYPE_CHECKING:
    from mailkit.link.adapter import CrmAdapter, RecordPattern

__all__ = ["BUDGET", "MOST_STEPS", "Patterns", "compile_pattern", "usable"]

#: Ways in which a pattern may match at one place of the text; beyond that it is refused.
MOST_STEPS = 20_000
#: Steps of one search: some 0.2 seconds at the very worst.
BUDGET = 20_000_000
#: Longest number, longest address that is looked at.
_LONGEST_ID = 200

_HINT = (
    r"Bound every quantifier, as in \d{1,9}, and do not repeat what is itself repeated: "
    r"it is run over mail from strangers."
)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One pattern, and how many characters of a text it reads."""

    system: str
    kind: str
    pattern: re.Pattern[str]
    reach: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """The compiled patterns of all adapters, and the names of their systems.

    Make it once, with ``Patterns.of(adapters)``; without adapters it is empty, and nobody is asked.
    """

    systems: tuple[str, ...] = ()
    compiled: tuple[_Compiled, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, adapters: Iterable[CrmAdapter]) -> Patterns:
        """The patterns of these adapters.

        Raises:
            ConfigError: two adapters have one system, or a pattern cannot be used (see ``compile_pattern``).
        """
        systems: list[str] = []
        compiled: list[_Compiled] = []
        for adapter in adapters:
            if adapter.system in systems:
                raise ConfigError(f"Two adapters are both called {adapter.system!r}.")
            systems.append(adapter.system)
            for one in adapter.patterns:
                reach = BUDGET // _ways_of(one.regex)
                compiled.append(_Compiled(adapter.system, one.kind, compile_pattern(one), reach))
        return cls(tuple(systems), tuple(compiled))

    def search(self, text: str, *, limit: int) -> Iterator[Record]:
        """The records named in the text, each once: by pattern in the adapters' order, then by place.

        Args:
            limit: at most this many; reading stops there.
        """
        seen: set[Record] = set()
        for one in self.compiled:
            for match in one.pattern.finditer(text[: one.reach]):
                record = Record(one.system, one.kind, (match.group(1) or "").strip())
                if record in seen or not usable(record.id):
                    continue
                if len(seen) == limit:
                    return
                seen.add(record)
                yield record


def usable(text: str) -> bool:
    """Whether a text from outside can be kept as an id or address: printable, not empty, not long."""
    return 0 < len(text) <= _LONGEST_ID and text.isprintable()


@lru_cache(maxsize=1024)
def compile_pattern(pattern: RecordPattern) -> re.Pattern[str]:
    """Compile an adapter's pattern.

    Raises:
        ConfigError: it is no regular expression, has not exactly one group, or could take too long on some text.
    """
    try:
        compiled = re.compile(pattern.regex)
        steps = _ways_of(pattern.regex)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(f"The pattern of {pattern.kind} is no regular expression: {error}.", hint=_HINT) from error
    if compiled.groups != 1:
        raise ConfigError(
            f"The pattern of {pattern.kind} has {compiled.groups} groups; it needs exactly one, around the number.",
            hint="Write other groups as (?:…).",
        )
    if steps > MOST_STEPS:
        raise ConfigError(f"The pattern of {pattern.kind} could take too long on some text.", hint=_HINT)
    return compiled


@lru_cache(maxsize=1024)
def _ways_of(regex: str) -> int:
    # The standard library's own reading of a pattern; it has no public name.
    parser: Any = importlib.import_module("re._parser")
    return max(_steps(parser.parse(regex)), 1)


def _steps(items: Sequence[tuple[Any, Any]]) -> int:
    """In how many ways this sequence can match at one place, at most: backtracking may try them all."""
    total = 1
    for op, argument in items:
        total *= _ways(str(op), argument)
        if total > MOST_STEPS:
            return MOST_STEPS + 1
    return total


def _ways(op: str, argument: Any) -> int:
    match op:
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, inner = argument
            return _repeats(int(low), int(high), _steps(inner))
        case "BRANCH":
            return sum(_steps(branch) for branch in argument[1])
        case "SUBPATTERN":
            return _steps(argument[-1])
        case "ATOMIC_GROUP":
            return _steps(argument)
        case "ASSERT" | "ASSERT_NOT":
            return _steps(argument[1])
        case "GROUPREF_EXISTS":
            return _steps(argument[1]) + _steps(argument[2] or ())
        case _:
            return 1


def _repeats(low: int, high: int, ways: int) -> int:
    if high > MOST_STEPS or ways > MOST_STEPS:
        return MOST_STEPS + 1
    if ways == 1:
        return high - low + 1
    total = 0
    for times in range(low, high + 1):
        total += ways**times
        if total > MOST_STEPS:
            return MOST_STEPS + 1
    return total
