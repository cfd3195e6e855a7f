"""The running servers, each started once for a run of the tests, when the first test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.servers.catalogue import SERVERS
from support.servers.dovecot import Dovecot, dovecot_running
from support.servers.fetch import packages
from support.servers.pgbouncer import pgbouncer_running
from support.servers.postfix import Postfix, postfix_running
from support.servers.process import Program, program


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot. Every user exists: take a name that no other test has."""
    with dovecot_running(program("dovecot")) as running:
        yield running


@pytest.fixture(scope="session")
def postfix(dovecot: Dovecot) -> Iterator[Postfix]:
    """A running Postfix that asks this run's Dovecot who may log in, and delivers to it."""
    with postfix_running(program("postfix"), dovecot) as running:
        yield running


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: str) -> Iterator[str]:
    """The URL of a running PgBouncer in front of this run's PostgreSQL, without the database name at its end."""
    with pgbouncer_running(program("pgbouncer"), postgres_server) as url:
        yield url


def pytest_report_header() -> list[str]:
    """Say which servers this run can use."""
    lines = []
    for name, server in SERVERS.items():
        versions = packages(server)
        there = [f"unpacked {versions.get(server.packages[0], '')}"] if versions else []
        there += [f"installed {Program(server, None).version()}"] if server.installed else []
        lines.append(f"server {name}: {', '.join(there) or 'not there; make servers unpacks it'}")
    return lines
