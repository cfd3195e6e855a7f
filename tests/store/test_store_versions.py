"""Living in the host's database: today's code on tomorrow's schema, upgrades that start together, and the host's own
migrations (Alembic's autogenerate, Django's inspectdb and migrate), which leave mailkit's tables alone."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from mailkit.compose import Draft
from mailkit.config import Account, SmtpServer
from mailkit.errors import StoreNewerError
from mailkit.outbox import enqueue
from mailkit.store import Store, events, queue, upgrade
from mailkit.store.schema import VERSION_TABLE, metadata
from support.mails import arrival, mail, make_desk

ROOT = Path(__file__).resolve().parents[2]

#: A migration as the N-1 rule allows it: it only adds. Columns that today's code does not know are nullable or have a
#: default; tables are new; an index does not hinder anybody.
LATER = (
    *(f"ALTER TABLE {table} ADD COLUMN later_note TEXT" for table in sorted(metadata.tables)),
    "ALTER TABLE mailkit_message ADD COLUMN later_mark BIGINT NOT NULL DEFAULT 0",
    "CREATE TABLE mailkit_later (id BIGINT PRIMARY KEY, tenant TEXT NOT NULL, note TEXT)",
    "CREATE INDEX ix_mailkit_message_later ON mailkit_message (tenant, later_mark)",
)


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def said(process: subprocess.Popen[str]) -> str:
    """What it printed; it must have ended well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


# -- code N-1 on schema N ----------------------------------------------------------------------------------------------


def _later(store: Store) -> None:
    with store.engine.begin() as connection:
        for statement in LATER:
            connection.execute(text(statement))


def test_todays_code_runs_on_a_schema_that_a_later_one_has_added_to(store: Store) -> None:
    """While a worker of this version runs, the next version's worker upgrades the database. What was open stays usable:
    ingest, threads, outbox, jobs, events, before and after."""
    desk = make_desk(store)
    desk.take(arrival(mail("Offer", message_id="a@x.example")))
    _later(store)
    desk.take(arrival(mail("Re: Offer", message_id="b@x.example", extra="References: <a@x.example>\r\n")), arrival(b""))
    assert desk.rows("SELECT message_count FROM mailkit_thread") == [(2,)]
    assert desk.count("quarantine") == 1
    account = Account(name="sales", address="ana@acme.example", smtp=SmtpServer(host="127.0.0.1", port=25))
    with store.write() as tx:
        receipt = enqueue(tx, Draft(to=["bo@client.example"], subject="Offer", text="…"), account=account)
        assert queue.put(tx, "find", "k", {})
        (job,) = queue.claim(tx, ["find"], "me", limit=1)
        assert queue.settle(tx, job, "done")
        events.move(tx, "reader", (0, 1))
    assert receipt.created
    assert [event.name for event in desk.events()] == ["message.received", "message.received", "message.quarantined"]
    assert desk.rows("SELECT DISTINCT later_note, later_mark FROM mailkit_message") == [(None, 0)]


def test_a_worker_that_starts_on_a_newer_schema_says_so(store: Store, store_url: str) -> None:
    """A running worker goes on; one that starts anew must be of the new version. The error names both revisions."""
    _later(store)
    with store.engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0099'"))
    before = _schema(store.engine)
    with pytest.raises(StoreNewerError) as caught:
        Store.open(store_url)
    assert "0099" in str(caught.value)
    assert upgrade.HEAD in str(caught.value)
    assert caught.value.hint
    with pytest.raises(StoreNewerError):
        upgrade.upgrade(store)
    assert _schema(store.engine) == before, "the newer schema was touched"


def test_no_migration_takes_anything_away() -> None:
    """The N-1 rule, for the migrations that there are: they only add."""
    allowed = {"create_table", "create_index", "add_column", "batch_alter_table", "f", "get_bind", "execute"}
    for script in upgrade.scripts().walk_revisions():
        source = Path(script.path).read_text("utf-8")
        body = source[source.index("def upgrade") :].partition("def downgrade")[0]
        used = {word.partition("(")[0] for word in body.split("op.")[1:]}
        assert used <= allowed, (script.revision, used - allowed)


