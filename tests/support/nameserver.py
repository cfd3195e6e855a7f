"""A name server on the loopback: answers TXT questions from a dictionary, and can be slow, silent, broken or wrong.

UDP and TCP on one port; an answer that is too long for a datagram comes truncated, and whole over TCP (RFC 1035).
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from support.servers.process import free_port

_DATAGRAM = 512


class NameServer:
    """Names are absolute, lower case: ``acme.example.``. What it does not know exists and has no TXT records.

    Attributes:
        records: the records of a name, each as it stands in a zone file: ``'"v=DKIM1; " "p=abc"'``.
        silent, broken, gone: names that are not answered, fail (SERVFAIL), do not exist (NXDOMAIN).
        slow: seconds that the answer of a name takes.
        mute: nothing is answered at all.
        ttl: of all records, in seconds.
        asked: the names, in the order in which they were asked for; ``over_tcp``: those asked for so.
    """

    def __init__(self, records: dict[str, list[str]] | None = None) -> None:
        self.records = records or {}
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.gone: set[str] = set()
        self.slow: dict[str, float] = {}
        self.mute = False
        self.ttl = 300
        self.asked: list[str] = []
        self.over_tcp: list[str] = []
        self.port = free_port()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._tcp = socket.create_server(("127.0.0.1", self.port))
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._datagrams, self._connections)]
        for one in (self._udp, self._tcp):
            one.settimeout(0.1)
        for thread in self._threads:
            thread.start()

    def publish(self, name: str, record: str) -> None:
        """One record, cut into strings of at most 255 bytes."""
        parts = [record[at : at + 250] for at in range(0, len(record), 250)]
        self.records[f"{name}."] = [" ".join(f'"{part}"' for part in parts)]

    @property
    def resolver(self) -> dns.resolver.Resolver:
        """A resolver that asks this server and nobody else."""
        made = dns.resolver.Resolver(configure=False)
        made.nameservers = ["127.0.0.1"]
        made.port = self.port
        return made

    def close(self) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(5)
        self._udp.close()
        self._tcp.close()

    def _datagrams(self) -> None:
        while not self._ends.is_set():
            with suppress(TimeoutError):
                data, peer = self._udp.recvfrom(4096)
                query, name = self._question(data)
                self.asked.append(name)
                if not self.mute and name not in self.silent:
                    threading.Timer(self.slow.get(name, 0), self._send, (query, name, peer)).start()

    def _send(self, query: dns.message.Message, name: str, peer: object) -> None:
        answer = self._answer(query, name)
        try:
            wire = answer.to_wire(max_size=_DATAGRAM)
        except dns.exception.TooBig:
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC
            wire = short.to_wire()
        with suppress(OSError):  # it was closed meanwhile
            self._udp.sendto(wire, peer)  # type: ignore[arg-type]

    def _connections(self) -> None:
        while not self._ends.is_set():
            with suppress(TimeoutError):
                link, _ = self._tcp.accept()
                with closing(link):
                    link.settimeout(5)
                    (size,) = struct.unpack("!H", link.recv(2, socket.MSG_WAITALL))
                    query, name = self._question(link.recv(size, socket.MSG_WAITALL))
                    self.over_tcp.append(name)
                    wire = self._answer(query, name).to_wire()
                    link.sendall(struct.pack("!H", len(wire)) + wire)

    @staticmethod
    def _question(data: bytes) -> tuple[dns.message.Message, str]:
        query = dns.message.from_wire(data)
        return query, query.question[0].name.to_text().lower()

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name in self.gone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif name in self.records:
            answer.answer.append(dns.rrset.from_text(name, self.ttl, "IN", "TXT", *self.records[name]))
        return answer


@pytest.fixture
def names() -> Iterator[NameServer]:
    """A name server that knows nothing yet."""
    made = NameServer()
    yield made
    made.close()
