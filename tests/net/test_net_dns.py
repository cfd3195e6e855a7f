"""TXT records, from a name server of our own on the loopback."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import dns.resolver
import pytest

from mailkit.errors import NetworkInTransactionError, RunningLoopError
from mailkit.net.dns import IMPATIENT, LONGEST, LONGEST_KEPT, LONGEST_NONE, MAX_NAMES, SHORTEST, TxtAnswers, fetch_txt
from mailkit.net.dns import UNANSWERED as PAUSE
from mailkit.net.guard import forbid_network
from support.nameserver import NameServer, names

__all__ = ["names"]


class Timed(dns.resolver.Resolver):
    """Writes down how long each question may take."""

    def __init__(self, names: NameServer) -> None:
        super().__init__(configure=False)
        self.nameservers = ["127.0.0.1"]
        self.port = names.port
        self.times: list[float] = []

    def resolve(self, *args: object, lifetime: float | None = None, **more: object) -> dns.resolver.Answer:
        assert lifetime is not None
        self.times.append(lifetime)
        return super().resolve(*args, lifetime=lifetime, **more)  # type: ignore[arg-type]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def answers(
    names: NameServer, *, many: int = 100, seconds: float = 5, kept: int = 100, clock: Clock | None = None
) -> TxtAnswers:
    return TxtAnswers(names=many, seconds=seconds, kept=kept, resolver=names.resolver, clock=clock or Clock())


def test_strings_are_joined_and_absence_is_told_from_silence(names: NameServer) -> None:
    names.records = {"s1._domainkey.acme.example.": ['"v=DKIM1; " "p=abc"'], "acme.example.": ['"v=spf1"', '"other"']}
    names.gone, names.broken = {"gone.example."}, {"broken.example."}
    wanted = ["s1._domainkey.acme.example", "acme.example", "gone.example", "empty.example", "broken.example", "a..b"]
    found = fetch_txt(wanted, timeout=5, resolver=names.resolver)
    assert {name: tuple(sorted(records)) for name, records in found.items()} == {
        "s1._domainkey.acme.example": ("v=DKIM1; p=abc",),
        "acme.example": ("other", "v=spf1"),
        "gone.example": (),
        "empty.example": (),
    }


def test_a_long_record_comes_over_tcp(names: NameServer) -> None:
    names.publish("key.example", "p=" + "A" * 2000)
    assert fetch_txt(["key.example"], resolver=names.resolver) == {"key.example": ("p=" + "A" * 2000,)}
    assert names.over_tcp == ["key.example."]


def test_bytes_that_are_no_text(names: NameServer) -> None:
    names.records = {"odd.example.": [r'"\255x"']}
    assert fetch_txt(["odd.example"], resolver=names.resolver) == {"odd.example": ("\ufffdx",)}


@pytest.mark.parametrize("answer", [None, 5, "text"])
def test_what_an_application_resolver_hands_over_and_nobody_can_read_is_no_answer(answer: object) -> None:
    class Odd(dns.resolver.Resolver):
        def resolve(self, *_: object, **__: object) -> Any:  # type: ignore[override]
            return answer

    assert fetch_txt(["a.example"], resolver=Odd(configure=False)) == {}


def test_the_time_is_for_all_of_them_and_the_silent_one_holds_up_nobody(names: NameServer) -> None:
    names.silent = {f"silent{n}.example." for n in range(10)}
    names.records = {"acme.example.": ['"x"']}
    resolver = Timed(names)
    found = fetch_txt([*(f"silent{n}.example" for n in range(10)), "acme.example"], timeout=3, resolver=resolver)
    assert found == {"acme.example": ("x",)}
    assert len(resolver.times) == 11
    assert max(resolver.times) <= 3


def test_the_number_of_names_is_bounded(names: NameServer) -> None:
    fetch_txt([f"n{n}.example" for n in range(100)], resolver=names.resolver)
    assert len(set(names.asked)) == MAX_NAMES


def test_never_inside_a_transaction_nor_in_an_event_loop(names: NameServer) -> None:
    async def ask() -> None:
        fetch_txt(["acme.example"], resolver=names.resolver)

    with forbid_network(), pytest.raises(NetworkInTransactionError):
        fetch_txt(["acme.example"], resolver=names.resolver)
    with pytest.raises(RunningLoopError):
        asyncio.run(ask())
    assert names.asked == []


# Remembered


def test_what_is_known_is_not_asked_for_again(names: NameServer) -> None:
    names.records, names.gone = {"acme.example.": ['"x"']}, {"gone.example."}
    dns = answers(names)
    wanted = [["acme.example", "gone.example"], ["acme.example", "none.example"]]
    found = {"acme.example": ("x",), "gone.example": (), "none.example": ()}
    assert dns.known(["acme.example"]) == {}
    assert dns.ask(wanted) == found
    assert dns.ask(wanted) == found
    assert dns.known(["acme.example", "gone.example", "none.example", "other.example"]) == found
    assert sorted(names.asked) == ["acme.example.", "gone.example.", "none.example."]


@pytest.mark.parametrize(
    ("ttl", "kept"), [(0, SHORTEST), (SHORTEST + 30, SHORTEST + 30), (10_000_000, LONGEST)], ids=str
)
def test_an_answer_is_kept_as_long_as_it_says_within_bounds(names: NameServer, ttl: int, kept: float) -> None:
    names.records, names.ttl = {"acme.example.": ['"x"']}, int(ttl)
    clock = Clock()
    dns = answers(names, clock=clock)
    dns.ask([["acme.example"]])
    clock.now += kept - 1
    dns.ask([["acme.example"]])
    assert len(names.asked) == 1
    clock.now += 2
    dns.ask([["acme.example"]])
    assert len(names.asked) == 2


@pytest.mark.parametrize(("name", "kept"), [("none", LONGEST_NONE), ("gone", SHORTEST), ("broken", PAUSE)])
def test_that_there_is_none_is_kept_for_a_while(names: NameServer, name: str, kept: float) -> None:
    names.gone, names.broken = {"gone.example."}, {"broken.example."}
    clock = Clock()
    dns = answers(names, clock=clock)
    dns.ask([[f"{name}.example"]])
    clock.now += min(kept, PAUSE) - 1
    dns.ask([[f"{name}.example"]])
    assert len(names.asked) == 1
    clock.now += kept
    dns.ask([[f"{name}.example"]])
    assert len(names.asked) == 2


def test_no_more_is_kept_than_is_said_and_what_is_used_stays(names: NameServer) -> None:
    names.records = {f"n{n}.example.": ['"x"'] for n in range(4)}
    dns = answers(names, kept=3)
    dns.ask([["n0.example"], ["n1.example"], ["n2.example"]])
    dns.known(["n0.example"])
    dns.ask([["n3.example"]])
    assert sorted(dns.known(f"n{n}.example" for n in range(4))) == ["n0.example", "n2.example", "n3.example"]


def test_an_answer_that_fills_the_memory_is_not_kept(names: NameServer) -> None:
    names.records = {"big.example.": [f'"{n:05d}{"x" * 245}"' for n in range(LONGEST_KEPT // 250 + 5)]}
    dns = answers(names)
    assert sum(map(len, dns.ask([["big.example"]])["big.example"])) > LONGEST_KEPT
    assert dns.known(["big.example"]) == {}


def test_no_mail_takes_the_place_of_the_others(names: NameServer) -> None:
    dns = answers(names, many=5)
    flood = [f"flood{n}.example" for n in range(50)]
    dns.ask([flood, ["a1.example", "a2.example"], ["b1.example"]])
    assert sorted(names.asked) == [f"{n}." for n in ("a1.example", "a2.example", "b1.example", *flood[:2])]


def _recovers(dns: TxtAnswers, resolver: Timed) -> None:
    """Once everything is answered again, a call is given the whole time. On a busy machine the first may be late."""
    assert any(dns.ask([[f"again{n}.example"]]) for n in range(100))
    dns.ask([["last.example"]])
    assert resolver.times[-1] > 2 * IMPATIENT


def test_a_name_server_that_is_down_costs_the_whole_time_once(names: NameServer) -> None:
    names.mute = True
    resolver = Timed(names)
    dns = TxtAnswers(names=10, seconds=1, kept=10, resolver=resolver, clock=Clock())
    for n, most in enumerate([1, IMPATIENT, IMPATIENT]):
        assert dns.ask([[f"n{n}.example"]]) == {}
        assert resolver.times[-1] <= most
    names.mute = False
    _recovers(dns, resolver)


def test_names_that_lead_nowhere_cost_less_and_less(names: NameServer) -> None:
    names.silent = {f"silent{n}.example." for n in range(5)}
    resolver = Timed(names)
    dns = TxtAnswers(names=10, seconds=1, kept=100, resolver=resolver, clock=Clock())
    for n, most in enumerate([1, 1 / 2, 1 / 4, 1 / 8, IMPATIENT]):
        dns.ask([[f"silent{n}.example", f"n{n}.example"]])
        assert max(resolver.times[-2:]) <= most
    _recovers(dns, resolver)


def test_a_silent_name_is_not_asked_for_at_once_again(names: NameServer) -> None:
    names.silent, names.records = {"silent.example."}, {"acme.example.": ['"x"']}
    clock = Clock()
    dns = answers(names, seconds=1, clock=clock)
    assert dns.ask([["silent.example", "acme.example"]]) == {"acme.example": ("x",)}
    asked = len(names.asked)
    assert dns.ask([["silent.example", "acme.example"]]) == {"acme.example": ("x",)}
    assert len(names.asked) == asked
    names.silent.clear()
    clock.now += PAUSE + 1
    assert dns.ask([["silent.example"]]) == {"silent.example": ()}


def test_many_threads_share_it(names: NameServer) -> None:
    names.records = {f"n{n}.example.": ['"x"'] for n in range(20)}
    dns = answers(names, kept=10)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(dns.ask([[f"n{n}.example" for n in range(20)]]))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [20] * 8
    assert len(dns.known(f"n{n}.example" for n in range(20))) == 10
