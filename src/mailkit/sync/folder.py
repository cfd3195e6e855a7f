"""One folder: open it, plan, list, fetch and ingest what is new, follow flags, mark what vanished, move the cursor.

Each step ends in a transaction of its own, and a kill between any two loses and repeats nothing: what is new is
always computed from the UIDs that the store knows, and the cursor moves last.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mailkit.ingest.aside import TOO_LARGE, UNFETCHABLE
from mailkit.mailbox import Fetched, FlagState, FolderInfo, FolderState
from mailkit.store import Tx, folders
from mailkit.words import Direction, RawMail, Role, Source, Stored

from .fetching import Unfetchable, fetch
from .plan import Cursor, Difference, Listing, Plan, changed_flags, compare, plan, tail_explains, windows
from .report import FolderReport
from .run import Run

#: A server that does not hand over more messages than this in one window has a trouble of its own.
MAX_UNFETCHABLE = 20


@dataclass(slots=True)
class _Tally:
    """The numbers of a FolderReport while they grow."""

    new: int = 0
    changed: int = 0
    vanished: int = 0
    quarantined: int = 0
    skipped: int = 0
    fetched: int = 0
    unfetchable: list[Unfetchable] = field(default_factory=list)
    restarted: bool = False
    done: int = 0
    total: int = 0
    missing: int | None = None  # the lowest UID that was listed and not handed over
    batch: list[RawMail] = field(default_factory=list)


def sync_folder(run: Run, info: FolderInfo) -> FolderReport:
    """Bring the store in step with one folder.

    Raises:
        MailkitError: it could not be done to the end; what was done stays done.
        LeaseLostError: another sync of the account has taken over.
    """
    started = time.perf_counter()
    name, tally = info.name, _Tally()
    with run.stage("list"):
        run.tell(name, "list")
        state = run.line.client.select(name)
        cursor = _cursor(run, info, state)
        todo = plan(state, cursor)
        if todo.restart:
            tally.restarted = _restart(run, name, state, cursor)
            cursor = Cursor(uidvalidity=state.uidvalidity)
        difference, top = _list(run, name, state, cursor, todo)
        _mark(run, name, state, difference)
    tally.vanished, tally.total = len(difference.vanished), len(difference.new)
    for window in windows(difference.new, run.options.window):
        _fetch_window(run, info, state, window, tally)
    _fetch_again(run, info, state, tally)
    # HIGHESTMODSEQ is the one of SELECT: what changes from now on is newer. It moves only with the flags read.
    modseq = state.highestmodseq
    if todo.flags and run.options.flags:
        with run.stage("flags"):
            tally.changed = _follow_flags(run, name, state, todo)
    elif todo.flags:
        modseq = cursor.highestmodseq
    uidnext = state.uidnext if state.uidnext is not None else top + 1
    if tally.missing is not None:
        top = min(top, tally.missing - 1)  # listed again next time: a server that hides a message once may show it then
    run.write(
        lambda tx: folders.advance(tx, run.account.name, name, uidnext=uidnext, highestmodseq=modseq, last_uid=top)
    )
    run.tell(name, "done", tally.done, tally.total)
    return FolderReport(
        name=name,
        role=info.role,
        new=tally.new,
        changed=tally.changed,
        vanished=tally.vanished,
        quarantined=tally.quarantined,
        skipped=tally.skipped,
        restarted=tally.restarted,
        seconds=time.perf_counter() - started,
    )


def _cursor(run: Run, info: FolderInfo, state: FolderState) -> Cursor:
    account, role = run.account.name, str(info.role or "")

    def load(tx: Tx) -> Cursor:
        row = folders.ensure(tx, account, info.name, role)
        live = folders.live(tx, account, info.name, state.uidvalidity)
        return Cursor(row.uidvalidity, row.uidnext, row.highestmodseq, row.last_uid, live)

    return run.write(load)


def _restart(run: Run, name: str, state: FolderState, cursor: Cursor) -> bool:
    first = cursor.uidvalidity is None
    run.write(lambda tx: folders.restart(tx, run.account.name, name, state.uidvalidity, first=first))
    return not first


def _list(run: Run, name: str, state: FolderState, cursor: Cursor, todo: Plan) -> tuple[Difference, int]:
    """What is different, and the highest UID that is accounted for."""
    below_next = (state.uidnext or 1) - 1
    if todo.listing is Listing.NONE:
        return Difference(), cursor.last_uid
    if todo.listing is Listing.TAIL:
        listed = run.line.client.uids(cursor.last_uid + 1)
        known = _known(run, name, state, cursor.last_uid)
        difference = compare(listed, known, everything=False)
        if tail_explains(state, cursor, difference):
            return difference, max([cursor.last_uid, below_next, *listed[-1:]])
    listed = run.line.client.uids()
    difference = compare(listed, _known(run, name, state, 0), everything=True)
    return difference, max([cursor.last_uid, below_next, *listed[-1:]])


def _known(run: Run, name: str, state: FolderState, above: int) -> dict[int, bool]:
    return run.read(lambda tx: folders.known(tx, run.account.name, name, state.uidvalidity, above=above))


def _mark(run: Run, name: str, state: FolderState, difference: Difference) -> None:
    if not difference.vanished and not difference.back:
        return

    def mark(tx: Tx) -> None:
        folders.mark_gone(tx, run.account.name, name, state.uidvalidity, difference.vanished)
        folders.mark_back(tx, run.account.name, name, state.uidvalidity, difference.back)

    run.write(mark)


def _fetch_window(run: Run, info: FolderInfo, state: FolderState, window: Sequence[int], tally: _Tally) -> None:
    missing = set(window)
    size = 0
    arriving = fetch(run, info.name, state.uidvalidity, window)
    while True:
        with run.stage("fetch"):
            message = next(arriving, None)
        if message is None:
            break
        missing.discard(message.uid)
        if isinstance(message, Unfetchable):
            tally.unfetchable.append(message)
            continue
        if message.raw is None or not _came(message):
            _hold_unread(run, info, state, message, tally)
            continue
        full = len(tally.batch) >= run.limits.batch_messages or size + message.size > run.limits.batch_bytes
        if tally.batch and full:
            _ingest(run, info, tally)
            size = 0
        tally.batch.append(_raw_mail(run, info, state, message))
        size += message.size
    _ingest(run, info, tally)
    _hold_unfetchable(run, info, state, tally)
    if missing:
        tally.missing = min(missing) if tally.missing is None else min(tally.missing, *missing)
    tally.skipped += len(missing)
    tally.done += len(missing)


def _ingest(run: Run, info: FolderInfo, tally: _Tally) -> None:
    batch, tally.batch = tally.batch, []
    with run.stage("ingest"):
        _count(run.ingest.many(batch, fence=run.hold), tally)
    run.tell(info.name, "fetch", tally.done, tally.total)


def _count(stored: Sequence[Stored], tally: _Tally) -> None:
    tally.done += len(stored)
    tally.fetched += sum(1 for one in stored if one.id)
    tally.new += sum(1 for one in stored if one.new_copy)
    tally.quarantined += sum(1 for one in stored if not one.id)


def _hold(
    run: Run, info: FolderInfo, state: FolderState, message: Fetched | Unfetchable, tally: _Tally, reason: str, why: str
) -> None:
    """Put aside, without its bytes, what is not here."""
    source = Source.imap(run.account.name, info.name, state.uidvalidity, message.uid)
    mail = RawMail(b"", source, role=info.role)
    if isinstance(message, Fetched):
        mail = replace(mail, received_at=message.internaldate, flags=message.flags)
    with run.stage("ingest"):
        _count([run.ingest.hold_unfetched(mail, why, reason=reason, fence=run.hold)], tally)


def _hold_unread(run: Run, info: FolderInfo, state: FolderState, message: Fetched, tally: _Tally) -> None:
    told = f"The server says {message.size} bytes"
    if message.raw is None:
        why = f"{told}; limits.message_bytes is {run.limits.message_bytes}."
        _hold(run, info, state, message, tally, TOO_LARGE, why)
    else:
        _hold(run, info, state, message, tally, UNFETCHABLE, f"{told} and hands over none.")


def _came(message: Fetched) -> bool:
    """Whether the content is here. Servers say of a message that they cannot read just now that it is empty (NIL), and
    beside it what its size is."""
    return bool(message.raw) or (message.raw is not None and not message.size)


def _hold_unfetchable(run: Run, info: FolderInfo, state: FolderState, tally: _Tally) -> None:
    """Put aside what the server did not hand over; if that is much, or everything, the fault is the server's."""
    failed, tally.unfetchable = tally.unfetchable, []
    if len(failed) > MAX_UNFETCHABLE or (len(failed) > 1 and not tally.fetched):
        raise failed[-1].error
    for message in failed:
        _hold(run, info, state, message, tally, UNFETCHABLE, message.error.message)


