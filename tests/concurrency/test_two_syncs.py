"""Two workers that sync the same accounts at once, through the facade, on a server that both talk to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailkit import MailKit
from mailkit.auth import generate_key
from mailkit.testing import MailServer
from mailkit.testing.samples import SampleSet, generate
from support.canonical import canonical, difference
from support.swarm import Nursery

PASSWORD = "s3cret"
CHIEF = "chief@acme.example"


@pytest.fixture(scope="module")
def samples() -> SampleSet:
    return generate(20261124, 160)


@pytest.fixture(scope="module")
def server(samples: SampleSet) -> Iterator[MailServer]:
    """Three accounts: the chief gets what sales gets, and has an archive of what support gets."""
    with MailServer() as running:
        for address in (*samples.accounts, CHIEF):
            running.add_user(address, PASSWORD)
        seen: set[str] = set()
        for mail in samples.mails:
            place = (mail.account, mail.folder)
            if mail.folder not in running.folders(mail.account):
                running.create_folder(*place)
            running.folder(*place).add(mail.raw, mail.flags, mail.internaldate)
            if mail.folder == "INBOX" and mail.key not in seen:
                copied = "INBOX" if mail.account == samples.accounts[0] else "Archive"
                running.folder(CHIEF, copied).add(mail.raw, (), mail.internaldate)
                seen.add(mail.key)
        yield running


def kit_for(server: MailServer, url: str, key: str) -> MailKit:
    kit = MailKit(url, key=key, create=True)
    for address in ("sales@acme.example", "support@acme.example", CHIEF):
        kit.accounts.add(server.account(address))
    return kit


def test_two_workers_that_sync_end_like_one(
    server: MailServer, samples: SampleSet, store_url: str, tmp_path: Path, nursery: Nursery
) -> None:
    key = generate_key()
    alone = kit_for(server, f"sqlite:///{tmp_path}/alone.db", key)
    for account in alone.accounts.list():
        assert alone.sync(account.name).ok
    together = kit_for(server, store_url, key)
    names = [account.name for account in together.accounts.list()]
    answer = nursery.order("sync", url=store_url, key=key, accounts=names, workers=2, seed=1)
    differs = difference(canonical(together.store), canonical(alone.store))
    assert not differs, "\n" + differs
    assert together.stats().messages == alone.stats().messages > 100
    for name in names:
        report = together.sync(name)
        assert (report.ok, report.new, report.changed, report.vanished) == (True, 0, 0, 0), name
    print(f"two syncs of {len(names)} accounts, {together.stats().messages} messages: {answer['seconds']:.1f} s")
    alone.close()
    together.close()