def _schema(engine: Engine) -> dict[str, list[str]]:
    looked_at = inspect(engine)
    return {name: [c["name"] for c in looked_at.get_columns(name)] for name in looked_at.get_table_names()}


# -- upgrades that start together --------------------------------------------------------------------------------------

_UPGRADE = """
    import sys, time
    from mailkit.store import Store, upgrade
    store = Store.open(sys.argv[1], check=False)
    print("ready", flush=True)
    sys.stdin.readline()
    print(upgrade.upgrade(store))
"""


def test_four_processes_that_upgrade_at_the_same_moment(store_url: str) -> None:
    """All are ready before one begins. Each comes back with the newest revision; one of them has made the tables."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_UPGRADE), store_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "ready"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    assert [said(worker) for worker in workers] == [upgrade.HEAD] * 4
    store = Store.open(store_url)
    with store.engine.connect() as connection:
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).fetchall() == [(upgrade.HEAD,)]
    make_desk(store).take(arrival(mail()))
    store.close()


def test_an_upgrade_that_is_killed_leaves_no_half_of_a_schema(store_url: str) -> None:
    """DDL is in one transaction on both databases."""
    worker = run(
        """
        import os, signal, sys
        from sqlalchemy import event
        from mailkit.store import Store, upgrade
        store = Store.open(sys.argv[1], check=False)
        made = []
        @event.listens_for(store.engine, "after_cursor_execute")
        def after(connection, cursor, statement, *_):
            made.append("CREATE TABLE" in statement)
            if sum(made) == 8:
                os.kill(os.getpid(), signal.SIGKILL)
        upgrade.upgrade(store)
        """,
        store_url,
    )
    worker.communicate(timeout=120)
    assert worker.returncode == -9
    engine = create_engine(store_url)
    for _ in range(100):  # PostgreSQL rolls back when it notices
        if not inspect(engine).get_table_names():
            break
        time.sleep(0.05)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    Store.open(store_url, create=True).close()


# -- the host's Alembic ------------------------------------------------------------------------------------------------

_ENV = """
    from alembic import context
    from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine

    metadata = MetaData()
    Table("orders", metadata, Column("id", Integer, primary_key=True), Column("title", Text))
    # the recipe
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
"""
_SCRIPT = '''
    """${message}"""
    from alembic import op
    import sqlalchemy as sa
    ${imports if imports else ""}
    revision = ${repr(up_revision)}
    down_revision = ${repr(down_revision)}
    def upgrade():
        ${upgrades if upgrades else "pass"}
    def downgrade():
        ${downgrades if downgrades else "pass"}
'''
BY_NAME = """
    def include_name(name, type_, parent_names):
        return not (type_ == "table" and name.startswith("mailkit_"))
    options = {"include_name": include_name}
"""
BY_OBJECT = """
    def include_object(object, name, type_, reflected, compare_to):
        return not (type_ == "table" and name.startswith("mailkit_"))
    options = {"include_object": include_object}
"""


def _host(home: Path, url: str, recipe: str) -> Callable[..., str]:
    """A host application's Alembic project; gives what runs its command line."""
    scripts = home / "migrations"
    (scripts / "versions").mkdir(parents=True)
    env = textwrap.dedent(_ENV).replace("# the recipe", textwrap.dedent(recipe) or "options = {}")
    (scripts / "env.py").write_text(env, "utf-8")
    (scripts / "script.py.mako").write_text(textwrap.dedent(_SCRIPT), "utf-8")
    (home / "alembic.ini").write_text(f"[alembic]\nscript_location = migrations\nsqlalchemy.url = {url}\n", "utf-8")

    def alembic(*arguments: str) -> str:
        command = [sys.executable, "-m", "alembic", *arguments]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return alembic


