"""Is everything there? The server's UIDs beside the store's, folder by folder. Reads only, on both sides."""

from __future__ import annotations

from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.errors import MailkitError, StoreError, UsageError
from mailkit.mailbox import FolderInfo, MailboxClient
from mailkit.store import Store, folders
from mailkit.words import Limits

from .engine import imap, provider_of
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

    A message that arrives during the audit is reported as missing; sync and audit again. Raises like ``sync_account``.
    """
    wanted = options or SyncOptions()
    line = Line(connect or imap(account, limits or Limits(), credentials))
    try:
        chosen, _ = choose(
            line.client.folders(),
            wanted.folders or account.folders,
            also=wanted.also,
            labels=provider_of(account).labels,
        )
        return AuditReport(account.name, tuple(_folder(store, account, line, info) for info in chosen))
    finally:
        line.drop()


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
    with store.read() as tx:
        known = folders.known(tx, account.name, info.name, state.uidvalidity)
        held = folders.held(tx, account.name, info.name, state.uidvalidity)
    ours = {uid for uid, live in known.items() if live}
    return FolderAudit(
        info.name,
        server=len(server),
        store=len(ours),
        held=held,
        missing=tuple(sorted(server - ours)),
        extra=tuple(sorted(ours - server)),
    )
