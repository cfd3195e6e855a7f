"""What a reply means, and when to try again. Pure: a reply or an attempt goes in, a state or a time comes out.

SMTP replies (RFC 5321 section 4.2) carry a code, and mostly an enhanced status in front of the text (RFC 3463)::

    2xx                             sent
    4xx                             retry
    5xx                             refused, except the lies in ``LIES``: refusals that are over by tomorrow
    no reply, content not sent      retry: nobody has the message
    no reply, content sent          uncertain: the server may have accepted it, so a second attempt may double it

The schedule takes tenacity's ``wait`` and ``stop`` objects and uses them as functions of the attempt; nothing here
sleeps. An attempt survives a restart because it is a number in a row, not a stack frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mailkit.words import VerdictState

if TYPE_CHECKING:
    from tenacity import RetryCallState
    from tenacity.stop import stop_base
    from tenacity.wait import wait_base

__all__ = ["LIES", "Lie", "Reading", "Schedule", "enhanced_status", "read_reply"]


@dataclass(frozen=True, slots=True)
class Lie:
    """A permanent code that a server uses for something temporary.

    Matches when every condition given holds: ``code``, ``enhanced`` (exact), and one of ``words`` in the text, which is
    compared in lower case. ``wait`` is how long another attempt is pointless.
    """

    code: int
    enhanced: str | None
    words: tuple[str, ...]
    wait: timedelta
    where: str


_HOUR = timedelta(hours=1)

LIES: tuple[Lie, ...] = (
    # RFC 5321 section 4.2.2: bad sequence. It speaks of the connection's state, not of the message.
    Lie(503, None, (), timedelta(0), "any server"),
    # Gmail says "550 5.4.5 Daily user sending limit exceeded"; it is lifted within 24 hours.
    Lie(550, "5.4.5", (), 4 * _HOUR, "Gmail"),
    Lie(550, "5.7.1", ("daily", "quota", "rate limit"), 4 * _HOUR, "Gmail"),
    Lie(550, "5.7.0", ("daily", "quota exceeded", "rate limit"), 4 * _HOUR, "Gmail, Workspace relay"),
    # Exchange Online: recipient limits of a mailbox (5.1.90) and of the tenant (5.7.232, 5.7.233), per 24 hours.
    Lie(550, "5.1.90", (), 4 * _HOUR, "Exchange Online"),
    Lie(550, "5.7.232", (), 4 * _HOUR, "Exchange Online"),
    Lie(550, "5.7.233", (), 4 * _HOUR, "Exchange Online"),
    Lie(554, "5.2.0", ("submissionquotaexceeded",), 4 * _HOUR, "Exchange Online"),
    # Amazon SES: "454 Throttling failure" is honest, this one is not.
    Lie(554, None, ("maximum sending rate exceeded", "daily message quota exceeded"), _HOUR, "Amazon SES"),
    # Yahoo and others give 5xx to an address that sends too much for the moment.
    Lie(550, None, ("too many messages", "try again later", "temporarily deferred"), _HOUR, "various"),
    Lie(554, None, ("try again later", "temporarily deferred"), _HOUR, "various"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reply means for one recipient. ``wait``: no attempt before this has passed."""

    state: VerdictState
    enhanced: str | None = None
    wait: timedelta = timedelta(0)


def enhanced_status(text: str) -> str | None:
    """The enhanced status code at the start of a reply's text, ``"5.1.1"`` (RFC 2034 section 3, RFC 3463 section 2).

    ``class "." subject "." detail``, class 2, 4 or 5, the others one to three digits; a blank or the end follows.
    Linear: it looks at the first ten characters.
    """
    head = text[:10]
    token = head.split(None, 1)[0] if head.strip() else ""
    if not head.startswith(token):
        return None
    parts = token.split(".")
    if len(parts) != 3 or parts[0] not in {"2", "4", "5"}:
        return None
    if not all(part.isascii() and part.isdigit() and 1 <= len(part) <= 3 for part in parts[1:]):
        return None
    return ".".join(str(int(part)) for part in parts)


def read_reply(code: int | None, text: str = "", *, content_sent: bool) -> Reading:
    """What a reply means.

    Args:
        code: the reply code; None or a number outside 200..599 where there was no usable reply.
        text: the reply's text without the code, lines joined by LF.
        content_sent: whether the first byte of the message content may have left.
    """
    enhanced = enhanced_status(text)
    if code is None or not 200 <= code <= 599 or 300 <= code <= 399:
        return Reading(VerdictState.UNCERTAIN if content_sent else VerdictState.RETRY, enhanced)
    if code < 300:
        return Reading(VerdictState.SENT, enhanced)
    if code < 500:
        return Reading(VerdictState.RETRY, enhanced)
    lie = _lie(code, enhanced, text)
    if lie is not None:
        return Reading(VerdictState.RETRY, enhanced, lie.wait)
    return Reading(VerdictState.REFUSED, enhanced)


def _lie(code: int, enhanced: str | None, text: str) -> Lie | None:
    low = text[:2000].lower()
    for lie in LIES:
        if lie.code != code or (lie.enhanced is not None and lie.enhanced != enhanced):
            continue
        if not lie.words or any(word in low for word in lie.words):
            return lie
    return None


def _default_wait() -> wait_base:
    from tenacity.wait import wait_exponential, wait_random

    return wait_exponential(multiplier=60, max=4000, exp_base=2) + wait_random(0, 30)


def _default_stop() -> stop_base:
    from tenacity.stop import stop_after_delay

    return stop_after_delay(timedelta(days=3))


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to try again, and when to give up.

    By default: after 1, 2, 4 … minutes, at most 4000 seconds apart (Postfix's maximal_backoff_time), each with up to
    30 seconds of jitter so that a queue does not come back as one wave; given up after three days.

    Args:
        wait: a tenacity wait object; seconds as a function of the attempt.
        stop: a tenacity stop object; it may look at the attempt number and the seconds since the first one.
    """

    wait: wait_base = field(default_factory=_default_wait)
    stop: stop_base = field(default_factory=_default_stop)

    def next(
        self, attempt: int, *, now: datetime, first: datetime, at_least: timedelta = timedelta(0)
    ) -> datetime | None:
        """The time of the next attempt, or None to give up.

        Args:
            attempt: how many attempts were made; 1 after the first.
            now: UTC, the time of the attempt that just ended.
            first: UTC, when the message was first due.
            at_least: no attempt before this has passed (``Reading.wait``).
        """
        state = _state(attempt, (now - first).total_seconds())
        if self.stop(state):
            return None
        return now + max(timedelta(seconds=self.wait(state)), at_least)


def _state(attempt: int, elapsed: float) -> RetryCallState:
    from tenacity import RetryCallState, Retrying

    state = RetryCallState(retry_object=Retrying(), fn=None, args=(), kwargs={})
    state.attempt_number = attempt
    state.start_time = 0.0
    state.outcome_timestamp = max(elapsed, 0.0)
    return state
