"""Senders weighed again, when keys from the DNS did not come at first; SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import dns.exception
import dns.resolver
import pytest

from mailkit import MailKit
from mailkit.auth.secretbox import generate_key
from mailkit.errors import NotFoundError
from mailkit.ingest.sender import VERIFY, WAITS
from mailkit.store import queue
from mailkit.words import Limits
from support.checking import Checking, by_dkimpy, desk
from support.mails import mail
from support.nameserver import names

__all__ = ["desk", "names"]


class Clock:
    """The present, and then later."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def _jobs(kit: MailKit) -> list[tuple[str, str]]:
    with kit.store.read() as tx:
        return [(row.key.partition(":")[2], row.state) for row in queue.listing(tx) if row.kind == VERIFY]


def test_a_worker_asks_again_for_keys_that_did_not_come(desk: Checking) -> None:
    """After minutes, an hour and some hours; then the mail stays what it is until somebody asks."""
    desk.names.mute, clock = True, Clock()
    with desk.again(limits=Limits(dns_seconds=0.2), clock=clock) as kit:
        kit.accounts.add(desk.account, replace=True)
        desk.arrives(by_dkimpy(mail()))
        assert kit.sync("sales").new == 1
        assert _jobs(kit) == [("0", "ready")]
        assert desk.state(kit) == "shown"
        assert _jobs(kit) == [("0", "ready")], "it is not due yet"
        clock.ahead = timedelta(seconds=WAITS[0] + 1)
        assert desk.state(kit) == "shown"
        assert _jobs(kit) == [("0", "done"), ("1", "ready")]
        desk.names.mute = False
    clock.ahead += timedelta(seconds=WAITS[1] + 1)
    with desk.again(clock=clock) as kit:
        assert desk.state(kit) == "linked"
        assert _jobs(kit) == [("0", "done"), ("1", "done")]


def test_a_key_that_never_comes_is_asked_for_three_times_more(desk: Checking) -> None:
    desk.names.mute, clock = True, Clock()
    with desk.again(limits=Limits(dns_seconds=0.2), clock=clock) as kit:
        kit.accounts.add(desk.account, replace=True)
        desk.arrives(by_dkimpy(mail()))
        kit.sync("sales")
        for seconds in (*WAITS, 100_000):
            clock.ahead += timedelta(seconds=seconds + 1)
            kit.work(only={"jobs"}, once=True)
        assert _jobs(kit) == [("0", "done"), ("1", "done"), ("2", "done")]
        assert desk.trust(kit)[0] == "claimed"


def test_mail_that_was_old_when_it_came_is_not_asked_for_again(desk: Checking) -> None:
    desk.names.mute = True
    with desk.again(limits=Limits(dns_seconds=0.2)) as kit:
        kit.accounts.add(desk.account, replace=True)
        raw = by_dkimpy(mail())
        kit.ingest(raw, account="sales", received_at=datetime.now(UTC) - timedelta(days=2))
        assert desk.trust(kit)[0] == "claimed"
        assert _jobs(kit) == []


def test_weighing_again_never_believes_less_and_says_what_is_not_there(desk: Checking) -> None:
    desk.arrives(by_dkimpy(mail()).replace(b"send an offer", b"pay an offer"))
    desk.kit.sync("sales")
    [stored] = desk.kit.messages.latest()
    before = desk.trust()
    assert [one.trust for one in desk.kit.messages.verify(stored.id)] == ["claimed"]
    assert desk.trust() == before
    with pytest.raises(NotFoundError):
        desk.kit.messages.verify(stored.id + 1)


class Together(dns.resolver.Resolver):
    """Is silent, and sees whether so many keys are asked for at the same time."""

    def __init__(self, many: int) -> None:
        super().__init__(configure=False)
        self.met: list[str] = []
        self._barrier = threading.Barrier(many)

    def resolve(self, qname: str, *_: object, **__: object) -> dns.resolver.Answer:  # type: ignore[override]
        if "_domainkey" in qname:
            self._barrier.wait(3)
            self.met.append(qname)
        raise dns.exception.Timeout


def test_jobs_of_a_batch_wait_together_for_names_that_are_silent(desk: Checking) -> None:
    """Whoever sends us mail chooses the names: what else a worker has to do must not wait for one after the other."""
    clock, many = Clock(), 6
    desk.names.mute = True
    with desk.again(limits=Limits(dns_seconds=0.1), clock=clock) as kit:
        kit.accounts.add(desk.account, replace=True)
        for number in range(many):
            domain = f"c{number}.example"
            signature = f"DKIM-Signature: a=rsa-sha256; h=from:subject; d={domain}; s=x; bh=x; b=x\r\n".encode()
            kit.ingest(signature + mail(message_id=f"1@{domain}", sender=f"Bo <bo@{domain}>"), account="sales")
    clock.ahead = timedelta(seconds=WAITS[0] + 1)
    silent = Together(many)
    with MailKit(desk.url, key=generate_key(), resolver=silent, clock=clock) as kit:
        kit.work(only={"jobs"}, once=True)
        assert len(silent.met) == many
        assert _jobs(kit) == [("0", "done")] * many + [("1", "ready")] * many


def test_a_stored_mail_beyond_the_limit_of_today_stays_what_it_is(desk: Checking) -> None:
    desk.names.mute, clock = True, Clock()
    with desk.again(limits=Limits(dns_seconds=0.1), clock=clock) as kit:
        kit.accounts.add(desk.account, replace=True)
        kit.ingest(by_dkimpy(mail()), account="sales")
    desk.names.mute = False
    clock.ahead = timedelta(seconds=WAITS[0] + 1)
    with desk.again(limits=Limits(message_bytes=100), clock=clock) as kit:
        [copy] = kit.messages.verify(kit.messages.latest()[0].id)
        assert copy.trust == "claimed"
        kit.work(only={"jobs"}, once=True)
        assert _jobs(kit) == [("0", "done")]
