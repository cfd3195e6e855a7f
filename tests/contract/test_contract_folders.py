"""Folders: names, roles, states, and what other clients do to them."""

from __future__ import annotations

import pytest

from mailkit.errors import CommandRefusedError, MailkitError
from mailkit.words import Role

ROLES = {
    "INBOX": Role.INBOX,
    "Sent": Role.SENT,
    "Drafts": Role.DRAFTS,
    "Trash": Role.TRASH,
    "Junk": Role.JUNK,
    "Archive": Role.ARCHIVE,
}


def test_a_new_user_has_the_usual_folders_with_their_roles(mailboxes, user) -> None:
    folders = {folder.name: folder for folder in mailboxes.open(user, None).folders()}
    assert {name: folder.role for name, folder in folders.items()} == ROLES
    assert {folder.delimiter for folder in folders.values()} == {"/"}
    assert all(folder.selectable for folder in folders.values())


@pytest.mark.parametrize("name", ["Kunden", "Größe & Maß", "顧客", 'a "quoted" one', "Kunden/Nord"])
def test_a_folder_of_another_client_is_listed_and_opened_by_its_name(ground, mailboxes, user, name: str) -> None:
    from imapclient.imap_utf7 import encode

    wire = encode(name).decode("ascii").replace('"', '\\"')
    with ground.other_client(user) as other:
        assert other.create(f'"{wire}"')[0] == "OK"
        assert other.append(f'"{wire}"', None, None, b"Subject: x\r\n\r\ny\r\n")[0] == "OK"
    mailbox = mailboxes.open(user, None)
    [found] = [folder for folder in mailbox.folders() if folder.name == name]
    assert (found.role, found.selectable) == (None, True)
    assert mailbox.select(name).exists == 1
    assert mailbox.uids() == [1]


def test_a_folder_that_is_not_there_is_refused_and_the_connection_stays(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    with pytest.raises(CommandRefusedError) as refused:
        mailbox.select("Nowhere")
    assert "Nowhere" in str(refused.value)
    assert mailbox.select("INBOX").exists == 0


def test_filing_into_a_folder_that_is_not_there_is_refused_and_the_connection_stays(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    with pytest.raises(CommandRefusedError) as refused:
        mailbox.append("Nowhere", b"Subject: x\r\n\r\ny\r\n")
    assert "[TRYCREATE]" in refused.value.reply
    assert mailbox.append("INBOX", b"Subject: x\r\n\r\ny\r\n") is not None


def test_the_state_of_a_folder(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    empty = mailbox.select("INBOX")
    assert (empty.exists, empty.uidnext) == (0, 1)
    assert empty.highestmodseq is not None
    first = mailbox.append("INBOX", b"Subject: x\r\n\r\ny\r\n")
    one = mailbox.select("INBOX")
    assert first == 1
    assert (one.exists, one.uidnext, one.uidvalidity) == (1, 2, empty.uidvalidity)
    assert one.highestmodseq > empty.highestmodseq
    assert mailboxes.open(user).select("INBOX").uidvalidity == empty.uidvalidity


def test_folders_of_one_user_have_uidvalidities_of_their_own_life(ground, mailboxes, user) -> None:
    with ground.other_client(user) as other:
        other.create("Offers")
        other.append("Offers", None, None, b"Subject: x\r\n\r\ny\r\n")
    before = mailboxes.open(user, None).select("Offers")
    with ground.other_client(user) as other:
        assert other.delete("Offers")[0] == "OK"
        assert other.create("Offers")[0] == "OK"
        other.append("Offers", None, None, b"Subject: z\r\n\r\nz\r\n")
    after = mailboxes.open(user, None).select("Offers")
    assert (before.exists, after.exists) == (1, 1)
    assert after.uidvalidity > before.uidvalidity


def test_a_renamed_folder_keeps_its_uids(ground, mailboxes, user) -> None:
    with ground.other_client(user) as other:
        other.create("Offers")
        other.append("Offers", None, None, b"Subject: x\r\n\r\ny\r\n")
    before = mailboxes.open(user, None).select("Offers")
    with ground.other_client(user) as other:
        assert other.rename("Offers", "Quotes")[0] == "OK"
    mailbox = mailboxes.open(user, None)
    after = mailbox.select("Quotes")
    assert (after.uidvalidity, mailbox.uids()) == (before.uidvalidity, [1])
    assert "Offers" not in [folder.name for folder in mailbox.folders()]


def test_the_open_folder_that_another_client_deletes_does_not_look_empty(ground, mailboxes, user) -> None:
    with ground.other_client(user) as other:
        other.create("Offers")
        other.append("Offers", None, None, b"Subject: x\r\n\r\ny\r\n")
    mailbox = mailboxes.open(user, "Offers")
    with ground.other_client(user) as other:
        assert other.delete("Offers")[0] == "OK"

    def look() -> None:
        mailbox.noop()
        list(mailbox.fetch([1]))
        mailbox.select("Offers")

    with pytest.raises(MailkitError):
        look()
