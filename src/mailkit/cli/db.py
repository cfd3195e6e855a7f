"""``mailkit db``: the schema, and the key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mailkit.cli import shapes
from mailkit.cli.codes import Exit
from mailkit.cli.context import must_exist, open_store, opened, output, settings_of
from mailkit.cli.options import Json
from mailkit.cli.output import plural, size, when
from mailkit.errors import InputError

app: typer.Typer = typer.Typer(name="db", help="The database: schema, numbers, encryption key.", no_args_is_help=True)


@app.command(short_help="Bring the database to this version.")
def upgrade(ctx: typer.Context, json: Json = False) -> int:
    """Bring the database to this mailkit's schema, in one transaction; makes it where there is none."""
    from mailkit.store import upgrade as schema
    from mailkit.store.failures import translated

    out = output(json)
    store = open_store(settings_of(ctx))
    try:
        with translated(), store.engine.connect() as connection:
            before = schema.version(connection, store.schema)
        with translated():
            after = schema.upgrade(store)
    finally:
        store.close()
    out.line(f"schema {after}" if before == after else f"schema {before or 'none'} -> {after}")
    out.document({"before": before, "after": after})
    return Exit.OK


@app.command()
def check(ctx: typer.Context, json: Json = False) -> int:
    """Compare the database's schema with this mailkit's. Exit code 5: it is not usable as it is."""
    from mailkit.store import upgrade as schema
    from mailkit.store.failures import translated

    out = output(json)
    settings = settings_of(ctx)
    must_exist(settings)
    store = open_store(settings)
    try:
        with translated():
            found = schema.check(store)
    finally:
        store.close()
    out.line(f"schema {found}, up to date")
    out.document({"schema": found, "ok": True})
    return Exit.OK


@app.command(short_help="Print the migrations as SQL.")
def sql(ctx: typer.Context, json: Json = False) -> int:
    """Print the SQL of all migrations for the database's dialect, for a DBA to read and run. Nothing is changed."""
    from mailkit.store import upgrade as schema

    out = output(json)
    store = open_store(settings_of(ctx))
    try:
        text, dialect = schema.sql(store), store.engine.dialect.name
    finally:
        store.close()
    if not json:
        print(text)
    out.document({"dialect": dialect, "sql": text})
    return Exit.OK


@app.command()
def stats(ctx: typer.Context, json: Json = False) -> int:
    """Print what is in the store."""
    out = output(json)
    with opened(ctx) as kit:
        found = kit.stats()
    rows: list[tuple[str, object]] = [
        ("messages", found.messages),
        ("threads", found.threads),
        ("events", found.events),
        ("in quarantine", found.quarantined),
        ("raw mail", size(found.raw_bytes)),
        *((f"outbox, {state}", number) for state, number in sorted(found.outbox.items())),
        *((f"jobs, {kind}, {s}", n) for kind, states in sorted(found.jobs.items()) for s, n in sorted(states.items())),
    ]
    if found.outbox_due_at is not None:
        rows.append(("outbox waits since", when(found.outbox_due_at)))
    out.table(("what", "number"), rows, right=("number",))
    out.document(shapes.stats(found))
    return Exit.OK


@app.command()
def key(
    path: Annotated[
        Path | None,
        typer.Option("--out", help="Write it to this new file, readable for its owner only, in place of printing it."),
    ] = None,
    json: Json = False,
) -> int:
    """Make a new encryption key. Keep it outside the database: without it the stored passwords are lost."""
    from mailkit.auth import generate_key

    out = output(json)
    made = generate_key()
    if path is None:
        out.line(made)
        out.document({"key": made, "key_file": None})
        return Exit.OK
    write_secret(path, made + "\n")
    out.line(f"The key is in {path}; name it with --key-file or MAILKIT_KEY_FILE.")
    out.document({"key": None, "key_file": str(path)})
    return Exit.OK


@app.command(short_help="Encrypt secrets anew with the new key.")
def rotate(ctx: typer.Context, json: Json = False) -> int:
    """Encrypt every stored secret anew with the first of the keys given; then the old key can be dropped."""
    out = output(json)
    with opened(ctx) as kit:
        number = kit.accounts.rotate()
    out.line(f"{plural(number, 'secret')} encrypted with the first key")
    out.document({"secrets": number})
    return Exit.OK


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read.

    Raises:
        InputError: there is one already (a key is never overwritten), or it cannot be made.
    """
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(f"{path} cannot be made: {error.strerror}.", hint="Name a new file in a directory.") from error
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(text)
