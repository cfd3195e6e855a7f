"""Addresses whose domain is not ASCII: one person in every spelling, and nobody else."""

from __future__ import annotations

import pytest

from mailkit import MailKit, Record
from mailkit.auth.secretbox import generate_key
from mailkit.config import Account, SmtpServer
from mailkit.link.manual import know
from support.mails import mail

CONTACT = Record("crm", "contact", "7")


@pytest.mark.parametrize("told", ["Bo@xn--bcher-kva.example", "bo@BÜCHER.example"])
@pytest.mark.parametrize("writes", ["bo@xn--bcher-kva.example", "bo@bücher.example"])
def test_who_was_told_of_is_known_in_every_spelling(store_url: str, told: str, writes: str) -> None:
    with MailKit(store_url, key=generate_key(), create=True) as kit:
        kit.store.run(lambda tx: know(tx, told, CONTACT))
        stored = kit.ingest(mail(sender=f"Bo <{writes}>"))
        assert [link.record for link in kit.links.of(stored.thread_id)] == [CONTACT]
        other = kit.ingest(mail(sender="Bo <bo@bucher.example>", message_id="2@x.example"))
        assert kit.links.of(other.thread_id) == ()


def test_a_domain_that_only_folds_to_the_known_one_is_somebody_else(store_url: str) -> None:
    """``faß.example`` and ``fass.example`` have different owners."""
    with MailKit(store_url, key=generate_key(), create=True) as kit:
        kit.store.run(lambda tx: know(tx, "bo@fass.example", CONTACT))
        for number, sender in enumerate(("bo@xn--fa-hia.example", "bo@faß.example", "bo@xn--fass-.example")):
            stored = kit.ingest(mail(sender=f"Bo <{sender}>", message_id=f"{number}@x.example"))
            assert kit.links.of(stored.thread_id) == (), sender


@pytest.mark.parametrize("own", ["ana@xn--bcher-kva.example", "ana@bücher.example"])
def test_an_address_of_our_own_is_known_in_every_spelling(store_url: str, own: str) -> None:
    with MailKit(store_url, key=generate_key(), create=True) as kit:
        kit.accounts.add(Account(name="sales", address=own, smtp=SmtpServer(host="smtp.acme.example", login=False)))
        assert kit._core.profile("sales").addresses == {"ana@bücher.example"}
