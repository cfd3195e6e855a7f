"""A connection that is cut after any byte: the sync heals itself, and the next one finds nothing missing or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailkit.store import Store
from support.mails import make_desk
from support.office import ANA, Office, numbered


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", ["fin", "rst"])
def test_cut_after_any_byte(office: Office, tmp_path: Path, sweep, how: str) -> None:  # type: ignore[no-untyped-def]
    office.fill(5)
    office.server.folder(ANA, "Sent").add(numbered(90))
    healed = 0
    chosen = sweep.sample(range(0, 9000, 23), keep=12)
    for after in chosen:
        store = Store.open(f"sqlite:///{tmp_path / f'cut{after}.db'}")
        made = Office(office.server, make_desk(store))
        made.bounded(batch_messages=2)
        office.server.faults.cut(after, how=how, service="imap", connection=1)
        try:
            report = made.sync()
        except ConnectionError:  # cut before the folders were known: nothing can be reported
            assert made.desk.count("message") == 0
        else:
            assert report.ok, (after, report)
            healed += bool(office.server.faults.fired)
        office.server.faults.clear()
        made.sync()
        made.check()
        assert made.desk.count("message") == 6
        store.close()
    assert healed
    sweep.tell(f"cuts: IMAP sync by the in-process server's {how.upper()}", len(chosen), of=392, healed=healed)
