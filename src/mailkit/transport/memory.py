"""MemoryTransport: keeps what is sent, for an application's tests. Same order of callbacks, no network."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from mailkit.errors import MailkitError
from mailkit.net import guard
from mailkit.transport.base import OnData, OnResult, Outgoing, Result, SkipMessage, judged
from mailkit.words import Verdict


class MemoryTransport:
    """Accepts everything, except what it is told to refuse. Safe for threads.

    Attributes:
        sent: what was accepted for at least one recipient, in order.
        replies: recipient -> (code, text) to answer instead of 250.
        fail: an error to raise in place of connecting; cleared by the test.
        lose_replies: how many final replies are still to be lost: the message is kept, the verdict is uncertain.
    """

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.replies: dict[str, tuple[int, str]] = {}
        self.fail: MailkitError | None = None
        self.lose_replies = 0
        self._lock = threading.Lock()

    def send(self, outgoing: Sequence[Outgoing], on_data: OnData, on_result: OnResult | None = None) -> list[Result]:
        """See ``Transport.send``."""
        guard.check("send to memory")
        if self.fail is not None:
            raise self.fail
        results: list[Result] = []
        for message in outgoing:
            try:
                result = self._one(message, on_data)
            except SkipMessage:
                continue
            results.append(result)
            if on_result is not None:
                on_result(result)
        return results

    def _one(self, message: Outgoing, on_data: OnData) -> Result:
        verdicts: dict[str, Verdict] = {}
        accepted = [address for address in message.envelope.recipients if address not in self.replies]
        wait = judged([], 250, "", content_sent=True)[1]
        for address, (code, text) in self.replies.items():
            if address in message.envelope.recipients:
                (verdict,), more = judged([address], code, text, content_sent=False)
                verdicts[address], wait = verdict, max(wait, more)
        reply = "250 2.0.0 OK"
        if accepted:
            on_data(replace(message, judged=tuple(verdicts.values())))
            final = self._accept(message)
            reply = f"{final[0] or ''} {final[1]}".strip()
            verdicts.update({v.recipient: v for v in judged(accepted, *final, content_sent=True)[0]})
        ordered = tuple(verdicts[address] for address in message.envelope.recipients)
        return Result(message.id, ordered, reply, None, wait)

    def _accept(self, message: Outgoing) -> tuple[int | None, str]:
        with self._lock:
            self.sent.append(message)
            if self.lose_replies > 0:
                self.lose_replies -= 1
                return None, "The reply was lost."
        return 250, "2.0.0 OK"