def _written(home: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted((home / "migrations" / "versions").glob("*.py"))]


@pytest.mark.parametrize("recipe", [BY_NAME, BY_OBJECT], ids=["include_name", "include_object"])
def test_the_hosts_autogenerate_leaves_mailkit_alone(store: Store, store_url: str, tmp_path: Path, recipe: str) -> None:
    """The host makes its first migration, runs it, and makes a second, in which there must be nothing to do."""
    home = tmp_path / "host"
    alembic = _host(home, store_url, recipe)
    before = _schema(store.engine)
    alembic("revision", "--autogenerate", "-m", "first")
    alembic("upgrade", "head")
    alembic("revision", "--autogenerate", "-m", "second")
    first, second = sorted(_written(home), key=lambda source: "second" in source)
    assert "create_table('orders'" in first
    assert "mailkit" not in first + second
    assert "op." not in second
    after = _schema(store.engine)
    assert {name: after[name] for name in before} == before
    assert upgrade.check(store) == upgrade.HEAD
    make_desk(store).take(arrival(mail()))


def test_without_the_recipe_autogenerate_would_drop_mailkits_tables(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    """Why there is a recipe."""
    home = tmp_path / "host"
    _host(home, store_url, "")("revision", "--autogenerate", "-m", "first")
    (written,) = _written(home)
    assert "drop_table('mailkit_message')" in written
    assert store.engine is not None


# -- the host's Django -------------------------------------------------------------------------------------------------

_SETTINGS = """
    SECRET_KEY = "tests"
    USE_TZ = True
    INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop"]
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
    DATABASES = {{"default": {database!r}}}
"""
_MODELS = """
    from django.db import models

    class Order(models.Model):
        title = models.CharField(max_length=100)
"""


@pytest.fixture
def manage(store_url: str, tmp_path: Path) -> Callable[..., str]:
    """Runs the management commands of a Django project on the same database."""
    home = tmp_path / "site"
    (home / "shop").mkdir(parents=True)
    engine = create_engine(store_url)
    url = engine.url
    engine.dispose()
    database: dict[str, object] = {"ENGINE": "django.db.backends.sqlite3", "NAME": url.database}
    if url.get_backend_name() == "postgresql":
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.database,
            "USER": url.username,
            "HOST": url.host,
            "PORT": url.port,
        }
    (home / "settings.py").write_text(textwrap.dedent(_SETTINGS).format(database=database), "utf-8")
    (home / "shop" / "__init__.py").write_text("", "utf-8")
    (home / "shop" / "models.py").write_text(textwrap.dedent(_MODELS), "utf-8")

    def command(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            cwd=home,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(home)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return command


def test_django_makes_and_runs_its_migrations_beside_mailkit(
    store: Store, manage: Callable[..., str], tmp_path: Path
) -> None:
    make_desk(store).take(arrival(mail()))
    before = _schema(store.engine)
    manage("makemigrations", "shop")
    written = "".join(path.read_text("utf-8") for path in (tmp_path / "site" / "shop" / "migrations").glob("0*.py"))
    assert "CreateModel" in written
    assert "mailkit" not in written
    manage("migrate")
    assert "No changes detected" in manage("makemigrations")
    after = _schema(store.engine)
    assert {name: after[name] for name in before} == before
    assert "shop_order" in after
    assert upgrade.check(store) == upgrade.HEAD
    assert make_desk(store).count("message") == 1


def test_django_describes_mailkits_tables_as_not_its_own(store: Store, manage: Callable[..., str]) -> None:
    """inspectdb can read them; the models it writes are unmanaged: migrate never makes or drops their tables."""
    described = manage("inspectdb", "mailkit_message", "mailkit_thread")
    assert "class MailkitMessage(models.Model)" in described
    assert described.count("        managed = False") == 2
    assert "unable to" not in described.lower()
    assert store.engine is not None
