"""What host applications do with their connections: factories, pipelines, autocommit, schemas, own sessions."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from mailkit.errors import ConfigError, StoreError
from mailkit.events import MessageReceived
from mailkit.store import Store, events, raw


def _works(store: Store, connection: Any) -> None:
    tx = store.join(connection)
    assert raw.get(tx, raw.put(tx, b"raw \x00\xff bytes")) == b"raw \x00\xff bytes"
    written = events.append(tx, MessageReceived(message_id=7, account="a"))
    assert events.get(tx, written.id) == written


def _kept(store: Store) -> int:
    with store.read() as tx:
        return int(tx.execute(text("SELECT count(*) FROM mailkit_event")).scalar() or 0)


def _where(url: str) -> dict[str, Any]:
    parsed = make_url(url)
    return {"host": parsed.host, "port": parsed.port, "user": parsed.username, "dbname": parsed.database}


def _as_dict(cursor: sqlite3.Cursor, row: tuple[object, ...]) -> dict[str, object]:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


@pytest.fixture
def lite(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path}/m.db", busy_timeout=1.0)


@pytest.fixture
def postgres(postgres_url: str) -> Store:
    return Store.open(postgres_url, create=True)


def test_factories_of_a_sqlite3_connection_do_not_reach_mailkit(lite: Store, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "m.db")
    connection.row_factory = _as_dict
    connection.text_factory = bytes
    _works(lite, connection)
    assert connection.execute("SELECT 'x' AS a").fetchone() == {"a": b"x"}, "the caller's own factories stay"
    connection.rollback()
    assert _kept(lite) == 0
    connection.close()
    lite.close()


def test_factories_of_a_psycopg_connection_do_not_reach_mailkit(postgres: Store, postgres_url: str) -> None:
    import psycopg
    from psycopg.rows import dict_row

    for options in ({"row_factory": dict_row}, {"cursor_factory": psycopg.RawCursor}):
        with psycopg.connect(**_where(postgres_url), **options) as connection:
            _works(postgres, connection)
    assert _kept(postgres) == 2
    postgres.close()


def test_factories_of_a_psycopg2_connection_do_not_reach_mailkit(postgres: Store, postgres_url: str) -> None:
    import psycopg2
    from psycopg2.extras import RealDictCursor

    connection = psycopg2.connect(**_where(postgres_url), cursor_factory=RealDictCursor)
    _works(postgres, connection)
    connection.commit()
    connection.close()
    assert _kept(postgres) == 1
    postgres.close()


@pytest.mark.parametrize("autocommit", [False, True])
def test_a_pipeline_of_psycopg(postgres: Store, postgres_url: str, autocommit: bool) -> None:
    import psycopg

    with psycopg.connect(**_where(postgres_url), autocommit=autocommit) as connection:
        with connection.pipeline(), connection.transaction():
            connection.execute("CREATE TABLE orders (name TEXT)")
            _works(postgres, connection)
            connection.execute("INSERT INTO orders VALUES ('mine')")
        with connection.pipeline(), connection.transaction() as block:
            _works(postgres, connection)
            raise psycopg.Rollback(block)
        assert connection.execute("SELECT name FROM orders").fetchall() == [("mine",)]
    assert _kept(postgres) == 1
    postgres.close()


def test_asynchronous_raw_connections_are_refused(postgres: Store, postgres_url: str) -> None:
    import psycopg

    async def main() -> None:
        async with await psycopg.AsyncConnection.connect(**_where(postgres_url)) as connection:
            with pytest.raises(ConfigError, match="asynchronous"):
                postgres.join(connection)

    asyncio.run(main())
    postgres.close()


@pytest.mark.parametrize("no_connection", [lambda c: c.info, lambda _: sessionmaker(), lambda _: "a string"])
def test_what_is_no_connection_is_refused(
    postgres: Store, postgres_url: str, no_connection: Callable[[Any], object]
) -> None:
    import psycopg

    with psycopg.connect(**_where(postgres_url)) as connection, pytest.raises(ConfigError, match="cannot run"):
        postgres.join(no_connection(connection))
    postgres.close()


def test_a_closed_connection_and_a_failed_transaction_are_told_in_words(postgres: Store, postgres_url: str) -> None:
    import psycopg

    connection = psycopg.connect(**_where(postgres_url))
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1/0")
    with pytest.raises(StoreError, match="can only be rolled back"):
        _works(postgres, connection)
    connection.close()
    with pytest.raises(StoreError):
        _works(postgres, connection)
    closed = sqlite3.connect(":memory:")
    closed.close()
    with pytest.raises(StoreError):
        _works(postgres, closed)
    postgres.close()


def test_sessions_of_the_applications_own_classes(lite: Store) -> None:
    class OurSession(Session):
        pass

    with OurSession(lite.engine) as session:
        _works(lite, session)
        session.commit()
    scoped = scoped_session(sessionmaker(lite.engine))
    _works(lite, scoped)
    scoped.commit()
    scoped.remove()
    pooled = lite.engine.raw_connection()
    pooled.execute("BEGIN")
    _works(lite, pooled)
    pooled.rollback()
    pooled.close()
    assert _kept(lite) == 2
    lite.close()


def test_an_engine_in_autocommit_mode_is_refused_however_that_was_set(store_url: str) -> None:
    store = Store.open(store_url, create=True)
    engine = create_engine(store_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, pytest.raises(ConfigError, match="autocommit"):
        store.join(connection)
    with Session(engine) as session, pytest.raises(ConfigError, match="autocommit"):
        store.join(session)
    engine.dispose()
    store.close()


def test_a_store_is_not_opened_on_an_engine_in_autocommit_mode(postgres: Store, postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with pytest.raises(ConfigError, match="autocommit"):
        Store.open(engine.execution_options(isolation_level="AUTOCOMMIT"))
    Store.open(engine)
    engine.dispose()
    postgres.close()


@pytest.mark.parametrize("kind", ["sqlite3", "sqlalchemy"])
def test_a_savepoint_is_never_the_outermost_transaction(lite: Store, tmp_path: Path, kind: str) -> None:
    """As the caller's first statement: the driver has not begun a transaction yet, and would commit with RELEASE."""
    engine = create_engine(f"sqlite:///{tmp_path}/m.db")
    connection: Any = sqlite3.connect(tmp_path / "m.db") if kind == "sqlite3" else engine.connect()
    tx = lite.join(connection)
    with tx.savepoint():
        raw.put(tx, b"hello")
    connection.rollback()
    with lite.read() as own:
        assert own.execute(text("SELECT count(*) FROM mailkit_raw")).scalar() == 0
    connection.close()
    engine.dispose()
    lite.close()


def test_a_schema_moves_no_table_of_the_application(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    orders = Table("orders", MetaData(), Column("id", Integer))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA mail"))
        orders.create(connection)
    store = Store.open(postgres_url, schema="mail", create=True)
    with engine.begin() as connection:
        connection.execute(orders.insert().values(id=1))
        _works(store, connection)
        connection.execute(orders.insert().values(id=2))
    with store.write() as tx:
        tx.connection.execute(orders.insert().values(id=3))  # type: ignore[attr-defined]
        _works(store, tx)
    with store.engine.begin() as connection:
        assert connection.execute(orders.select().order_by(orders.c.id)).scalars().all() == [1, 2, 3]
        assert connection.execute(text("SELECT count(*) FROM mail.mailkit_event")).scalar() == 2
    engine.dispose()
    store.close()
