"""Folders, their cursors, and where copies are in them.

``mailkit_folder`` keeps what we know of a folder; a row of ``mailkit_source`` with kind ``imap`` is a location: folder,
UIDVALIDITY, UID. A location that is gone from the server keeps its row, with ``gone_at``: the same UID never means
another message while UIDVALIDITY stays (RFC 9051 section 2.3.1.1).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from mailkit.store import sql
from mailkit.store.columns import storable
from mailkit.store.schema import Id, Utc, folder, lease, quarantine, source
from mailkit.store.tx import Tx

#: Up to so many rows are read one by one; beyond, the whole folder is read at once.
FEW = 200


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A row of mailkit_folder. ``last_error`` is empty after a good sync; ``uidvalidity`` None before the first one."""

    name: str
    role: str
    uidvalidity: int | None
    uidnext: int | None
    highestmodseq: int | None
    last_uid: int
    restarts: int
    last_error: str
    synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unfetched:
    """A message that is in quarantine without its bytes: it was too large, or the server did not hand it over."""

    uid: int
    quarantine_id: int
    reason: str


_FIELDS = (
    folder.c.name,
    folder.c.role,
    folder.c.uidvalidity,
    folder.c.uidnext,
    folder.c.highestmodseq,
    folder.c.last_uid,
    folder.c.restarts,
    folder.c.last_error,
    folder.c.synced_at,
)
_of_account = (sql.mine(folder), folder.c.account == bindparam("of_account"))
_this_folder = (*_of_account, folder.c.name == bindparam("called"))
_LIST = select(*_FIELDS).where(*_of_account).order_by(folder.c.name)
_GET = select(*_FIELDS).where(*_this_folder)
_ENSURE = sql.upsert(
    folder, "tenant", "account", "name", "role", conflict=("tenant", "account", "name"), update=("role",)
)
_RESTART = (
    update(folder)
    .where(*_this_folder)
    .values(
        uidvalidity=bindparam("validity", type_=Id),
        uidnext=None,
        highestmodseq=None,
        last_uid=0,
        restarts=folder.c.restarts + bindparam("more", type_=Id),
    )
)
_ADVANCE = (
    update(folder)
    .where(*_this_folder)
    .values(
        uidnext=bindparam("next_uid", type_=Id),
        highestmodseq=bindparam("modseq_seen", type_=Id),
        last_uid=bindparam("last", type_=Id),
        last_error="",
        synced_at=bindparam("now", type_=Utc),
    )
)
_FAIL = update(folder).where(*_this_folder).values(last_error=bindparam("error"))

_located = (
    sql.mine(source),
    source.c.kind == "imap",
    source.c.account == bindparam("of_account"),
    source.c.folder == bindparam("called"),
)
_this_life = (*_located, source.c.uidvalidity == bindparam("validity", type_=Id))
_this_uid = (*_this_life, source.c.uid == bindparam("of_uid", type_=Id))
_KNOWN = select(source.c.uid, source.c.gone_at).where(*_this_life, source.c.uid > bindparam("above", type_=Id))
_LIVE = select(func.count()).where(*_this_life, source.c.gone_at.is_(None))
_in_quarantine = (quarantine.c.tenant == source.c.tenant) & (quarantine.c.id == source.c.quarantine_id)
_HELD = (
    select(source.c.uid, quarantine.c.state, quarantine.c.reason)
    .join(quarantine, _in_quarantine, isouter=True)
    .where(*_this_life, source.c.gone_at.is_(None), source.c.copy_id.is_(None))
)
_FLAGS = select(source.c.uid, source.c.flags).where(*_this_life, source.c.gone_at.is_(None))
_FLAGS_OF = select(source.c.flags).where(*_this_uid, source.c.gone_at.is_(None))
_SET_FLAGS = update(source).where(*_this_uid).values(flags=bindparam("written"), modseq=bindparam("at", type_=Id))
_GONE = update(source).where(*_this_uid, source.c.gone_at.is_(None)).values(gone_at=bindparam("now", type_=Utc))
_BACK = update(source).where(*_this_uid).values(gone_at=None)
_ALL_GONE = update(source).where(*_located, source.c.gone_at.is_(None)).values(gone_at=bindparam("now", type_=Utc))
_DROP_HELD = (
    update(quarantine)
    .where(
        sql.mine(quarantine),
        quarantine.c.state == "held",
        quarantine.c.id.in_(select(source.c.quarantine_id).where(*_located, source.c.quarantine_id.is_not(None))),
    )
    .values(state="dropped", updated_at=bindparam("now", type_=Utc))
)
_UNFETCHED = (
    select(source.c.uid, quarantine.c.id, quarantine.c.reason)
    .join(quarantine, _in_quarantine)
    .where(
        *_this_life,
        source.c.gone_at.is_(None),
        source.c.copy_id.is_(None),
        quarantine.c.state == "held",
        quarantine.c.raw_digest.is_(None),
    )
    .order_by(source.c.uid)
)
_HOLDER = select(lease.c.owner).where(sql.mine(lease), lease.c.name == bindparam("called"))


def listing(tx: Tx, account: str) -> list[FolderRow]:
    """The folders of an account that were ever synced, by name."""
    return [FolderRow(*row) for row in tx.execute(_LIST, of_account=account)]


def get(tx: Tx, account: str, name: str) -> FolderRow | None:
    """The folder of that name."""
    row = tx.execute(_GET, of_account=account, called=name).first()
    return FolderRow(*row) if row else None


