"""The proxy knows of no protocol: it cuts HTTP, POP3 and LMTP where it is told to, to the byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from support.cutproxy import DIRECTIONS, HOWS, CutAt, CutProxy, Direction

#: Seconds in which nothing comes: then the connection has gone silent.
SILENT = 0.2
#: (who speaks, what): HTTP's client begins, POP3's and LMTP's servers do. LMTP answers once for each recipient.
DIALOGUES: dict[str, Sequence[tuple[Direction, bytes]]] = {
    "HTTP": (
        ("to_server", b"POST /hook HTTP/1.1\r\nHost: crm.example\r\nContent-Length: 4\r\n\r\n\0\r\n\xff"),
        ("to_client", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n"),
        ("to_server", b"GET / HTTP/1.1\r\nHost: crm.example\r\n\r\n"),
        ("to_client", b"HTTP/1.1 204 No Content\r\n\r\n"),
    ),
    "POP3": (
        ("to_client", b"+OK ready\r\n"),
        ("to_server", b"RETR 1\r\n"),
        ("to_client", b"+OK\r\nSubject: x\r\n\r\n..dot\r\n.\r\n"),
    ),
    "LMTP": (
        ("to_client", b"220 lmtp.acme.example\r\n"),
        ("to_server", b"LHLO me\r\n"),
        ("to_client", b"250 PIPELINING\r\n"),
        ("to_server", b"MAIL FROM:<>\r\nRCPT TO:<a>\r\nRCPT TO:<b>\r\nDATA\r\nx\r\n.\r\n"),
        ("to_client", b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 a has it\r\n452 b is full\r\n"),
    ),
}


@dataclass
class Side:
    """One end of a dialogue: speaks its lines, waits for the other's; all that it got, and how it ended."""

    lines: Sequence[tuple[Direction, bytes]]
    speaks: Direction
    got: bytes = b""
    ended: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def talk(self, sock: socket.socket) -> None:
        sock.settimeout(SILENT)
        try:
            for way, said in self.lines:
                if way == self.speaks:
                    sock.sendall(said)
                else:
                    self._hear(sock, len(said))
            self.ended = self.ended or "whole"
        except TimeoutError:
            self.ended = "stall"
        except OSError:
            self.ended = "rst"
        finally:
            sock.close()
            self.done.set()

    def _hear(self, sock: socket.socket, size: int) -> None:
        missing = size
        while missing and not self.ended:
            data = sock.recv(missing)
            self.got += data
            missing -= len(data)
            if not data:
                self.ended = "fin"


@contextmanager
def serving(side: Side) -> Iterator[int]:
    """The port of a server for one connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            side.talk(listening.accept()[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    assert side.done.wait(10)
    listening.close()


def through(lines: Sequence[tuple[Direction, bytes]], cut: CutAt | None) -> tuple[Side, Side, bool]:
    """The client, the server, and whether it was cut."""
    client, server = Side(lines, "to_server"), Side(lines, "to_client")
    with serving(server) as port, CutProxy(port) as proxy:
        if cut is not None:
            proxy.cut(cut)
        client.talk(socket.create_connection(("127.0.0.1", proxy.port)))
        server.done.wait(10)
        return client, server, proxy.done


@pytest.mark.parametrize("protocol", DIALOGUES)
def test_a_dialogue_is_cut_to_the_byte(protocol: str, sweep) -> None:  # type: ignore[no-untyped-def]
    lines = DIALOGUES[protocol]
    sent = {way: b"".join(said for whose, said in lines if whose == way) for way in DIRECTIONS}
    client, server, cut_ = through(lines, None)
    assert (client.got, server.got, cut_) == (sent["to_client"], sent["to_server"], False)
    every = [CutAt(way, after, how) for way in DIRECTIONS for after in range(len(sent[way])) for how in HOWS]
    every = [cut for cut in every if cut.how != "stall" or cut.after % 7 == 0]  # silence costs a time-out
    tried = sweep.sample(every, keep=12)
    for cut in tried:
        client, server, cut_ = through(lines, cut)
        assert cut_, cut
        got = client if cut.direction == "to_client" else server
        whole = sent[cut.direction]
        # Who is reset may lose what was on its way; nobody gets a byte more.
        assert got.got == whole[: cut.after] or (cut.how == "rst" and whole[: cut.after].startswith(got.got)), cut
        assert got.ended != "whole", cut
        assert cut.how == "rst" or got.ended == cut.how, (cut, got.ended)
    sweep.tell(f"cuts: the proxy itself, {protocol}", len(tried), of=len(every))
