"""``check_adapter``: does a CRM adapter keep the promises of ``mailkit.link.adapter.CrmAdapter``?

Run it in the application's own tests, against a database that may be written to::

    def test_our_adapter():
        check_adapter(OurAdapter(test_crm), known_address="bo@client.example", known_record=Record("ours", "deal", "7"))

It asks, attaches, and asks again, with ordinary and with hostile input, and lists everything that is wrong.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from mailkit.errors import AdapterError
from mailkit.link.adapter import CrmAdapter, Note, Query
from mailkit.link.patterns import compile_pattern
from mailkit.words import Candidate, Direction, Record, TrustLevel

__all__ = ["HOSTILE", "AdapterCheckError", "check_adapter"]

HOSTILE: tuple[str, ...] = (
    "",
    " ",
    "'",
    '"',
    "' OR '1'='1",
    "'; DROP TABLE contacts; --",
    '" OR ""="',
    "%",
    "_" * 20,
    "\\",
    "bo@client.example\x00",
    "bo@client.example\r\nBcc: all@client.example",
    "*)(mail=*",
    "{{7*7}}${7*7}",
    "\u202egro.elpmaxe",
    "\ud800",
    "٠١٢@مثال.example",
    "x" * 100_000,
    "x" * 100_000 + "@client.example",
    "9" * 400,
    "-1",
    "1e309",
)
"""Texts as strangers send them, used as addresses, numbers, subjects and keys."""

T = TypeVar("T")
_NUMBERS = ("7", "1042", "D-7", "SO0007", "#7", "2026-0007", "A7B9C1D3E5F7A9B1C3")
"""Numbers as systems write them: a pattern may want a prefix, or so many digits."""
_UNKNOWN = "nobody-4c1f0a@unknown-9d2e.example"


class AdapterCheckError(AdapterError, AssertionError):
    """An adapter does not keep its promises. ``failures``: one sentence for each."""

    code = "adapter-check"
    default_hint = "See mailkit.link.adapter.CrmAdapter for what each method promises."
    retryable = False

    def __init__(self, failures: Sequence[str]) -> None:
        count = len(failures)
        listed = "".join(f"\n  {number}. {failure}" for number, failure in enumerate(failures, 1))
        super().__init__(f"The adapter breaks {count} promise{'s' if count != 1 else ''}:{listed}\n")
        self.failures = tuple(failures)


def check_adapter(adapter: CrmAdapter, *, known_address: str, known_record: Record) -> None:
    """Try an adapter against every promise of the protocol.

    It attaches some thirty messages to ``known_record``, with new keys each time it is run.

    Args:
        adapter: the adapter.
        known_address: an address for which ``find`` must have an answer.
        known_record: a record that exists, to which messages can be attached.

    Raises:
        AdapterCheckError: with a list of all that is wrong.
    """
    failures: list[str] = []
    for title, check in (
        ("system", _system),
        ("patterns", _patterns),
        ("find: known address", _known),
        ("find: unknown address", _unknown),
        ("find: hostile input", _hostile_find),
        ("attach: once per key", _attach_once),
        ("attach: hostile input", _hostile_attach),
        ("attach: no such record", _attach_nowhere),
        ("url", _url),
    ):
        try:
            failures += [f"{title}: {failure}" for failure in check(adapter, known_address, known_record)]
        except Exception as error:  # noqa: BLE001 - whatever the adapter raises is a finding
            failures.append(f"{title}: raised {_named(error)}")
    if failures:
        raise AdapterCheckError(failures)


def _system(adapter: CrmAdapter, _address: str, record: Record) -> Iterator[str]:
    system = adapter.system
    if not _is_name(system):
        yield f"system is {system!r}, not a name"
    elif adapter.system != system:
        yield "system changes from one reading to the next"
    elif record.system != system:
        yield f"known_record is of system {record.system!r}, the adapter's is {system!r}"


def _patterns(adapter: CrmAdapter, _address: str, _record: Record) -> Iterator[str]:
    if tuple(adapter.patterns) != tuple(adapter.patterns):
        yield "patterns change from one reading to the next"
    for pattern in adapter.patterns:
        compiled = compile_pattern(pattern)
        if pattern.template and "{id}" not in pattern.template:
            yield f"the template of {pattern.kind} has no {{id}}: {pattern.template!r}"
        elif pattern.template and not any(compiled.search(pattern.template.format(id=n)) for n in _NUMBERS):
            yield f"what the template of {pattern.kind} writes, its pattern does not find: {pattern.template!r}"


def _known(adapter: CrmAdapter, address: str, _record: Record) -> Iterator[str]:
    query = Query(addresses=(address,), subject="About our order", trust=TrustLevel.AUTHENTICATED)
    first, second = list(adapter.find(query)), list(adapter.find(query))
    if not first:
        yield f"nothing was found for {address!r}"
    if first != second:
        yield "the same question asked twice has two answers"
    yield from _sound(adapter, first)


def _sound(adapter: CrmAdapter, found: Sequence[Candidate]) -> Iterator[str]:
    for candidate in found:
        record = candidate.record
        if record.system != adapter.system:
            yield f"{record} is of another system"
        if not record.kind or not record.id or len(str(record)) > 300:
            yield f"{record!r} has an empty or overlong kind or id"
        if not (math.isfinite(candidate.score) and 0.0 <= candidate.score <= 1.0):
            yield f"the score of {record} is {candidate.score}, not between 0 and 1"
        if not candidate.evidence:
            yield f"{record} comes without evidence"
    records = [candidate.record for candidate in found]
    if len(set(records)) != len(records):
        yield "one record is named twice"
    if [c.score for c in found] != sorted((c.score for c in found), reverse=True):
        yield "the best candidate is not first"


def _unknown(adapter: CrmAdapter, _address: str, _record: Record) -> Iterator[str]:
    found = adapter.find(Query(addresses=(_UNKNOWN,), subject="Hello"))
    if found:
        yield f"an address that nobody has leads to {found[0].record}"
    if adapter.find(Query()):
        yield "a question about nothing has an answer"


def _hostile_find(adapter: CrmAdapter, address: str, _record: Record) -> Iterator[str]:
    kinds = [pattern.kind for pattern in adapter.patterns] or ["deal"]
    calm = Query(addresses=(address,))
    before = list(adapter.find(calm))
    for text in HOSTILE:
        numbers = tuple((kind, text) for kind in (*kinds, text))
        query = Query(addresses=(text,), numbers=numbers, subject=text, message_id=text, thread_id=1)
        found, error = _try(partial(adapter.find, query))
        if error is not None:
            yield f"{_shown(text)} made it raise {_named(error)}"
        elif found:
            yield f"{_shown(text)} led to {found[0].record}"
    if list(adapter.find(calm)) != before:
        yield "after hostile questions the answer to an ordinary one has changed"


def _attach_once(adapter: CrmAdapter, address: str, record: Record) -> Iterator[str]:
    calm = Query(addresses=(address,))
    before = list(adapter.find(calm))
    key = f"check-{uuid.uuid4().hex}"
    first, second = adapter.attach(record, _note(key)), adapter.attach(record, _note(key))
    if not _is_name(first):
        yield f"attach returned {first!r}, not the id of an activity"
    if first != second:
        yield f"the same key made two activities, {first!r} and {second!r}"
    other = adapter.attach(record, _note(f"{key}-other"))
    if other == first:
        yield "two keys made one activity"
    if adapter.attach(record, _note(key)) != first:
        yield "after another message was attached, the first key made a new activity"
    if list(adapter.find(calm)) != before:
        yield "attaching a message changed what find says"


def _hostile_attach(adapter: CrmAdapter, _address: str, record: Record) -> Iterator[str]:
    for index, text in enumerate(HOSTILE):
        note = _note(f"check-{uuid.uuid4().hex}-{index}", text)
        first, error = _try(partial(adapter.attach, record, note))
        if error is not None:
            yield f"{_shown(text)} as subject, sender and snippet made it raise {_named(error)}"
            continue
        second, error = _try(partial(adapter.attach, record, note))
        if error is not None or first != second:
            yield f"{_shown(text)} as subject, sender and snippet made two activities of one key"


def _attach_nowhere(adapter: CrmAdapter, _address: str, record: Record) -> Iterator[str]:
    for id in ("no-such-record-4c1f0a", "'; DROP TABLE contacts; --", "x" * 100_000, "\x00", "\ud800"):
        missing = Record(record.system, record.kind, id)
        made, error = _try(partial(adapter.attach, missing, _note(f"check-{uuid.uuid4().hex}")))
        if error is None:
            yield f"a message was attached to {_shown(id)}, which does not exist (activity {made!r})"


def _url(adapter: CrmAdapter, _address: str, record: Record) -> Iterator[str]:
    first = adapter.url(record)
    if adapter.url(record) != first:
        yield "one record has two addresses"
    if first is not None and not first.startswith(("https://", "http://")):
        yield f"{first!r} is no http address"
    for text in HOSTILE:
        url, error = _try(partial(adapter.url, Record(record.system, record.kind, text)))
        if error is not None:
            yield f"{_shown(text)} made it raise {_named(error)}"
        elif url is not None and (not url.isprintable() or " " in url or "\\" in url or '"' in url):
            yield f"{_shown(text)} stands unescaped in {_shown(url)}"


def _note(key: str, text: str = "About our order") -> Note:
    return Note(
        key=key,
        subject=text,
        sender=text if text else "bo@client.example",
        recipients=(text, "sales@acme.example"),
        date=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        direction=Direction.INBOUND,
        snippet=text,
    )


def _try(call: Callable[[], T]) -> tuple[T | None, Exception | None]:
    try:
        return call(), None
    except Exception as error:  # noqa: BLE001 - whatever the adapter raises is a finding
        return None, error


def _is_name(value: object) -> bool:
    """Whether it is a text that says something: an adapter need not have been type-checked."""
    return isinstance(value, str) and bool(value)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {_shown(str(error), 400)}"


def _shown(text: str, most: int = 60) -> str:
    short = ascii(text[:most])
    return short if len(text) <= most else f"{short}… ({len(text)} characters)"
