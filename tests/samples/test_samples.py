"""The sample mails: the same seed gives the same bytes, every case is there, and the bytes are what they claim."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mailkit.errors import InputError
from mailkit.testing.samples import BASE, CATEGORIES, MINIMUM, SALES, SUPPORT, SampleMail, SampleSet, generate
from mailkit.testing.samples.damage import DAMAGES
from mailkit.words import Direction, Record, TrustLevel


@pytest.fixture(scope="module")
def samples() -> SampleSet:
    return generate(7)


def read(mail: SampleMail) -> EmailMessage:
    message = message_from_bytes(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def tagged(samples: SampleSet, tag: str) -> list[SampleMail]:
    return [mail for mail in samples.mails if tag in mail.truth.tags]


def whole(samples: SampleSet) -> list[SampleMail]:
    return [mail for mail in samples.mails if mail.truth.category != "damaged"]


def test_same_seed_same_bytes_in_another_process(samples: SampleSet) -> None:
    code = "from mailkit.testing.samples import generate; print(generate(7).digest())"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "src", "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert runs == {samples.digest()}


def test_another_seed_or_date_gives_other_mail(samples: SampleSet) -> None:
    assert generate(8).digest() != samples.digest()
    assert generate(7, base=BASE + timedelta(days=1)).digest() != samples.digest()


@pytest.mark.parametrize("count", [MINIMUM, MINIMUM + 1, 167, 300, 301, 750])
@pytest.mark.parametrize("seed", [0, 3])
def test_count_is_exact(seed: int, count: int) -> None:
    assert len(generate(seed, count).mails) == count


def test_every_category_fits_the_minimum() -> None:
    for seed in range(10):
        small = generate(seed, MINIMUM)
        assert len(small.mails) == MINIMUM
        assert {mail.truth.category for mail in small.mails} == set(CATEGORIES)


def test_bad_arguments_are_typed_errors() -> None:
    with pytest.raises(InputError):
        generate(1, MINIMUM - 1)
    with pytest.raises(InputError):
        generate(1, base=datetime(2026, 1, 1))


def test_every_case_is_there(samples: SampleSet) -> None:
    tags = {tag for mail in samples.mails for tag in mail.truth.tags}
    wanted = {
        *("outlook", "gmail", "apple", "iphone", "thunderbird"),
        *("top-posted", "bottom-posted", "inline-posted", "forward-inline", "forward-attached"),
        *("pdf", "png", "invitation", "calendar-reply", "bounce:postfix", "bounce:exchange", "delayed"),
        *("out-of-office", "list", "forged-sender", "broken-thread"),
        *("two-folders", "two-accounts", "converted", "same-message-id", "same-second", "no-message-id"),
        *(f"lang:{lang}" for lang in ("en", "de", "id", "ja", "ar")),
        *(f"charset:{name}" for name in ("us-ascii", "utf-8", "iso-8859-1", "iso-2022-jp", "windows-1256")),
        *(f"damage:{name}" for name in (*DAMAGES, "zero-bytes")),
    }
    assert wanted <= tags
    assert {mail.truth.category for mail in samples.mails} == set(CATEGORIES)
    assert samples.accounts == (SALES, SUPPORT)
    assert samples.folders(SALES) == ("Clients/Nordwind", "INBOX", "Sent")
    assert samples.folders(SUPPORT) == ("INBOX", "Sent")


def test_nothing_is_there_twice_and_copies_are_marked(samples: SampleSet) -> None:
    places = [(mail.account, mail.folder, mail.raw) for mail in samples.mails]
    assert len(set(places)) == len(places)
    by_key = defaultdict(set)
    for mail in samples.mails:
        by_key[mail.key].add((mail.account, mail.folder))
    copies = sum(len(found) - 1 for found in by_key.values())
    assert copies >= 5
    assert sum(map(len, by_key.values())) == len(samples.mails)


def test_keys_are_messages(samples: SampleSet) -> None:
    """One Message-ID is one key, but for the mail that shares its id with another and those that have none."""
    keys = defaultdict(set)
    for mail in whole(samples):
        if (message_id := read(mail)["message-id"]) is not None:
            keys[str(message_id)].add(mail.key)
    shared = [found for found in keys.values() if len(found) > 1]
    assert len(shared) == 1
    assert shared[0] == {mail.key for mail in tagged(samples, "same-message-id")}


def test_every_program_answers_between_the_lines(samples: SampleSet) -> None:
    programs = {mail.truth.tags[0] for mail in tagged(samples, "inline-posted")}
    assert programs >= {"outlook", "gmail", "apple", "thunderbird"}


def test_sizes_flags_and_dates(samples: SampleSet) -> None:
    assert 200_000 < sum(len(mail.raw) for mail in samples.mails) < 4_000_000
    for mail in samples.mails:
        assert len(mail.raw) < 64_000
        assert mail.internaldate.tzinfo is UTC
        assert BASE <= mail.internaldate < BASE + timedelta(days=90)
        assert set(mail.flags) <= {"\\Seen", "\\Flagged", "\\Answered"}
    for account in samples.accounts:
        for folder in samples.folders(account):
            dates = [mail.internaldate for mail in samples.inside(account, folder)]
            assert dates == sorted(dates)


def test_undamaged_mail_is_read_without_a_defect_by_the_standard_library(samples: SampleSet) -> None:
    for mail in whole(samples):
        message = read(mail)
        for part in message.walk():
            assert not part.defects, (mail.key, part.defects)
            if part.get_content_maintype() == "text":
                part.get_content()
        for name, value in message.items():
            assert not value.defects, (mail.key, name, value.defects)


def test_lines_end_in_crlf_and_are_short(samples: SampleSet) -> None:
    for mail in whole(samples):
        bare = mail.raw.replace(b"\r\n", b"")
        assert b"\r" not in bare
        assert b"\n" not in bare
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998


def test_answers_name_a_mail_of_their_conversation(samples: SampleSet) -> None:
    for mails in samples.conversations().values():
        ids = {str(read(mail)["message-id"]).strip("<>") for mail in mails if mail.raw}
        for mail in mails:
            asked = read(mail)["in-reply-to"]
            if asked is not None and mail.truth.category != "damaged":
                assert str(asked).strip("<>") in ids, mail.key


def test_new_text_is_in_the_body_unquoted(samples: SampleSet) -> None:
    seen = 0
    for mail in samples.mails:
        if not mail.truth.new_text or mail.truth.category == "calendar" or "converted" in mail.truth.tags:
            continue
        part = read(mail).get_body(("plain",))
        assert part is not None
        lines = [line for line in part.get_content().splitlines() if not line.startswith(">")]
        flat = "".join("".join(lines).split())
        for paragraph in mail.truth.new_text.split("\n\n"):
            assert "".join(paragraph.split()) in flat, (mail.key, paragraph)
        seen += 1
    assert seen > 200


def test_what_we_answered_is_marked(samples: SampleSet) -> None:
    answered = {
        (str(read(mail)["in-reply-to"]), mail.account) for mail in samples.mails if mail.folder == "Sent" and mail.raw
    }
    marked = 0
    for mail in whole(samples):
        if "\\Answered" in mail.flags:
            assert (str(read(mail)["message-id"]), mail.account) in answered
            assert "\\Seen" in mail.flags
            marked += 1
    assert marked > 30


def test_bounces_report_a_mail_that_was_sent(samples: SampleSet) -> None:
    sent = {str(read(mail)["message-id"]).strip("<>"): mail for mail in samples.mails if mail.folder == "Sent"}
    bounces = [mail for mail in samples.mails if mail.truth.category == "bounce"]
    assert len(bounces) >= 6
    for mail in bounces:
        original = sent[mail.truth.refers_to or ""]
        assert original.truth.conversation == mail.truth.conversation
        assert original.internaldate <= mail.internaldate
        message = read(mail)
        assert message.get_content_type() == "multipart/report"
        assert message["return-path"] == "<>"
        kinds = [part.get_content_type() for part in message.iter_parts()]
        assert kinds[1] == "message/delivery-status"
        for address in mail.truth.bounced:
            assert f"Final-Recipient: rfc822;{address}".encode() in mail.raw.replace(b"rfc822; ", b"rfc822;")


def test_the_forged_mail_answers_a_known_thread_and_fails_the_check(samples: SampleSet) -> None:
    (forged,) = tagged(samples, "forged-sender")
    message = read(forged)
    first, second = message.get_all("authentication-results")
    assert first.startswith("mx.acme.example;")
    assert "dmarc=fail" in first
    assert not second.startswith("mx.acme.example")
    assert message["from"].addresses[0].addr_spec == "k.weber@nordwind.example"
    others = [m for m in samples.conversations()[forged.truth.conversation] if m is not forged]
    assert len(others) >= 3
    assert forged.truth.trust is TrustLevel.FORGED
    assert forged.truth.records == ()


def test_trust_follows_the_trusted_host(samples: SampleSet) -> None:
    for mail in whole(samples):
        results = [str(value) for value in read(mail).get_all("authentication-results", ())]
        ours = [value for value in results if value.startswith("mx.acme.example;")]
        if mail.truth.direction is Direction.OUTBOUND:
            assert not results
            assert mail.truth.trust is None
        elif mail.truth.trust is TrustLevel.AUTHENTICATED:
            (value,) = ours
            assert "dmarc=pass" in value
            assert f"header.from={read(mail)['from'].addresses[0].domain}" in value
        elif mail.truth.trust is TrustLevel.CLAIMED:
            assert not ours


def test_a_number_that_is_the_reason_stands_in_the_subject(samples: SampleSet) -> None:
    seen = 0
    for mail in samples.mails:
        if mail.truth.why == "number":
            (record,) = mail.truth.records
            written = {"deal": f"(Deal {record.id})", "ticket": f"[Ticket #{record.id}]"}[record.kind]
            assert written in str(read(mail)["subject"])
            seen += 1
    assert seen > 20


def test_pictures_invoices_and_meetings_are_what_they_say(samples: SampleSet) -> None:
    for mail in tagged(samples, "png"):
        parts = [part for part in read(mail).walk() if part.get_content_type() == "image/png"]
        assert parts
        html = read(mail).get_body(("html",))
        assert html is not None
        for part in parts:
            assert part.get_content().startswith(b"\x89PNG\r\n\x1a\n")
            assert f"cid:{str(part['content-id']).strip('<>')}" in html.get_content()
    for mail in tagged(samples, "pdf"):
        (part,) = read(mail).iter_attachments()
        content = part.get_content()
        start = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
        assert content[start : start + 4] == b"xref"
        assert content.endswith(b"%%EOF\n")
        assert str(part.get_filename()).endswith(".pdf")
    for mail in tagged(samples, "invitation"):
        part = next(part for part in read(mail).walk() if part.get_content_type() == "text/calendar")
        assert part.get_param("method") == "REQUEST"
        assert "METHOD:REQUEST" in part.get_content()


def test_the_copies_of_a_converted_mail_say_the_same(samples: SampleSet) -> None:
    one, two = tagged(samples, "converted")
    assert one.key == two.key
    bodies = {read(mail).get_body(("plain",)).get_content().strip() for mail in (one, two)}  # type: ignore[union-attr]
    assert len(bodies) == 1
    assert one.raw.partition(b"Message-ID")[2] != two.raw.partition(b"Message-ID")[2]


def test_two_mails_without_id_in_one_second(samples: SampleSet) -> None:
    one, two = tagged(samples, "same-second")
    assert read(one)["date"] == read(two)["date"]
    assert read(one)["from"] == read(two)["from"]
    assert read(one)["message-id"] is None
    assert one.key != two.key


def test_only_the_empty_mail_cannot_be_ingested(samples: SampleSet) -> None:
    assert [mail.raw for mail in samples.mails if not mail.truth.ingestible] == [b""]


def test_a_signed_id_is_answered_when_given() -> None:
    asked: list[Record] = []

    def sign(record: Record) -> str:
        asked.append(record)
        return f"{record.id.lower()}.signature@acme.example"

    samples = generate(7, signed_id=sign)
    (mail,) = [mail for mail in samples.mails if mail.truth.why == "token"]
    assert mail.truth.records == tuple(asked)
    assert str(read(mail)["in-reply-to"]) == f"<{asked[0].id.lower()}.signature@acme.example>"
    assert not tagged(generate(7), "signed-id")
