"""What every way of sending offers. The outbox knows this protocol and nothing of SMTP.

The order of one message, which makes the outbox's promise possible::

    envelope accepted ──► on_data(outgoing) ──► first byte of the content ──► final reply ──► on_result(result)
                          commits "started"                                                   commits the verdicts

Before ``on_data`` nobody can have the message, so any failure is *retry*. After it, only a reply decides: without one
the verdict is *uncertain*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from mailkit.retry import read_reply
from mailkit.words import Envelope, Verdict, VerdictState


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send. ``id`` is the caller's own; ``dsn`` asks for delivery reports (RFC 3461).

    ``judged`` is for ``on_data``: the recipients that were refused or put off before the content. Whoever dies
    afterwards must not believe that they got it because others did.
    """

    id: int
    raw: bytes = field(repr=False)
    envelope: Envelope
    smtputf8: bool = False
    dsn: bool = False
    judged: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message: a verdict for each recipient of its envelope.

    ``reply`` is the server's final reply, ``provider_message_id`` the Message-ID under which the provider files it if
    the reply tells one, ``wait`` how long another attempt is pointless, by the replies.
    """

    id: int
    verdicts: tuple[Verdict, ...]
    reply: str = ""
    provider_message_id: str | None = None
    wait: timedelta = timedelta(0)


class SkipMessage(Exception):
    """Raised by ``on_data``: do not send this message; it gets no result, the batch goes on."""


OnData = Callable[[Outgoing], None]
OnResult = Callable[[Result], None]


class Transport(Protocol):
    """A way of sending. Blocking; the callbacks run on the calling thread."""

    def send(self, outgoing: Sequence[Outgoing], on_data: OnData, on_result: OnResult | None = None) -> list[Result]:
        """Send a batch, in order.

        Args:
            outgoing: the messages; all of them get a result unless ``on_data`` skips one.
            on_data: called right before the first byte of a message's content leaves, with what is known of recipients
                by then (``judged``); when it raises ``SkipMessage`` that message is not sent, any other exception ends
                the batch and is raised here.
            on_result: called with each result as soon as it is known.

        Raises:
            NetworkError, TlsError, AuthError, ProtocolError: the connection could not be made; nothing was sent.
            NetworkInTransactionError: a store transaction is open.
        """
        ...


def judged(
    recipients: Iterable[str], code: int | None, text: str, *, content_sent: bool
) -> tuple[tuple[Verdict, ...], timedelta]:
    """The same reply for some recipients: their verdicts, and how long another attempt is pointless."""
    reading = read_reply(code, text, content_sent=content_sent)
    words = printable(text)
    made = tuple(Verdict(address, reading.state, code, reading.enhanced, words) for address in recipients)
    return made, reading.wait


def refused(recipients: Iterable[str], code: int, enhanced: str, text: str) -> tuple[Verdict, ...]:
    """A refusal that mailkit makes itself, without asking the server."""
    return tuple(Verdict(address, VerdictState.REFUSED, code, enhanced, text) for address in recipients)


def printable(text: str, limit: int = 500) -> str:
    """A server's words on one line, bounded, without control characters."""
    return "".join(char if char.isprintable() else " " for char in text[: limit * 2])[:limit].strip()
