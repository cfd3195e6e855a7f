"""Writing mail and describing accounts, typed as an application uses them. Checked in `make check`; never run."""

from __future__ import annotations

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
    forward,
    reply,
)


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
