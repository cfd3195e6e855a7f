"""Whatever two clients do: what one is told, applied in order, gives it the server's folder. Checked over the wire."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from testing.names import ANA, RAW

numbers = st.integers(1, 8)
flags = st.sampled_from([b"\\Seen", b"\\Deleted", b"\\Flagged", b"Work"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("deliver")),
        st.tuples(st.just("other expunges"), numbers),
        st.tuples(st.just("other flags"), numbers, flags),
        st.tuples(st.just("noop")),
        st.tuples(st.just("fetch"), numbers),
        st.tuples(st.just("uid fetch"), numbers),
        st.tuples(st.just("store"), numbers, flags),
        st.tuples(st.just("silent"), numbers, flags),
        st.tuples(st.just("expunge")),
        st.tuples(st.just("uid expunge"), numbers),
        st.tuples(st.just("move"), numbers),
        st.tuples(st.just("uid move"), numbers),
        st.tuples(st.just("search")),
        st.tuples(st.just("append")),
        st.tuples(st.just("idle")),
    ),
    max_size=25,
)


class Told:
    """A client that knows only what it was told: UIDs by position (None: not asked yet) and flags by UID."""

    def __init__(self, raw) -> None:
        self.raw = raw
        self.uids: list[int | None] = []
        self.flags: dict[int, set[bytes]] = {}

    def do(self, command: bytes) -> list[bytes]:
        lines = self.raw.do(command)
        for line in lines[:-1]:
            self.hear(line)
        return lines

    def hear(self, line: bytes) -> None:
        if found := re.fullmatch(rb"\* (\d+) EXISTS", line):
            count = int(found[1])
            assert count >= len(self.uids), "EXISTS never shrinks: that is what EXPUNGE is for"
            self.uids += [None] * (count - len(self.uids))
        elif found := re.fullmatch(rb"\* (\d+) EXPUNGE", line):
            assert 1 <= int(found[1]) <= len(self.uids)
            del self.uids[int(found[1]) - 1]
        elif found := re.match(rb"\* (\d+) FETCH \(UID (\d+)(?: FLAGS \(([^)]*)\))?", line):
            at, uid = int(found[1]) - 1, int(found[2])
            assert self.uids[at] in (None, uid), "a number that means another mail"
            self.uids[at] = uid
            if found[3] is not None:
                self.flags[uid] = set(found[3].split())


def run(server, told: Told, step: tuple) -> None:
    inbox = server.folder(ANA)
    kind, *arguments = step
    existing = inbox.uids()
    uid = existing[arguments[0] % len(existing)] if arguments and existing else 999
    if kind == "deliver":
        inbox.add(RAW)
    elif kind == "other expunges":
        inbox.expunge(uid)
    elif kind == "other flags" and existing:
        inbox.set_flags(uid, [arguments[1].decode()])
    elif kind in ("store", "silent"):
        number, flag = arguments
        silent = b".SILENT" if kind == "silent" else b""
        lines = told.do(b"STORE %d +FLAGS%s (%s)" % (number, silent, flag))
        assert not [line for line in lines if line.endswith(b" EXPUNGE")]
        if silent and 0 < number <= len(told.uids) and (known := told.uids[number - 1]) in told.flags:
            told.flags[known].add(flag)
    elif kind in ("fetch", "search"):
        lines = told.do(b"FETCH %d (UID FLAGS)" % arguments[0] if kind == "fetch" else b"SEARCH ALL")
        assert not [line for line in lines if line.endswith(b" EXPUNGE")]
    elif kind == "uid fetch":
        told.do(b"UID FETCH %d:* FLAGS" % uid)
    elif kind == "uid expunge":
        told.do(b"UID EXPUNGE %d" % uid)
    elif kind == "move":
        told.do(b"MOVE %d Trash" % arguments[0])
    elif kind == "uid move":
        told.do(b"UID MOVE %d Trash" % uid)
    elif kind == "append":
        told.do(b"APPEND INBOX {1+}\r\nx")
    elif kind == "idle":
        told.raw.send(b"i IDLE\r\nDONE\r\n")
        for line in told.raw.until(b"i"):
            told.hear(line)
    elif kind in ("noop", "expunge"):
        told.do(kind.upper().encode())


@given(steps)
def test_what_a_client_is_told_is_the_folder(model_server, todo):
    server, login = model_server
    inbox = server.folder(ANA)
    inbox.expunge(*inbox.uids())
    for _ in range(3):
        inbox.add(RAW)
    raw = login(server)
    told = Told(raw)
    told.do(b"SELECT INBOX")
    told.do(b"UID FETCH 1:* FLAGS")
    try:
        for step in todo:
            run(server, told, step)
        told.do(b"NOOP")
        known = list(told.uids)
        told.do(b"UID FETCH 1:* FLAGS")
        assert told.uids == inbox.uids()
        assert [uid for uid in known if uid is not None and uid not in inbox.uids()] == []
        for uid in inbox.uids():
            assert told.flags[uid] == {flag.encode() for flag in inbox.flags(uid)}
    finally:
        raw.close()