def _fetch_again(run: Run, info: FolderInfo, state: FolderState, tally: _Tally) -> None:
    """What was put aside as too large and is not any more, since the limit was raised; with ``retry`` all that was put
    aside unfetched."""
    account, validity = run.account.name, state.uidvalidity
    held = {row.uid: row for row in run.read(lambda tx: folders.unfetched(tx, account, info.name, validity))}
    wanted = [uid for uid, row in held.items() if row.reason == TOO_LARGE or run.options.retry]
    if not wanted:
        return
    with run.stage("fetch"):
        sizes = run.line.client.sizes(wanted)
        now = [uid for uid, size in sorted(sizes.items()) if size <= run.limits.message_bytes]
    for message in fetch(run, info.name, validity, now) if now else ():
        if isinstance(message, Fetched) and _came(message):
            mail = _raw_mail(run, info, state, message)
            with run.stage("ingest"):
                stored = run.ingest.fetched(mail, held[message.uid].quarantine_id, fence=run.hold)
            _count([stored], tally)


def _raw_mail(run: Run, info: FolderInfo, state: FolderState, message: Fetched) -> RawMail:
    sent = info.role is Role.SENT or any(label.casefold() == "\\sent" for label in message.labels)
    return RawMail(
        raw=message.raw or b"",
        source=Source.imap(run.account.name, info.name, state.uidvalidity, message.uid),
        received_at=message.internaldate,
        flags=message.flags,
        direction=Direction.OUTBOUND if sent else Direction.INBOUND,
        role=info.role,
    )


def _follow_flags(run: Run, name: str, state: FolderState, todo: Plan) -> int:
    run.tell(name, "flags")
    seen: dict[int, FlagState] = run.line.client.flags(1, None, todo.changed_since)
    if not seen:
        return 0
    account, validity = run.account.name, state.uidvalidity
    known = run.read(lambda tx: folders.flags_of(tx, account, name, validity, seen.keys()))
    changed = changed_flags(seen, known)
    if changed:
        run.write(lambda tx: folders.set_flags(tx, account, name, validity, changed))
    return len(changed)
