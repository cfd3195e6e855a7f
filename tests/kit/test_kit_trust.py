"""Signatures checked with keys from the DNS, the whole road: sync, ask, store, link; SQLite and PostgreSQL.

Real parts: signatures made by mailkit's own signer and by dkimpy's, keys from a name server on the loopback.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mailkit import AsyncMailKit, MailKit, MessageReceived
from mailkit.auth.secretbox import generate_key
from mailkit.errors import NetworkInTransactionError, RunningLoopError
from mailkit.words import Limits
from support.checking import OURS, Checking, by_dkimpy, desk
from support.mails import mail
from support.nameserver import names

__all__ = ["desk", "names"]

SIGNERS = pytest.mark.parametrize("sign", [by_dkimpy, OURS.sign], ids=["dkimpy", "mailkit"])


@SIGNERS
def test_a_signed_mail_is_authenticated_and_its_thread_linked(desk: Checking, sign: Callable[[bytes], bytes]) -> None:
    heard: list[str] = []
    desk.kit.on(MessageReceived)(lambda event, _tx: heard.append(event.trust))
    desk.arrives(sign(mail()))
    assert desk.kit.sync("sales").ok
    assert desk.trust() == ("authenticated", "dkim=pass (client.example), checked here")
    assert heard == ["authenticated"]
    assert desk.state() == "linked"


@SIGNERS
def test_a_body_that_was_changed_stays_a_claim(desk: Checking, sign: Callable[[bytes], bytes]) -> None:
    desk.arrives(sign(mail()).replace(b"send an offer", b"pay an offer"))
    assert desk.kit.sync("sales").ok
    level, evidence = desk.trust()
    assert (level, "dkim=fail (client.example)" in evidence) == ("claimed", True), evidence
    assert desk.state() == "shown"


def test_without_the_setting_nobody_is_asked(desk: Checking) -> None:
    desk.kit.accounts.add(desk.account.model_copy(update={"verify_dkim": False}), replace=True)
    desk.arrives(by_dkimpy(mail()))
    assert desk.kit.sync("sales").ok
    assert desk.trust()[0] == "claimed"
    assert desk.names.asked == []
    assert desk.state() == "shown"


def test_what_our_own_server_said_needs_no_dns(desk: Checking) -> None:
    trusting = desk.account.model_copy(update={"authserv_ids": ("mx.acme.example",)})
    desk.kit.accounts.add(trusting, replace=True)
    head = (
        b"Received: from out.client.example by mx.acme.example; Mon, 2 Nov 2026 10:00:01 +0000\r\n"
        b"Authentication-Results: mx.acme.example; dmarc=pass header.from=client.example\r\n"
    )
    desk.arrives(head + by_dkimpy(mail()))
    assert desk.kit.sync("sales").ok
    assert desk.trust()[0] == "authenticated"
    assert desk.names.asked == []


def test_the_names_of_many_mails_are_asked_for_once(desk: Checking) -> None:
    for number in range(8):
        desk.arrives(by_dkimpy(mail(f"Offer {number}", message_id=f"{number}@client.example")))
    assert desk.kit.sync("sales").new == 8
    asked = sorted(desk.names.asked)
    assert asked == ["_dmarc.client.example.", "s1._domainkey.client.example."]
    desk.arrives(by_dkimpy(mail("Another", message_id="another@client.example")))
    assert desk.kit.sync("sales").new == 1
    assert desk.trust()[0] == "authenticated"
    assert sorted(desk.names.asked) == asked


@pytest.mark.parametrize("how", ["silent", "broken", "mute"])
def test_a_dns_that_does_not_answer_delays_no_mail_and_is_asked_again_later(desk: Checking, how: str) -> None:
    absolute = {"s1._domainkey.client.example.", "_dmarc.client.example."}
    if how == "mute":
        desk.names.mute = True
    else:
        getattr(desk.names, how).update(absolute)
    desk.arrives(by_dkimpy(mail()))
    with desk.again(limits=Limits(dns_seconds=0.5)) as kit:
        kit.accounts.add(desk.account, replace=True)
        assert kit.sync("sales").new == 1
        level, evidence = desk.trust(kit)
        assert (level, "its key could not be fetched" in evidence) == ("claimed", True), evidence
        assert desk.state(kit) == "shown"
    desk.names.mute = False
    desk.names.silent.clear()
    desk.names.broken.clear()
    with desk.again() as later:
        [copy] = later.messages.verify(later.messages.latest()[0].id)
        assert (copy.trust, copy.trust_evidence) == ("authenticated", ("dkim=pass (client.example), checked here",))
        assert desk.state(later) == "linked"
        assert later.messages.verify(later.messages.latest()[0].id) == (copy,)


def test_very_many_signatures_ask_for_few_names(desk: Checking) -> None:
    flood = b"".join(b"DKIM-Signature: a=rsa-sha256; h=from; d=a%d.example; s=x; bh=x; b=x\r\n" % n for n in range(50))
    for number in range(20):
        mails = mail(f"Offer {number}", message_id=f"{number}@client.example", sender=f"Bo <bo@c{number}.example>")
        desk.arrives(flood.replace(b".example", b".x%d.example" % number) + mails)
    with MailKit(
        desk.url, key=generate_key(), resolver=desk.names.resolver, limits=Limits(dns_names=30, batch_messages=50)
    ) as kit:
        kit.accounts.add(desk.account, replace=True)
        assert kit.sync("sales").new == 20
    assert len(set(desk.names.asked)) == 30
    assert sum(name.startswith("x._domainkey.a0.") for name in desk.names.asked) == 20, "each mail gets its first"


def test_dmarc_reject_and_nothing_that_stands_is_a_claim_since_nobody_here_knows_of_spf(desk: Checking) -> None:
    """What fails forges nothing: lists break signatures every day. Of our own domain it is the same."""
    desk.names.publish("_dmarc.acme.example", "v=DMARC1; p=reject; adkim=s; aspf=s")
    own = mail(sender="Boss <boss@acme.example>", message_id="boss@acme.example")
    desk.arrives(by_dkimpy(own))
    desk.arrives(mail(sender="Boss <boss@acme.example>", message_id="b2@acme.example", subject="No signature"))
    assert desk.kit.sync("sales").new == 2
    copies = [desk.kit.messages.copies(one.id)[0] for one in desk.kit.messages.latest()]
    assert [one.trust for one in copies] == ["claimed", "claimed"]
    assert any("dkim=pass (client.example)" in line for one in copies for line in one.trust_evidence)
    assert "_dmarc.acme.example." in desk.names.asked


def test_strict_alignment_is_the_organisations_to_ask_for(desk: Checking) -> None:
    below = mail(sender="Bo <bo@sub.client.example>", message_id="1@sub.client.example")
    desk.arrives(by_dkimpy(below))
    desk.kit.sync("sales")
    assert desk.trust()[0] == "authenticated", "relaxed is the default"
    desk.names.publish("_dmarc.client.example", "v=DMARC1; p=none; adkim=s")
    with desk.again() as kit:
        kit.ingest(by_dkimpy(below.replace(b"<1@", b"<2@")), account="sales")
        level, evidence = desk.trust(kit)
    assert (level, "the very domain" in evidence) == ("claimed", True), evidence


def test_a_policy_that_could_not_be_fetched_makes_alignment_strict(desk: Checking) -> None:
    desk.names.broken = {"_dmarc.sub.client.example."}
    desk.kit.ingest(by_dkimpy(mail(sender="Bo <bo@sub.client.example>")), account="sales")
    assert desk.trust()[0] == "claimed"


# By another road


def test_mail_that_is_handed_over_is_checked_by_the_accounts_setting(desk: Checking) -> None:
    desk.kit.ingest(by_dkimpy(mail()), account="sales")
    assert desk.trust()[0] == "authenticated"
    desk.kit.ingest(by_dkimpy(mail("Nobody's", message_id="2@client.example")))
    assert desk.trust()[0] == "claimed", "there is no account whose setting says so"


def test_in_the_callers_transaction_only_what_is_remembered_counts(desk: Checking) -> None:
    def take(number: int) -> None:
        with desk.kit.engine.begin() as tx:
            raw = by_dkimpy(mail(f"Offer {number}", message_id=f"{number}@client.example"))
            desk.kit.ingest(raw, account="sales", tx=tx)

    take(1)
    assert desk.names.asked == []
    assert desk.trust()[0] == "claimed"
    [stored] = desk.kit.messages.latest()
    assert [one.trust for one in desk.kit.messages.verify(stored.id)] == ["authenticated"]
    take(2)
    assert desk.trust()[0] == "authenticated"


def test_nobody_is_asked_inside_a_transaction_nor_in_an_event_loop(desk: Checking) -> None:
    raw = by_dkimpy(mail())
    refused: list[Exception] = []

    @desk.kit.on(MessageReceived)
    def handle(event: MessageReceived, tx: Any) -> None:
        tx.execute(text("SELECT 1"))
        for call in (lambda: desk.kit.ingest(raw, account="sales"), lambda: desk.kit.messages.verify(1)):
            try:
                call()
            except NetworkInTransactionError as error:
                refused.append(error)

    desk.kit.ingest(mail("Plain", message_id="plain@client.example"), account="sales")
    assert len(refused) == 2

    async def inside() -> None:
        with pytest.raises(RunningLoopError):
            desk.kit.ingest(raw, account="sales")
        door = AsyncMailKit(desk.kit)
        stored = await door.ingest(raw, account="sales")
        [copy] = await door.messages.verify(stored.id)
        assert copy.trust == "authenticated"

    asyncio.run(inside())


def test_quarantine_keeps_mail_until_it_is_checked_too(desk: Checking) -> None:
    @desk.kit.on(MessageReceived)
    def refuse(event: MessageReceived, tx: Any) -> None:
        if not healthy:
            raise ValueError("not today")

    healthy = False
    desk.arrives(by_dkimpy(mail()))
    assert desk.kit.sync("sales").quarantined == 1
    healthy = True
    [held] = desk.kit.quarantine.list()
    assert desk.kit.quarantine.retry(held.id).new
    assert desk.trust()[0] == "authenticated"


@pytest.mark.parametrize("missing", ["dkim", "dns"])
def test_what_is_missing_is_said_when_the_account_is_added_or_synced(tmp_path: Path, missing: str) -> None:
    code = (
        "import sys; sys.modules[sys.argv[1]] = None\n"
        "from mailkit import Account, ImapServer, MailKit, Password\n"
        "from mailkit.auth.secretbox import generate_key\n"
        "kit = MailKit('sqlite:///' + sys.argv[2], key=generate_key())\n"
        "account = Account(name='a', address='a@b.example', imap=ImapServer(host='127.0.0.1', port=9),\n"
        "                  credentials=Password('x'))\n"
        "checking = account.model_copy(update={'verify_dkim': True})\n"
        "kit.accounts.add(account)\n"
        "def say(call):\n"
        "    try:\n        call()\n"
        "    except ImportError as error:\n        print(error.hint)\n"
        "say(lambda: kit.accounts.add(checking, replace=True))\n"
        "assert kit.accounts.get('a') == account\n"
        "from mailkit.kit import accounts\n"
        "accounts.need_trust = lambda account: None  # another process, where they are installed, added it\n"
        "kit.accounts.add(checking, replace=True)\n"
        "say(lambda: kit.sync('a'))\n"
        "say(lambda: kit.watch('a'))\n"
        "say(lambda: kit.ingest(b'From: a@b.example\\r\\n\\r\\nx', account='a'))\n"
    )
    command = [sys.executable, "-c", code, missing, str(tmp_path / "m.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["Install them: pip install 'mailkit-sdk[trust]'"] * 4, done.stderr
