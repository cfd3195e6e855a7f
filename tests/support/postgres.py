"""A PostgreSQL server of the tests' own, in a directory of its own.

Nothing of the machine's is touched: the cluster lives in a temporary directory, listens on a free loopback port only,
and ends with the tests. The installed binaries are used, else the unpacked ones below ``.servers/postgresql``. initdb
refuses to run as root, so root runs it as the user ``postgres``.
"""

from __future__ import annotations

import os
import shlex
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.servers.process import Program, free_port, program, running


def sign_in(port: int) -> None:
    """Raises OSError where nobody speaks PostgreSQL on that port yet."""
    import psycopg

    try:
        psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
    except psycopg.OperationalError as error:
        raise OSError(str(error)) from error


@contextmanager
def postgres_running(chosen: Program) -> Iterator[str]:
    """The URL of a running server's maintenance database, without the database name at its end."""
    port = free_port()

    def configure(home: Path) -> list[str]:
        return _configure(home, chosen, port)

    with running(chosen, configure, lambda: sign_in(port)):
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"


def _configure(home: Path, chosen: Program, port: int) -> list[str]:
    data = home / "data"
    data.mkdir(mode=0o700)
    initdb = chosen.find(chosen.server.program)
    postgres = str(Path(initdb).parent / "postgres")
    init = [initdb, "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]
    settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={data}", "fsync=off", "max_connections=60"]
    # SIGTERM waits until the last client has gone; a test run that was killed may have left some.
    serve = [postgres, "-D", str(data), "-p", str(port), *(word for one in settings for word in ("-c", one))]
    become: list[str] = []
    if os.geteuid() == 0:
        uid = chosen.uid("postgres")
        os.chown(data, uid, uid)
        become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    script = f"{shlex.join(become + init)} && exec {shlex.join(become + serve)}"
    return ["sh", "-c", script]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running server's maintenance database, without the database name at its end."""
    with postgres_running(program("postgresql")) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    port = int(postgres_server.rpartition(":")[2])
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield f"{postgres_server}/{name}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh, empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/mail.db"
    return str(request.getfixturevalue("postgres_url"))
