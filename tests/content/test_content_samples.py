"""The seeded sample mails: written by hand, five languages, six mail programs, the truth beside each."""

from __future__ import annotations

import pytest

from mailkit.content import kind_of, read, report_of, trust_of
from mailkit.message import parse
from mailkit.testing.samples import TRUSTED_HOST, SampleMail, generate

MAILS = generate(20261124).mails
GREETING = 90  # characters: the truth leaves out "Dear Ana,", the reply keeps it


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("mail", [m for m in MAILS if m.truth.new_text], ids=lambda m: " ".join(m.truth.tags))
def test_the_new_text_is_the_senders_own_words_and_no_more(mail: SampleMail) -> None:
    reply, truth = words(read(parse(mail.raw)).reply_text), words(mail.truth.new_text or "")
    assert reply.endswith(truth)
    assert len(reply) - len(truth) < GREETING


@pytest.mark.parametrize("mail", [m for m in MAILS if m.truth.bounced], ids=lambda m: " ".join(m.truth.tags))
def test_bounces_name_whom_they_did_not_reach(mail: SampleMail) -> None:
    report = report_of(parse(mail.raw))
    assert report is not None
    assert sorted(row.address for row in report.recipients) == sorted(mail.truth.bounced)
    assert report.original_message_id == mail.truth.refers_to


def test_trust_is_what_it_should_be() -> None:
    own = (TRUSTED_HOST.partition(".")[2],)
    wrong = [
        (mail.truth.tags, found.level, mail.truth.trust)
        for mail in MAILS
        if mail.truth.trust is not None
        and (found := trust_of(parse(mail.raw), authserv_ids=(TRUSTED_HOST,), own_domains=own)).level
        != mail.truth.trust
    ]
    assert wrong == []
    assert {mail.truth.trust for mail in MAILS} >= {"authenticated", "claimed", "forged"}


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("bounce", "bounce"),
        ("calendar", "calendar"),
        ("auto-reply", "auto-reply"),
        ("newsletter", "list"),
        ("ticket", "normal"),
    ],
)
def test_kinds_are_what_they_should_be(category: str, kind: str) -> None:
    mails = [mail for mail in MAILS if mail.truth.category == category]
    assert mails
    assert {kind_of(parse(mail.raw)) for mail in mails} == {kind}
