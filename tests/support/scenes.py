"""Scripted dialogues for every IMAP and SMTP server: what is said, whoever answers.

An IMAP scene gets a connection that is open (``login``) or logged in (the others), and ``other``, which runs commands
as another client of the same user. An SMTP scene gets a connection after the greeting.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from support.dialogue import ImapTalk, SmtpTalk

MAIL = (
    b"From: Bo <bo@client.example>\r\nTo: ana@mail.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Mon, 05 Oct 2026 10:00:00 +0200\r\nMessage-ID: <%s@client.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHello \xe2\x98\x95\r\n'
)
MULTIPART = (
    b"From: bo@client.example\r\nSubject: two parts\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n'
    b"--b1\r\nContent-Type: text/plain\r\n\r\none\r\n"
    b'--b1\r\nContent-Type: application/pdf; name="a b.pdf"\r\nContent-Disposition: attachment; filename="a b.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b1--\r\n"
)


@dataclass(frozen=True)
class Person:
    """Who speaks."""

    address: str
    password: str
    token: str

    def plain(self, password: str | None = None) -> str:
        """SASL PLAIN, in base64."""
        return base64.b64encode(f"\0{self.address}\0{password or self.password}".encode()).decode()

    def xoauth2(self, token: str | None = None) -> str:
        """SASL XOAUTH2, in base64."""
        text = f"user={self.address}\x01auth=Bearer {token or self.token}\x01\x01"
        return base64.b64encode(text.encode()).decode()


# --- IMAP -------------------------------------------------------------------------------------------------------------


def login(talk: ImapTalk, who: Person, _other: Callable[..., None]) -> None:
    """What is refused before a login, wrong credentials, right ones."""
    talk.command("CAPABILITY")
    talk.command("SELECT INBOX")
    talk.command(f'LOGIN {who.address} "wrong"')
    talk.command(f"AUTHENTICATE PLAIN {who.plain('wrong')}")
    tag = talk.begin(f"AUTHENTICATE XOAUTH2 {who.xoauth2('expired')}")
    talk.until(b"+")
    talk.send(b"\r\n")
    talk.finish(tag)
    talk.command("AUTHENTICATE PLAIN !!!")
    tag = talk.begin("AUTHENTICATE PLAIN")
    talk.until(b"+")
    talk.send(b"*\r\n")
    talk.finish(tag)
    talk.command("NOSUCHCOMMAND")
    talk.command(f"AUTHENTICATE PLAIN {who.plain()}")
    talk.command("CAPABILITY")
    talk.command("NOOP")
    talk.command("LOGOUT")


def folders(talk: ImapTalk, _who: Person, _other: Callable[..., None]) -> None:
    """Listing, making, renaming, removing."""
    talk.command('LIST "" ""')
    talk.command('LIST "" "*"')
    talk.command('LIST "" "%"')
    talk.command('CREATE "Kunden/Nord"')
    talk.command('CREATE "Kunden/Nord"')
    talk.command('LIST "" "Kunden*"')
    talk.command('CREATE "Gr&APYA3w-e"')
    talk.command('STATUS "Gr&APYA3w-e" (MESSAGES UNSEEN UIDNEXT)')
    talk.command('RENAME "Gr&APYA3w-e" Maße'.replace("ß", "&AN8-"))
    talk.command('RENAME "Nowhere" Somewhere')
    talk.command('SELECT "Nowhere"')
    talk.command('STATUS "Nowhere" (MESSAGES)')
    talk.command('DELETE "Kunden/Nord"')
    talk.command('DELETE "Nowhere"')
    talk.command("DELETE INBOX")
    talk.command("CREATE INBOX")
    talk.command('LIST "" "*"')


def append(talk: ImapTalk, _who: Person, _other: Callable[..., None]) -> None:
    """Filing and reading."""
    talk.command("APPEND INBOX {}", MAIL % b"one")
    talk.command(r'APPEND INBOX (\Seen $Forwarded Kunde1) "29-Feb-2024 23:59:58 -0700" {}', MAIL % b"two")
    talk.command("APPEND INBOX {}", MULTIPART)
    talk.command("APPEND Nowhere {}", MAIL % b"three")
    talk.command("APPEND INBOX {}", b"Subject: x\r\n\r\na\0b\r\n")
    talk.command("APPEND INBOX {}", b"")
    talk.command("NOOP")
    talk.command("EXAMINE INBOX (CONDSTORE)")
    talk.command("FETCH 1:* (UID FLAGS RFC822.SIZE)")
    talk.command("UID FETCH 2 (INTERNALDATE)")
    talk.command("UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID)])")
    talk.command("UID FETCH 1 (BODY.PEEK[TEXT])")
    talk.command("UID FETCH 1 (BODY.PEEK[]<0.9>)")
    talk.command("UID FETCH 1 (ENVELOPE)")
    talk.command("UID FETCH 3 (BODYSTRUCTURE)")
    talk.command("UID FETCH 3 (BODY.PEEK[2] BODY.PEEK[2.MIME])")
    talk.command("UID FETCH 4 (BODY.PEEK[TEXT])")
    talk.command("UID FETCH 9 (FLAGS)")
    talk.command("UID FETCH 9:* (FLAGS)")
    talk.command("FETCH 9 (FLAGS)")
    talk.command("UID FETCH 1 (NONSENSE)")
    talk.command("UID FETCH 1 (FLAGS")
    talk.command("UID FETCH 0 (FLAGS)")


def search(talk: ImapTalk, _who: Person, _other: Callable[..., None]) -> None:
    """Finding."""
    for name in (b"one", b"two", b"longer-two"):
        talk.command("APPEND INBOX {}", MAIL % name)
    talk.command(r"APPEND INBOX (\Seen \Flagged Kunde1) {}", MULTIPART)
    talk.command("EXAMINE INBOX (CONDSTORE)")
    talk.command("UID SEARCH ALL")
    talk.command('UID SEARCH HEADER Message-ID "<two@client.example>"')
    talk.command('UID SEARCH HEADER Message-ID "TWO@client.example"')
    talk.command('UID SEARCH HEADER Message-ID ""')
    talk.command("UID SEARCH CHARSET UTF-8 SUBJECT {}", "grüße".encode())
    talk.command("UID SEARCH CHARSET NONSENSE SUBJECT x")
    talk.command("UID SEARCH UNSEEN")
    talk.command("UID SEARCH KEYWORD Kunde1")
    talk.command("UID SEARCH UNKEYWORD Kunde1 NOT FLAGGED")
    talk.command("UID SEARCH OR FLAGGED UID 1")
    talk.command("UID SEARCH UID 9:*")
    talk.command("UID SEARCH UID 9")
    talk.command("SEARCH 2:3")
    talk.command('UID SEARCH FROM "bo@client"')
    talk.command("UID SEARCH LARGER 100000")
    talk.command("UID SEARCH SENTSINCE 5-Oct-2026 SENTBEFORE 6-Oct-2026")
    talk.command("UID SEARCH NONSENSE")


def changes(talk: ImapTalk, _who: Person, other: Callable[..., None]) -> None:
    """Flags, mod-sequences, expunges: our own and those of another client."""
    for name in (b"one", b"two", b"three", b"four"):
        talk.command("APPEND INBOX {}", MAIL % name)
    talk.command("SELECT INBOX (CONDSTORE)")
    talk.command(r"UID STORE 1 +FLAGS (\Answered Kunde1)")
    talk.command(r"UID STORE 1 -FLAGS.SILENT (\Answered)")
    talk.command(r"UID STORE 2 FLAGS (\Flagged)")
    talk.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1)")
    talk.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 999999)")
    talk.command(r"UID STORE 1 (UNCHANGEDSINCE 1) +FLAGS.SILENT (\Seen)")
    talk.command(r"UID STORE 9 +FLAGS (\Seen)")
    talk.command(r"UID STORE 3,4 +FLAGS.SILENT (\Deleted)")
    talk.command("UID EXPUNGE 3")
    talk.command("EXPUNGE")
    talk.command("UID COPY 1 Archive")
    talk.command("UID COPY 1 Nowhere")
    talk.command("UID MOVE 2 Archive")
    talk.command("UID COPY 9 Archive")
    other("append", MAIL % b"five")
    talk.command("NOOP")
    other("flag", 5)
    talk.command("NOOP")
    other("mark", 1)
    other("expunge", 1)
    talk.command("NOOP")
    talk.command("UID FETCH 1:* (UID)")
    talk.command("EXAMINE INBOX (CONDSTORE)")
    talk.command(r"UID STORE 5 +FLAGS (\Seen)")
    talk.command("CLOSE")
    talk.command("UID FETCH 1:* (UID)")


def idle(talk: ImapTalk, _who: Person, other: Callable[..., None]) -> None:
    """News while we wait."""
    talk.command("SELECT INBOX (CONDSTORE)")
    tag = talk.begin("IDLE")
    talk.until(b"+")
    other("append", MAIL % b"one")
    talk.until(b"* 1 EXISTS")
    other("flag", 1)
    talk.until(b"* 1 FETCH")
    other("mark", 1)
    talk.until(b"* 1 FETCH")
    other("expunge", 1)
    talk.until(b"* 1 EXPUNGE")
    talk.send(b"DONE\r\n")
    talk.finish(tag)


# --- SMTP -------------------------------------------------------------------------------------------------------------


def starttls(talk: SmtpTalk, who: Person, secure: Callable[[], None]) -> None:
    """What is refused before TLS and before a login, wrong credentials, right ones."""
    talk.command("MAIL FROM:<ana@mail.example>")
    talk.command("EHLO client.acme.example")
    talk.command(f"AUTH PLAIN {who.plain()}", shown="AUTH PLAIN <right>")
    talk.command("STARTTLS now")
    talk.command("STARTTLS")
    secure()
    talk.command("EHLO client.acme.example")
    talk.command("STARTTLS")
    talk.command(f"AUTH PLAIN {who.plain('wrong')}", shown="AUTH PLAIN <wrong>")
    talk.command("AUTH NONSENSE")
    talk.command("AUTH PLAIN")
    talk.command("*")
    talk.command(f"AUTH XOAUTH2 {who.xoauth2('expired')}", shown="AUTH XOAUTH2 <expired>")
    if talk.replies[-1][1].startswith("334"):
        talk.command("")
    talk.command(f"AUTH PLAIN {who.plain()}", shown="AUTH PLAIN <right>")
    talk.command(f"AUTH PLAIN {who.plain()}", shown="AUTH PLAIN <again>")
    talk.command("QUIT")


def mail(talk: SmtpTalk, who: Person, _secure: Callable[[], None]) -> None:
    """Envelopes and their refusals, contents."""
    talk.command("EHLO client.acme.example")
    talk.command(f"AUTH PLAIN {who.plain()}", shown="AUTH PLAIN <right>")
    talk.command("RCPT TO:<bo@mail.example>")
    talk.command("DATA")
    talk.command("MAIL FROM:<ana@mail.example> SIZE=99999999")
    talk.command("MAIL FROM:<ana@mail.example> NONSENSE=1")
    talk.command("MAIL FROM:<ana@mail.example> BODY=9BIT")
    talk.command("MAIL FROM:<ana@mail.example> SIZE=many")
    talk.command("MAIL TO:<ana@mail.example>")
    talk.command("MAIL FROM:<ana@mail.example> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x1")
    talk.command("MAIL FROM:<ana@mail.example>")
    talk.command("DATA")
    talk.command("RCPT TO:<unknown@mail.example>")
    talk.command("RCPT TO:<full@mail.example>")
    talk.command("RCPT TO:<greylisted@mail.example>")
    talk.command("RCPT TO:<bo@mail.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bo@mail.example")
    talk.command("RCPT TO:<bo@mail.example> NOTIFY=NEVER,SUCCESS")
    talk.command("RCPT TO:<>")
    talk.command("DATA")
    talk.command("Subject: x\r\n\r\nHello\r\n.")
    talk.command("RSET")
    talk.command("MAIL FROM:<>")
    talk.command("RSET")
    talk.command("NOOP")
    talk.command("VRFY bo@mail.example")
    talk.command("NONSENSE")
    talk.command("QUIT")


IMAP = {scene.__name__: scene for scene in (login, folders, append, search, changes, idle)}
SMTP = {scene.__name__: scene for scene in (starttls, mail)}
