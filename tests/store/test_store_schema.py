"""The schema: migrations equal the tables, versions are checked, two workers upgrade once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Text, create_engine, inspect, text

from mailkit.errors import (
    ConfigError,
    StoreError,
    StoreNewerError,
    StoreOutdatedError,
    StoreReadOnlyError,
    StoreUnreachableError,
)
from mailkit.store import Store, upgrade
from mailkit.store.schema import VERSION_TABLE, metadata


def test_the_migrations_make_exactly_the_tables_of_the_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_the_revisions_spelled_out_are_those_of_the_scripts() -> None:
    scripts = upgrade.scripts()
    assert scripts.get_current_head() == upgrade.HEAD
    assert tuple(s.revision for s in reversed(list(scripts.walk_revisions()))) == upgrade.KNOWN


def test_every_table_has_a_tenant_in_every_unique_key(store: Store) -> None:
    looked_at = inspect(store.engine)
    tables = [name for name in looked_at.get_table_names() if name != VERSION_TABLE]
    assert len(tables) == len(metadata.tables)
    for table in tables:
        assert table.startswith("mailkit_")
        for key in looked_at.get_unique_constraints(table):
            assert key["column_names"][0] == "tenant", (table, key)


def test_a_database_without_tables_is_outdated_unless_it_may_be_made(store_url: str) -> None:
    with pytest.raises(StoreOutdatedError, match="mailkit db upgrade"):
        Store.open(store_url, create=False)
    made = Store.open(store_url, create=True)
    made.close()
    again = Store.open(store_url, create=False)
    again.close()


def test_only_an_sqlite_url_is_made_by_itself(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/made.db").close()
    engine = create_engine(f"sqlite:///{tmp_path}/host.db")
    with pytest.raises(StoreOutdatedError):
        Store.open(engine)
    engine.dispose()


def test_a_newer_database_is_left_alone(store: Store) -> None:
    with store.engine.connect() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(StoreNewerError, match="9999"):
        upgrade.check(store)
    with pytest.raises(StoreNewerError):
        upgrade.upgrade(store)


def test_tables_whose_version_nobody_knows_are_left_alone(store: Store) -> None:
    for damage in (f"DELETE FROM {VERSION_TABLE}", f"DROP TABLE {VERSION_TABLE}"):
        with store.engine.begin() as connection:
            connection.execute(text(damage))
        for look in (upgrade.check, upgrade.upgrade, lambda one: upgrade.check(one, create=True)):
            with pytest.raises(StoreError, match="does not say of which version"):
                look(store)


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    assert upgrade.upgrade(store) == upgrade.HEAD
    assert upgrade.check(store) == upgrade.HEAD


def test_workers_that_start_together_upgrade_once(store_url: str) -> None:
    code = f"from mailkit.store import Store; Store.open({store_url!r}, create=True).close()"
    workers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for worker in workers:
        _, said = worker.communicate(timeout=60)
        assert worker.returncode == 0, said


def test_the_sql_for_a_dba_makes_the_same_tables(tmp_path: Path) -> None:
    source = Store.open(f"sqlite:///{tmp_path}/a.db")
    script = upgrade.sql(source)
    with sqlite3.connect(tmp_path / "b.db") as other:
        other.executescript(script)
    other.close()
    made = Store.open(f"sqlite:///{tmp_path}/b.db", create=False)
    assert set(inspect(made.engine).get_table_names()) == set(inspect(source.engine).get_table_names())
    made.close()
    source.close()


def test_a_host_database_keeps_its_own_alembic_version(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/host.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('host')"))
    Store.open(engine, create=True).close()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "host"
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("sqlite:////no/such/directory/mail.db", StoreUnreachableError),
        ("mysql://localhost/x", ConfigError),
        ("no url at all", ConfigError),
        ("postgresql+psycopg://nobody@127.0.0.1:1/x", StoreUnreachableError),
    ],
)
def test_a_bad_url_says_what_to_do(url: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        Store.open(url)
    assert caught.value.hint  # type: ignore[attr-defined]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    path.write_bytes(b"this is not a database, it is a text that somebody put here\n" * 100)
    with pytest.raises(StoreUnreachableError, match="not an SQLite database"):
        Store.open(f"sqlite:///{path}")


def test_a_raw_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreReadOnlyError):
        Store.open(f"sqlite:///{tmp_path}/m.db", raw_dir=tmp_path / "file" / "raw")


def test_a_postgres_schema_of_its_own(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA mail"))
    made = Store.open(postgres_url, schema="mail", create=True)
    names = inspect(engine).get_table_names(schema="mail")
    assert "mailkit_message" in names
    assert VERSION_TABLE in names
    assert "mailkit_message" not in inspect(engine).get_table_names()
    made.close()
    engine.dispose()


def test_text_columns_only() -> None:
    """Names and codes are text without a length: a limit would cut or refuse what a server sends."""
    strings = [c for t in metadata.tables.values() for c in t.columns if isinstance(c.type, Text)]
    assert all(c.type.length is None for c in strings)
