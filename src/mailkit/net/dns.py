"""TXT records from the DNS, asked for before or after a transaction, never inside one.

The names of a call are asked for at once and under one deadline: a name server that is silent costs that time once, not
once for each name. ``TxtAnswers`` remembers what came of it, for as long as the answers say and within bounds of its
own, so that a mailbox of fifty thousand mails from one sender asks for one key.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from mailkit.errors import MissingExtraError
from mailkit.net import guard, loop

if TYPE_CHECKING:
    from dns.resolver import Answer, Resolver

logger = logging.getLogger("mailkit.net")

__all__ = ["TxtAnswers", "fetch_txt", "need_dns"]

MAX_NAMES = 20
MAX_RECORDS = 50  # of one name
MAX_CHARACTERS = 8 * 1024  # of one record
#: So many names are asked for at a time.
AT_ONCE = 64
#: Seconds that an answer is kept, whatever its own time to live says.
SHORTEST, LONGEST = 60.0, 3600.0
#: Seconds at most that "there is none" is kept: a key may have been published since.
LONGEST_NONE = 300.0
#: Seconds until a name is asked for again whose answer did not come.
UNANSWERED = 30.0
#: Longer answers are not kept, in characters: no key and no policy is of such a length.
LONGEST_KEPT = 8 * 1024
#: Where answers do not come, calls wait less and less, down to this part of the time that they may.
IMPATIENT = 0.1


@dataclass(frozen=True, slots=True)
class _Answer:
    """``records`` None: no answer came; ``late``: because the time was up."""

    records: tuple[str, ...] | None
    ttl: float = 0.0
    late: bool = False


def need_dns() -> None:
    """Raise MissingExtraError if dnspython is not installed."""
    try:
        import dns.resolver  # noqa: F401 - to say now what is missing
    except ImportError as error:
        raise MissingExtraError("trust", "Asking the DNS") from error


def fetch_txt(
    names: Iterable[str], *, timeout: float = 5.0, resolver: Resolver | None = None
) -> dict[str, tuple[str, ...]]:
    """TXT records by name, the strings of each record joined (RFC 7208 section 3.3).

    A name that has none, or does not exist, gives an empty tuple; one whose answer did not come is left out, so that
    "there is no key" and "nobody answered" are told apart. Blocking; ``AT_ONCE`` names are asked for at a time.

    Args:
        names: at most ``MAX_NAMES`` are asked for. timeout: seconds for all of them together.
        resolver: dnspython's; None: the machine's own settings.

    Raises:
        MissingExtraError: dnspython is not installed.
        NetworkInTransactionError: a store transaction is open here.
        RunningLoopError: an event loop is running on this thread.
    """
    asked = _ask(list(dict.fromkeys(names))[:MAX_NAMES], timeout, resolver)
    return {name: answer.records for name, answer in asked.items() if answer.records is not None}


class TxtAnswers:
    """TXT records, remembered. May be shared between threads.

    Args:
        names: so many names are asked for in one call, at most.
        seconds: so long a call waits, at most.
        kept: answers remembered; of more, those used longest ago are forgotten.
        resolver: dnspython's; None: the machine's own settings.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        *,
        names: int,
        seconds: float,
        kept: int,
        resolver: Resolver | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._names = names
        self._seconds = seconds
        self._kept = kept
        self._resolver = resolver
        self._clock = clock
        self._answers: OrderedDict[str, tuple[float, tuple[str, ...] | None]] = OrderedDict()
        self._patience = 1.0
        self._lock = threading.Lock()

    def known(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """What is remembered of these names, as ``fetch_txt`` gives it. Never uses the network."""
        return self._look(names)[0]

    def ask(self, wanted: Sequence[Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """The records of all these names, as ``fetch_txt`` gives them; what is not remembered is asked for.

        Args:
            wanted: the names that each mail of a batch wants. Where they are more than may be asked for, each gets its
                first before any gets its second: no mail takes the others' place.

        Raises:
            MissingExtraError, NetworkInTransactionError, RunningLoopError: as ``fetch_txt``, if something is asked for.
        """
        found, missing = self._look(_in_turns(wanted))
        if missing:
            asked = _ask(missing[: self._names], self._seconds * self._patience, self._resolver)
            self._patience = _patience(self._patience, asked.values())
            self._keep(asked)
            found |= {name: answer.records for name, answer in asked.items() if answer.records is not None}
        return found

    def _look(self, names: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
        """What is known, and the names that nothing is known of."""
        found: dict[str, tuple[str, ...]] = {}
        missing: dict[str, None] = {}
        now = self._clock()
        with self._lock:
            for name in names:
                until, records = self._answers.get(name, (now, None))
                if until <= now:
                    missing[name] = None
                    continue
                self._answers.move_to_end(name)
                if records is not None:
                    found[name] = records
        return found, list(missing)

    def _keep(self, asked: dict[str, _Answer]) -> None:
        now = self._clock()
        with self._lock:
            for name, answer in asked.items():
                if sum(map(len, answer.records or ())) > LONGEST_KEPT:
                    continue
                self._answers[name] = (now + answer.ttl, answer.records)
                self._answers.move_to_end(name)
            while len(self._answers) > self._kept:
                self._answers.popitem(last=False)


def _patience(before: float, asked: Iterable[_Answer]) -> float:
    """The part of its time that the next call may take. Neither a name server that is down nor a mailbox full of old
    mail, of whose domains many lead nowhere, may cost every batch the whole time; answers that all come end it."""
    found = list(asked)
    if not any(answer.late for answer in found):
        return 1.0
    nobody = all(answer.records is None for answer in found)
    return IMPATIENT if nobody else max(before / 2, IMPATIENT)


def _in_turns(wanted: Sequence[Sequence[str]]) -> Iterator[str]:
    return (name for name in chain.from_iterable(zip_longest(*wanted)) if name is not None)


def _ask(names: Sequence[str], seconds: float, resolver: Resolver | None) -> dict[str, _Answer]:
    """What came of asking for each of these names, all within ``seconds``."""
    guard.check("ask the DNS")
    loop.refuse_in_loop("Asking the DNS")
    need_dns()
    if not names:
        return {}
    end = time.monotonic() + seconds
    # Where some must wait for others, no name may keep its place until the end.
    each = seconds if len(names) <= AT_ONCE else seconds / 2
    pool = ThreadPoolExecutor(min(AT_ONCE, len(names)), thread_name_prefix="mailkit-dns")
    try:
        asked = {name: pool.submit(_txt, name, end, each, resolver) for name in names}
        # dnspython sleeps between its tries and looks at the time only then.
        wait(asked.values(), timeout=end - time.monotonic())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    late = _Answer(None, UNANSWERED, late=True)
    return {name: done.result() if _is_done(done) else late for name, done in asked.items()}


def _is_done(future: Future[_Answer]) -> bool:
    return future.done() and not future.cancelled()


def _txt(name: str, end: float, each: float, resolver: Resolver | None) -> _Answer:
    import dns.exception
    import dns.resolver

    left = min(end - time.monotonic(), each)
    if left <= 0:
        return _Answer(None, UNANSWERED, late=True)
    try:
        chosen = resolver or dns.resolver.get_default_resolver()
        return _read(chosen.resolve(name, "TXT", lifetime=left, search=False, raise_on_no_answer=False))
    except dns.resolver.NXDOMAIN:
        return _Answer((), SHORTEST)
    except dns.exception.Timeout:
        return _Answer(None, UNANSWERED, late=True)
    except Exception as error:  # noqa: BLE001 - a server that fails, no name at all, an answer that cannot be read
        logger.debug("no answer for %s: %s", name, error)
        return _Answer(None, UNANSWERED)


def _read(answer: Answer) -> _Answer:
    ttl = float(answer.chaining_result.minimum_ttl)
    if answer.rrset is None:
        return _Answer((), min(max(ttl, SHORTEST), LONGEST_NONE))
    strings = (getattr(record, "strings", ()) for record in list(answer)[:MAX_RECORDS])
    records = tuple(b"".join(parts).decode("utf-8", "replace")[:MAX_CHARACTERS] for parts in strings)
    return _Answer(records, min(max(ttl, SHORTEST), LONGEST))
