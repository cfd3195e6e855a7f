"""The options of the root, and the MailKit that they make."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailkit.cli.failure import MANNER
from mailkit.cli.output import Out
from mailkit.errors import ConfigError, StoreUnreachableError

if TYPE_CHECKING:
    import typer

    from mailkit.kit import MailKit
    from mailkit.link.adapter import CrmAdapter
    from mailkit.store import Store

DEFAULT_DATABASE = "sqlite:///mailkit.db"
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options before the command say; each falls back to its environment variable."""

    database: str | None = None
    key_file: Path | None = None
    tenant: str | None = None
    raw_dir: Path | None = None
    schema: str | None = None
    busy_timeout: float | None = None
    adapters: tuple[str, ...] = ()
    verbose: int = 0

    @property
    def url(self) -> str:
        """The database as an SQLAlchemy URL; a plain path is an SQLite file."""
        given = self.database or env("MAILKIT_DATABASE") or DEFAULT_DATABASE
        return given if "://" in given else f"{_SQLITE}{given}"

    @property
    def sqlite_file(self) -> Path | None:
        """The file of an SQLite database."""
        path = self.url.removeprefix(_SQLITE).partition("?")[0]
        return Path(path) if self.url.startswith(_SQLITE) and path not in ("", ":memory:") else None

    @property
    def key(self) -> str | None:
        """The encryption key, or several, the first one first."""
        if self.key_file is None:
            return env("MAILKIT_KEY")
        text = read_text(self.key_file, "The key file").strip()
        if not text:
            raise ConfigError(f"The key file {self.key_file} is empty.", hint="Make one with `mailkit db key --out`.")
        return ",".join(text.split())

    @property
    def timeout(self) -> float:
        """Seconds to wait for another writer."""
        if self.busy_timeout is not None:
            return self.busy_timeout
        text = env("MAILKIT_BUSY_TIMEOUT") or "30"
        try:
            return float(text)
        except ValueError:
            raise ConfigError(f"MAILKIT_BUSY_TIMEOUT is {text!r}, which is no number of seconds.") from None

    @property
    def tenant_name(self) -> str:
        """The tenant."""
        return self.tenant or env("MAILKIT_TENANT") or "default"

    @property
    def schema_name(self) -> str | None:
        """The PostgreSQL schema."""
        return self.schema or env("MAILKIT_SCHEMA")


def settings_of(ctx: typer.Context) -> Settings:
    """The settings of this run."""
    found = ctx.obj
    return found if isinstance(found, Settings) else Settings()


def output(json: bool) -> Out:
    """What a command prints with. From here on, failures are told in the same manner."""
    MANNER.json = json
    return Out(json=json)


@contextmanager
def opened(ctx: typer.Context, *, create: bool = False) -> Iterator[MailKit]:
    """The MailKit of this run.

    Args:
        create: make the database where there is none. Else a mistyped path would be an empty database.

    Raises:
        StoreUnreachableError: there is no such file. Else as MailKit.
    """
    settings = settings_of(ctx)
    if not create:
        must_exist(settings)
    from mailkit.kit import MailKit

    with MailKit(
        settings.url,
        key=settings.key,
        tenant=settings.tenant_name,
        schema=settings.schema_name,
        busy_timeout=settings.timeout,
        raw_dir=settings.raw_dir or env("MAILKIT_RAW_DIR"),
        adapters=_adapters(settings),
        create=create,
    ) as kit:
        yield kit


def open_store(settings: Settings) -> Store:
    """The store alone, whatever version its schema has.

    Raises:
        ConfigError, StoreUnreachableError.
    """
    from mailkit.store import Store

    return Store.open(
        settings.url,
        tenant=settings.tenant_name,
        schema=settings.schema_name,
        busy_timeout=settings.timeout,
        check=False,
    )


def must_exist(settings: Settings) -> None:
    """Raises:
    StoreUnreachableError: the SQLite file is not there.
    """
    path = settings.sqlite_file
    if path is not None and not path.exists():
        raise StoreUnreachableError(
            f"There is no database {path}.",
            hint="Name it with --database; `mailkit account add` or `mailkit db upgrade` makes one.",
        )


def env(name: str) -> str | None:
    """A variable, or what the file holds that ``<name>_FILE`` names.

    Raises:
        ConfigError: that file cannot be read.
    """
    value = os.environ.get(name)
    path = os.environ.get(f"{name}_FILE")
    if value or not path:
        return value or None
    return read_text(Path(path), f"The file that {name}_FILE names").strip() or None


def read_text(path: Path, what: str) -> str:
    """A small text file.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{what} {path} cannot be read: {why}.") from error


def _adapters(settings: Settings) -> tuple[CrmAdapter, ...]:
    from mailkit.link.adapter import load_adapters

    found: list[CrmAdapter] = []
    for name in settings.adapters:
        kind, _, path = name.partition(":")
        found += [_sample(Path(path))] if kind == "sample" and path else load_adapters([name])
    return tuple(found)


def _sample(path: Path) -> CrmAdapter:
    import sqlite3

    from mailkit.testing.crm import SampleCrm, SampleCrmAdapter

    if not path.is_file():
        raise ConfigError(f"There is no sample CRM {path}.", hint="`mailkit demo` makes one: crm.db in its directory.")
    try:
        return SampleCrmAdapter(SampleCrm(path))
    except sqlite3.Error as error:
        raise ConfigError(f"{path} is no sample CRM: {error}.") from error
