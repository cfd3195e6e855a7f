"""Is everything there? The server's UIDs and flags beside the store's, folder by folder. Reads only, on both sides."""

from __future__ import annotations

from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.errors import MailkitError, StoreError, UsageError
from mailkit.mailbox import FolderInfo, MailboxClient
from mailkit.store import Store, folders
from mailkit.words import Limits

from . import findings
from .engine import absent, imap, provider_of
from .plan import choose
from .report import AuditReport, FolderAudit
from .run import Connect, Line, SyncOptions


def audit_account(
    account: Account,
    *,
    store: Store,
    options: SyncOptions | None = None,
    limits: Limits | None = None,
    credentials: Credentials | None = None,
    connect: Connect | None = None,
) -> AuditReport:
    """Compare what the server has with what the store has, in the folders that ``sync_account`` would sync.

    What changes during the audit is reported as a difference; sync and audit again. Raises like ``sync_account``.
    """
    options = options or SyncOptions()
    wanted = options.folders or account.folders
    line = Line(connect or imap(account, limits or Limits(), credentials))
    try:
        listed = line.client.folders()
        chosen, missing = choose(listed, wanted, also=options.also, labels=provider_of(account).labels)
        folders_ = [_folder(store, account, line, info) for info in chosen]
    finally:
        line.drop()
    folders_ += [FolderAudit(name, error=absent(name)) for name in missing]
    if not wanted:
        folders_ += _removed(store, account, {info.name for info in listed})
    return AuditReport(account.name, tuple(folders_))


def _removed(store: Store, account: Account, names: set[str]) -> list[FolderAudit]:
    """Folders that the server does not have any more and the store believes to hold mail."""
    found: list[FolderAudit] = []
    with store.read() as tx:
        for row in folders.listing(tx, account.name):
            if row.name not in names and row.uidvalidity is not None:
                known = folders.known(tx, account.name, row.name, row.uidvalidity)
                extra = tuple(findings.vanished((), known, findings.FOLDER_GONE))
                found += [FolderAudit(row.name, store=sum(known.values()), findings=extra)] if extra else []
    return found


def _folder(store: Store, account: Account, line: Line, info: FolderInfo) -> FolderAudit:
    try:
        return _compare(store, account, line.client, info)
    except (StoreError, UsageError):
        raise
    except MailkitError as error:
        line.drop()
        return FolderAudit(info.name, error=error)


def _compare(store: Store, account: Account, client: MailboxClient, info: FolderInfo) -> FolderAudit:
    state = client.select(info.name)
    server = set(client.uids())
    seen = client.flags(1) if server else {}
    at = (account.name, info.name, state.uidvalidity)
    with store.read() as tx:
        row = folders.get(tx, account.name, info.name)
        known = folders.known(tx, *at)
        held = folders.held(tx, *at)
        flags = folders.flags(tx, *at)
        for one in folders.unfetched(tx, *at):
            flags.pop(one.uid, None)  # nobody has told them
    found = (
        *findings.missing(server, known, state, row),
        *findings.vanished(server, known),
        *findings.flags(seen, flags),
        *findings.held(server, held),
    )
    return FolderAudit(info.name, server=len(server), store=sum(known.values()), findings=found)
