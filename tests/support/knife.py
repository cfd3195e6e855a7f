"""The hook that numbers what leaves a process, and kills the process at one of these points. See ``support.crash``."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import signal
import socket
import sqlite3
import ssl
import stat
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Side = Literal["before", "after"]
ROOT = Path(__file__).resolve().parents[2]
#: Frames of these files say nothing about where a point is.
_PLUMBING = (
    "store/connect.py",
    "store/engine.py",
    "store/executors.py",
    "store/tx.py",
    "net/loop.py",
    "mailbox/connection.py",
)


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a run: its number from 1, what leaves there, and who does it (the two innermost frames)."""

    number: int
    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.number:4} {self.kind:6} {self.where}"


class Knife:
    """Numbers the points of this process, tells of each, and kills the process at one."""

    def __init__(self, tell: Callable[[Mapping[str, object]], None], kill: int, side: Side, roots: Sequence[str]):
        self._tell = tell
        self._kill = kill
        self._side = side
        self._roots = tuple(roots)
        self._count = 0
        self._lock = threading.Lock()
        self._inside = threading.local()

    def around(self, kind: str, do: Callable[[], T]) -> T:
        """Do it; it is one point, whatever it calls in turn."""
        if getattr(self._inside, "here", False):
            return do()
        with self._lock:
            self._count += 1
            number = self._count
        self._tell({"point": [number, kind, where()]})
        self._inside.here = True
        try:
            if number == self._kill and self._side == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = do()
            if number == self._kill:
                os.kill(os.getpid(), signal.SIGKILL)
            return result
        finally:
            self._inside.here = False

    def install(self) -> None:
        """Put the hook into this process, for good."""
        self._databases()
        self._sockets()
        self._files()

    def _databases(self) -> None:
        knife, plain = self, sqlite3.connect

        class Counted(sqlite3.Connection):
            def commit(self) -> None:
                if self.in_transaction:
                    knife.around("commit", super().commit)

            def __exit__(
                self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
            ) -> Literal[False]:
                self.commit() if kind is None else self.rollback()
                return False

        def connect(*args: Any, **named: Any) -> sqlite3.Connection:
            made: sqlite3.Connection = plain(*args, **{"factory": Counted, **named})
            return made

        for module in (sqlite3, sys.modules["sqlite3.dbapi2"]):
            setattr(module, "connect", connect)  # noqa: B010 (types: a module's function is no variable)
        with contextlib.suppress(ImportError):
            import psycopg

            commit = psycopg.Connection.commit
            idle = psycopg.pq.TransactionStatus.IDLE

            def counted(connection: psycopg.Connection[Any]) -> None:
                if connection.info.transaction_status != idle:
                    knife.around("commit", lambda: commit(connection))

            setattr(psycopg.Connection, "commit", counted)  # noqa: B010

    def _sockets(self) -> None:
        for cls, names in ((socket.socket, ("send", "sendall", "sendmsg")), (ssl.SSLSocket, ("send", "sendall"))):
            for name in names:
                setattr(cls, name, self._sending(getattr(cls, name)))

    def _sending(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        def send(sock: socket.socket, *args: Any) -> Any:
            # asyncio wakes its own loop through a socket pair.
            if sock.family not in (socket.AF_INET, socket.AF_INET6):
                return plain(sock, *args)
            return self.around("socket", lambda: plain(sock, *args))

        return send

    def _files(self) -> None:
        plain_open, write, sync = io.open, os.write, os.fsync

        def opened(file: Any, mode: str = "r", *args: Any, **named: Any) -> Any:
            if not set(mode) & set("wax+") or not self._ours(file):
                return plain_open(file, mode, *args, **named)
            return _CountedFile(self, self.around("file", lambda: plain_open(file, mode, *args, **named)))

        def synced(handle: int) -> None:
            self.around("file", lambda: sync(handle))

        def written(handle: int, data: bytes) -> int:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return write(handle, data)
            return self.around("file", lambda: write(handle, data))

        patches = ((io, "open", opened), (builtins, "open", opened), (os, "write", written), (os, "fsync", synced))
        for module, name, function in patches:
            setattr(module, name, function)
        for name in ("replace", "rename"):
            setattr(os, name, self._moving(getattr(os, name)))

    def _moving(self, plain: Callable[..., None]) -> Callable[..., None]:
        def move(source: Any, target: Any, **named: Any) -> None:
            if not self._ours(target):
                return plain(source, target, **named)
            return self.around("file", lambda: plain(source, target, **named))

        return move

    def _ours(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self._roots or ("\0",))


class _CountedFile:
    """A file whose writes are points."""

    def __init__(self, knife: Knife, file: Any) -> None:
        self._knife = knife
        self._file = file

    def write(self, data: Any) -> int:
        return self._knife.around("file", lambda: int(self._file.write(data)))

    def flush(self) -> None:
        self._knife.around("file", self._file.flush)

    def __enter__(self) -> _CountedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def where() -> str:
    """The two innermost frames of mailkit that are not plumbing, innermost first; of the task where there is none."""
    house, tests = f"{ROOT}/src/mailkit/", f"{ROOT}/tests/"
    found: list[str] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and len(found) < 2:
        name = frame.f_code.co_filename
        mine = name.startswith(house) or (name.startswith(tests) and not name.startswith(f"{tests}support/"))
        short = name.removeprefix(house).removeprefix(tests)
        if mine and short not in _PLUMBING:
            found.append(f"{short}:{frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(found)
