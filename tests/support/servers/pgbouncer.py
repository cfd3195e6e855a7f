"""PgBouncer in front of the tests' PostgreSQL: two connections to the server, handed out by transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from support.postgres import sign_in
from support.servers.process import Program, free_port, running

_CONFIGURATION = """\
[databases]
* = host=127.0.0.1 port={server} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
ignore_startup_parameters = extra_float_digits
server_check_delay = 0
"""


@contextmanager
def pgbouncer_running(chosen: Program, postgres: str) -> Iterator[str]:
    """A PgBouncer while the block runs: its URL, as ``postgres`` is the server's, without a database at its end."""
    server, port = make_url(postgres).port, free_port()

    def configure(home: Path) -> list[str]:
        file = home / "pgbouncer.ini"
        file.write_text(_CONFIGURATION.format(server=server, port=port))
        command = ["pgbouncer", str(file)]
        if os.geteuid() == 0:  # it refuses to be root
            command[1:1] = ["--user", "pgbouncer"]
        return command

    with running(chosen, configure, lambda: sign_in(port)):
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