def ensure(tx: Tx, account: str, name: str, role: str) -> FolderRow:
    """The folder's row, made if there is none; its role is brought up to date."""
    tx.execute(_ENSURE, account=account, name=name, role=role)
    return FolderRow(*tx.execute(_GET, of_account=account, called=name).one(f"folder {name!r} of account {account!r}"))


def restart(tx: Tx, account: str, name: str, uidvalidity: int, *, first: bool) -> int:
    """Begin a new life of a folder: all its old locations are gone, the cursor is at the start.

    ``first``: the folder had no life before, which is no restart. What is in quarantine from the old life is dropped:
    the same mail comes again under its new UID. Returns how many locations are gone.
    """
    if not first:
        tx.execute(_DROP_HELD, of_account=account, called=name, now=tx.now())
    gone = tx.execute(_ALL_GONE, of_account=account, called=name, now=tx.now()).count
    tx.execute(_RESTART, of_account=account, called=name, validity=uidvalidity, more=0 if first else 1)
    return gone


def advance(tx: Tx, account: str, name: str, *, uidnext: int | None, highestmodseq: int | None, last_uid: int) -> None:
    """Write down that a folder is in step up to here."""
    tx.execute(
        _ADVANCE,
        of_account=account,
        called=name,
        next_uid=uidnext,
        modseq_seen=highestmodseq,
        last=last_uid,
        now=tx.now(),
    )


def fail(tx: Tx, account: str, name: str, error: str) -> None:
    """Write down why a folder could not be synced; its cursor stays."""
    tx.execute(_FAIL, of_account=account, called=name, error=storable(error, 1000))


def forget(tx: Tx, account: str, name: str) -> int:
    """The folder is not on the server any more: its locations are gone. Returns how many were there."""
    tx.execute(_FAIL, of_account=account, called=name, error="The server has no such folder any more.")
    return tx.execute(_ALL_GONE, of_account=account, called=name, now=tx.now()).count


def known(tx: Tx, account: str, name: str, uidvalidity: int, *, above: int = 0) -> dict[int, bool]:
    """The UIDs beyond ``above`` that ever arrived, and whether each is still there as far as we know."""
    rows = tx.execute(_KNOWN, of_account=account, called=name, validity=uidvalidity, above=above)
    return {int(row.uid): row.gone_at is None for row in rows}


def live(tx: Tx, account: str, name: str, uidvalidity: int) -> int:
    """How many messages are in the folder as far as we know."""
    return int(tx.execute(_LIVE, of_account=account, called=name, validity=uidvalidity).scalar() or 0)


def held(tx: Tx, account: str, name: str, uidvalidity: int) -> dict[int, tuple[str, str]]:
    """The UIDs that are known and without a copy, and the quarantine's (state, reason); empty for what was erased."""
    rows = tx.execute(_HELD, of_account=account, called=name, validity=uidvalidity)
    return {int(row.uid): (row.state or "", row.reason or "") for row in rows}


def unfetched(tx: Tx, account: str, name: str, uidvalidity: int) -> list[Unfetched]:
    """The messages that were put aside without being fetched, by UID."""
    return [Unfetched(*row) for row in tx.execute(_UNFETCHED, of_account=account, called=name, validity=uidvalidity)]


def flags(tx: Tx, account: str, name: str, uidvalidity: int) -> dict[int, tuple[str, ...]]:
    """The flags that we know, by UID."""
    rows = tx.execute(_FLAGS, of_account=account, called=name, validity=uidvalidity)
    return {int(row.uid): tuple(json.loads(row.flags)) for row in rows}


def flags_of(tx: Tx, account: str, name: str, uidvalidity: int, uids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The flags that we know of these UIDs; UIDs that we do not know are left out."""
    if len(uids) > FEW:
        every = flags(tx, account, name, uidvalidity)
        return {uid: every[uid] for uid in uids if uid in every}
    found: dict[int, tuple[str, ...]] = {}
    for row in _each(account, name, uidvalidity, uids):
        known_flags = tx.execute(_FLAGS_OF, row).scalar()
        if known_flags is not None:
            found[int(str(row["of_uid"]))] = tuple(json.loads(known_flags))
    return found


def set_flags(
    tx: Tx, account: str, name: str, uidvalidity: int, changed: Mapping[int, tuple[tuple[str, ...], int | None]]
) -> None:
    """Write flags and mod-sequences, by UID."""
    tx.execute_many(
        _SET_FLAGS,
        [
            {**_life(account, name, uidvalidity), "of_uid": uid, "written": json.dumps(written), "at": modseq}
            for uid, (written, modseq) in sorted(changed.items())
        ],
    )


def mark_gone(tx: Tx, account: str, name: str, uidvalidity: int, uids: Collection[int]) -> None:
    """These UIDs are not in the folder any more."""
    tx.execute_many(_GONE, [{**row, "now": tx.now()} for row in _each(account, name, uidvalidity, uids)])


def mark_back(tx: Tx, account: str, name: str, uidvalidity: int, uids: Collection[int]) -> None:
    """These UIDs were thought gone and are there: a server had left them out."""
    tx.execute_many(_BACK, _each(account, name, uidvalidity, uids))


def lease_holder(tx: Tx, name: str) -> str:
    """Who holds, or held last, the lease of that name; empty for nobody."""
    return str(tx.execute(_HOLDER, called=name).scalar() or "")


def _life(account: str, name: str, uidvalidity: int) -> dict[str, object]:
    return {"of_account": account, "called": name, "validity": uidvalidity}


def _each(account: str, name: str, uidvalidity: int, uids: Iterable[int]) -> list[dict[str, object]]:
    return [{**_life(account, name, uidvalidity), "of_uid": uid} for uid in sorted(uids)]
