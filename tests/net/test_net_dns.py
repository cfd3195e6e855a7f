"""TXT records, from a name server of our own on the loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from mailkit.errors import NetworkInTransactionError
from mailkit.net.dns import MAX_NAMES, fetch_txt
from mailkit.net.guard import forbid_network

RECORDS = {
    "s1._domainkey.acme.example.": ['"v=DKIM1; " "p=abc"'],
    "acme.example.": ['"v=spf1 -all"', '"other"'],
    "odd.example.": [r'"\255x"'],
}


class NameServer:
    """Answers what it knows; knows nothing of ``gone``, fails for ``broken``, is silent for ``silent``."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.asked: list[str] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                data, peer = self.socket.recvfrom(4096)
            except TimeoutError:
                continue
            query = dns.message.from_wire(data)
            name = query.question[0].name.to_text().lower()
            self.asked.append(name)
            if name.startswith("silent"):
                continue
            self.socket.sendto(self.answer(query, name).to_wire(), peer)

    @staticmethod
    def answer(query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name.startswith("broken"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name.startswith("gone"):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif name in RECORDS:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *RECORDS[name]))
        return answer

    def close(self) -> None:
        self.stop.set()
        self.thread.join(5)
        self.socket.close()


@pytest.fixture
def server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def resolver(server: NameServer) -> dns.resolver.Resolver:
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = ["127.0.0.1"]
    made.port = server.socket.getsockname()[1]
    return made


def test_strings_are_joined_and_absence_is_told_from_silence(resolver: dns.resolver.Resolver) -> None:
    names = ["s1._domainkey.acme.example", "acme.example", "gone.example", "empty.example", "broken.example", "a..b"]
    found = fetch_txt(names, timeout=5, resolver=resolver)
    assert {name: tuple(sorted(records)) for name, records in found.items()} == {
        "s1._domainkey.acme.example": ("v=DKIM1; p=abc",),
        "acme.example": ("other", "v=spf1 -all"),
        "gone.example": (),
        "empty.example": (),
    }


def test_bytes_that_are_no_text(resolver: dns.resolver.Resolver) -> None:
    assert fetch_txt(["odd.example"], resolver=resolver) == {"odd.example": ("\ufffdx",)}


def test_the_time_is_for_all_of_them(server: NameServer, resolver: dns.resolver.Resolver) -> None:
    found = fetch_txt(["silent.example", "acme.example"], timeout=0.3, resolver=resolver)
    assert found == {}
    assert "acme.example." not in server.asked


def test_the_number_of_names_is_bounded(server: NameServer, resolver: dns.resolver.Resolver) -> None:
    fetch_txt([f"n{n}.example" for n in range(100)], resolver=resolver)
    assert len(set(server.asked)) == MAX_NAMES


def test_never_inside_a_transaction(resolver: dns.resolver.Resolver) -> None:
    with forbid_network(), pytest.raises(NetworkInTransactionError):
        fetch_txt(["acme.example"], resolver=resolver)
