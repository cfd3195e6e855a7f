"""One account: take the lease, connect, list the folders, sync each. One failing folder does not stop the others.

::

    lease ─► connect ─► folders ─► for each: select ─► plan ─► list ─► fetch ─► ingest ─► flags ─► cursor
                                     └── lost connection: a new one, once more from select; then its error is reported

Nothing is changed on the server: folders are opened with EXAMINE, bodies are read with BODY.PEEK.
"""

from __future__ import annotations

import contextlib
import logging
import time
from functools import partial

from mailkit import providers
from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.errors import CommandRefusedError, MailkitError, NetworkError, StoreError, UsageError
from mailkit.ingest import Ingest
from mailkit.mailbox import FolderInfo, MailboxClient
from mailkit.providers import Provider
from mailkit.store import Store, Tx, folders, leases
from mailkit.words import Limits

from .folder import sync_folder
from .lease import LeaseLostError, owner_name, take
from .plan import choose
from .report import FolderReport, Progress, SyncReport
from .run import Connect, Line, Run, SyncOptions

logger = logging.getLogger("mailkit.sync")


def sync_account(
    account: Account,
    *,
    store: Store,
    ingest: Ingest,
    options: SyncOptions | None = None,
    limits: Limits | None = None,
    credentials: Credentials | None = None,
    connect: Connect | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the store in step with an account's mailbox.

    Args:
        account: whose mailbox; its ``folders`` are synced where ``options`` name none.
        ingest: writes the messages.
        credentials: finds the token provider of an OAuth account.
        connect: makes a connected ``MailboxClient``; None: IMAP, as the account says.
        progress: told of each step, in this thread.

    Returns:
        What was done, folder by folder. ``busy`` when another sync of this account is running. A folder that could
        not be synced is in the report with its error.

    Raises:
        NetworkError, AuthError, ProtocolError, ConfigError: the server was not reached, or let nobody in.
        StoreError: the database failed; what was committed stays.
    """
    bounds = limits or Limits()
    owner = owner_name()
    lease = take(store, account.name, owner)
    if lease is None:
        return SyncReport(account.name, busy=True)
    line = Line(connect or imap(account, bounds, credentials))
    run = Run(
        account, store, ingest, line, lease, options or SyncOptions(), bounds, provider_of(account).labels, progress
    )
    try:
        return _sync(run)
    finally:
        line.drop()
        # If the database is gone the lease runs out by itself; the error that is under way says more.
        with contextlib.suppress(StoreError):
            store.run(lambda tx: leases.release(tx, lease))


def imap(account: Account, limits: Limits, credentials: Credentials | None) -> Connect:
    """Makes IMAP connections of an account."""

    def connect() -> MailboxClient:
        from mailkit.mailbox.imap import open_mailbox

        return open_mailbox(account, limits=limits, credentials=credentials)

    return connect


def provider_of(account: Account) -> Provider:
    """The provider that the account names, else the one whose host its server is."""
    if account.provider is not None:
        return providers.get(account.provider)
    return providers.for_host(account.imap.host if account.imap else "")


def _sync(run: Run) -> SyncReport:
    with run.stage("connect"):
        run.tell("", "connect")
        listed = run.line.client.folders()
    wanted = run.options.folders or run.account.folders
    chosen, missing = choose(listed, wanted, also=run.options.also, labels=run.labels)
    reports = [FolderReport(name, error=absent(name)) for name in missing]
    lost: MailkitError | None = None
    try:
        if not wanted:
            _forget_removed(run, listed)
        for info in chosen:
            if lost is not None:
                reports.append(FolderReport(info.name, info.role, error=lost))
                continue
            report, lost = _one(run, info)
            reports.append(report)
    except LeaseLostError:
        logger.warning("sync of %s was overtaken by another one", run.account.name)
        return SyncReport(run.account.name, tuple(reports), dict(run.stages), busy=True)
    return SyncReport(run.account.name, tuple(reports), dict(run.stages))


def _one(run: Run, info: FolderInfo) -> tuple[FolderReport, MailkitError | None]:
    """The report of one folder, and the error that makes it useless to go on with the next."""
    started = time.perf_counter()
    try:
        try:
            return sync_folder(run, info), None
        except NetworkError as error:
            if not error.retryable:
                raise
            logger.info("sync of %s, folder %r: once more after %s", run.account.name, info.name, error.code)
            run.line.drop()
            return sync_folder(run, info), None
    except (StoreError, UsageError):
        raise
    except MailkitError as error:
        logger.warning("sync of %s, folder %r failed: %s", run.account.name, info.name, error.message)
        why = f"{error.code}: {error.message}"
        run.write(partial(folders.fail, account=run.account.name, name=info.name, error=why))
        if not isinstance(error, CommandRefusedError):
            run.line.drop()
        report = FolderReport(info.name, info.role, seconds=time.perf_counter() - started, error=error)
        return report, _reachable(run)


def _reachable(run: Run) -> MailkitError | None:
    """None if a connection is open or can be made."""
    try:
        _ = run.line.client
    except StoreError:
        raise
    except MailkitError as error:
        return error
    return None


def absent(name: str) -> CommandRefusedError:
    """The error for a folder that was asked for and that the account does not have."""
    return CommandRefusedError(f"The account has no folder {name!r}.")


def _forget_removed(run: Run, listed: tuple[FolderInfo, ...]) -> None:
    """Folders that were synced before and are not on the server any more: what was in them is gone from there."""
    names = {info.name for info in listed}

    def forget(tx: Tx) -> None:
        for row in folders.listing(tx, run.account.name):
            if row.name not in names and row.uidvalidity is not None:
                folders.forget(tx, run.account.name, row.name)

    if names:
        run.write(forget)
