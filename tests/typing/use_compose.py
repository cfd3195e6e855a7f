"""Writing mail and describing accounts, typed as an application uses them. Checked in `make check`; never run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import assert_type

from pydantic import SecretStr

from mailkit import (
    Account,
    Attachment,
    Draft,
    ImapServer,
    Message,
    OAuth2,
    Password,
    Record,
    SmtpServer,
    Template,
    Unsubscribe,
    forward,
    reply,
)
from mailkit.compose import Meeting
from mailkit.compose.openpgp import OpenPgp
from mailkit.compose.smime import Smime
from mailkit.config import DkimKey
from mailkit.content import SignatureState, decrypt_smime, verify_openpgp


def offer(path: Path) -> Draft:
    return Draft(
        to=["bo@client.example"],
        subject="Offer 1042",
        text="Dear Bo",
        attachments=[Attachment.from_path(path), Attachment("note.txt", b"hello")],
        record=Record("crm", "deal", "42"),
        headers={"X-Campaign": "autumn"},
    )


def answer(message: Message) -> Draft:
    draft = reply(message, own_addresses={"ana@acme.example"}, text="Yes", all=True, quote=True)
    assert_type(draft, Draft)
    assert_type(draft.in_reply_to, str | None)
    return forward(message, to=["kim@acme.example"], text="See below") if draft.cc else draft


def accounts() -> list[Account]:
    own = Account(
        name="support",
        address="help@acme.example",
        imap=ImapServer(host="imap.acme.example", ca_file=Path("ca.pem")),
        smtp=SmtpServer(host="smtp.acme.example", port=465, tls="implicit"),
        credentials=Password("secret"),
    )
    assert_type(own.imap, ImapServer | None)
    assert_type(own.addresses, tuple[str, ...])
    token = Account.for_provider("microsoft365", "ana@acme.example", credentials=OAuth2(token_provider=lambda: "t"))
    url = Account.from_url(SecretStr("imaps://a%40acme.example:p@imap.acme.example"), name="a")
    return [own, token, url, Account.from_env("sales")]


def sealed(message: Message, pem: str) -> Message | None:
    draft = Draft(to="bo@client.example", protection=Smime(certificate=pem, private_key=pem, recipients=[pem]))
    assert_type(draft.protection, Smime | OpenPgp | None)
    opened = decrypt_smime(message, certificate=pem, private_key=pem)
    assert_type(opened.message, Message | None)
    found = verify_openpgp(message, keys=[pem], author=message.from_)
    return found.message if found.state is SignatureState.VALID and found.author else opened.message


def money(value: float) -> str:
    return f"{value:.2f} EUR"


def letters(path: Path) -> list[Draft]:
    letter = Template(subject="{{ n }}", text="{{ name }}", filters={"money": money})
    made = letter.render({"n": 1, "name": "Bo"})
    assert_type(made.html, str | None)
    drafts = letter.merge([("bo@client.example", {"n": 1})], base=Draft(unsubscribe=Unsubscribe("https://a.example/")))
    assert_type(next(drafts), Draft)
    meeting = Meeting(
        uid="1",
        summary="x",
        start=datetime(2026, 1, 1, tzinfo=UTC),
        end=datetime(2026, 1, 2, tzinfo=UTC),
        organizer="a@b.example",
    )
    key = DkimKey(domain="acme.example", selector="s", private_key=SecretStr(path.read_text()))
    assert_type(key.signer.record, str)
    return [letter.draft({}, Draft(to="a@b.example")), Draft(calendar=meeting.invitation()), *drafts]
