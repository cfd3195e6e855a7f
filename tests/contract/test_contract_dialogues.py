"""The same words to the in-process and the real servers: do the answers come to the same?

``dialogues/*.txt`` are the records, for people. Write them anew with ``MAILKIT_RECORD=1`` and read the difference: a
change of the in-process server's is to be on purpose, one of the real server's comes with a new version of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.dialogue import ImapTalk, SmtpTalk, Talk, imap_essence, written
from support.grounds import Ground, real_ground
from support.scenes import IMAP, SMTP, Person

RECORDS = Path(__file__).parent / "dialogues"
OURS = "mailkit.testing"

#: Where the servers differ and both are right: scene, command, why a client does not mind.
IMAP_DIFFERENCES: dict[tuple[str, str], str] = {
    ("folders", 'LIST "" "Kunden*"'): "a parent that was made by the way is \\Noselect in Dovecot, a folder with us",
    ("folders", 'LIST "" "*"'): "the same",
    ("folders", 'SELECT "Nowhere"'): "Dovecot gives no response code here; nobody may rely on one",
    ("folders", 'STATUS "Nowhere" (MESSAGES)'): "the same",
    ("folders", "DELETE INBOX"): "the same",
    ("append", "APPEND Nowhere {273}"): "Dovecot refuses before the literal, we after it; both are allowed",
    ("append", "APPEND INBOX {0}"): "the same",
    ("append", "UID FETCH 4 (BODY.PEEK[TEXT])"): "Dovecot turns NUL into 0x80, so mailkit never sends one; we keep it",
    ("append", "UID FETCH 3 (BODYSTRUCTURE)"): "Dovecot writes the default charset, which the mail does not give",
    ("changes", r"UID STORE 5 +FLAGS (\Seen)"): "in a folder opened to read Dovecot says OK and changes nothing",
}
SMTP_DIFFERENCES: dict[tuple[str, str], str] = {
    ("starttls", "MAIL FROM:<ana@mail.example>"): "Postfix does not insist on EHLO, and refuses at RCPT",
    ("starttls", "AUTH PLAIN <right>"): "before TLS: we say that it is missing, Postfix that there is no AUTH",
    ("starttls", "AUTH NONSENSE"): "RFC 4954 section 4 wants our 504",
    ("mail", "MAIL FROM:<ana@mail.example> BODY=9BIT"): "a wrong value, or a wrong parameter",
    ("mail", "DATA"): "without a recipient: RFC 5321 section 3.3 allows 503 and 554",
}


def play_imap(ground: Ground, scene: str) -> tuple[ImapTalk, Person]:
    """Play an IMAP scene."""
    user = ground.user("scene")
    who = Person(user.address, user.password, user.token)
    with closing(ImapTalk(ground.connect(ground.imap["implicit"], secure=True))) as talk:
        talk.greeting()
        if scene != "login":
            talk.command(f"AUTHENTICATE PLAIN {who.plain()}")
        with ground.other_client(user) as client:

            def other(what: str, given: object) -> None:
                talk.note(f"another client: {what} {given if isinstance(given, int) else ''}".strip())
                store = lambda flag: client.uid("STORE", str(given), "+FLAGS.SILENT", flag)  # noqa: E731
                actions: dict[str, Callable[[], object]] = {
                    "append": lambda: client.append("INBOX", None, None, given),
                    "flag": lambda: store(r"(\Flagged)"),
                    "mark": lambda: store(r"(\Deleted)"),
                    "expunge": client.expunge,
                }
                actions[what]()

            IMAP[scene](talk, who, other)
    return talk, who


def play_smtp(ground: Ground, scene: str) -> tuple[SmtpTalk, Person]:
    """Play an SMTP scene."""
    user = ground.user("scene")
    who = Person(user.address, user.password, user.token)
    secure = scene != "starttls"
    port = ground.smtp["implicit" if secure else "starttls"]
    with closing(SmtpTalk(ground.connect(port, secure=secure))) as talk:
        talk.reply()
        SMTP[scene](talk, who, lambda: talk.secured(ground.tls_context()))
    return talk, who


def names(who: Person) -> dict[str, str]:
    """What is called differently in each run."""
    return {
        who.plain(): "<plain>",
        who.plain("wrong"): "<wrong>",
        who.xoauth2("expired"): "<expired>",
        who.address: "<user>",
        who.address.partition("@")[0]: "<user>",
    }


def kept(talk: Talk, who: Person, name: str, speaker: str) -> bool:
    """The record is the one that is kept; with MAILKIT_RECORD it becomes that. False if the version is another."""
    text = f"# {speaker}\n{written(talk.said, names(who))}"
    path = RECORDS / name
    if os.environ.get("MAILKIT_RECORD"):
        path.write_text(text, encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    if before.partition("\n")[0] != f"# {speaker}":
        return False
    assert text.splitlines() == before.splitlines()
    return True


def compared(scene: str, commands: list[str], ours: list, theirs: list, known: dict[tuple[str, str], str]) -> set:
    """Each command's answers come to the same, but for the known differences. Those that are no more."""
    differ = {(scene, command) for command, one, other in zip(commands, ours, theirs, strict=True) if one != other}
    unknown = [
        f"{command}\n  in-process {one}\n  real       {other}"
        for command, one, other in zip(commands, ours, theirs, strict=True)
        if one != other and (scene, command) not in known
    ]
    assert not unknown, "\n" + "\n".join(unknown)
    return {pair for pair in known if pair[0] == scene} - differ


@pytest.mark.parametrize("scene", IMAP)
def test_imap_dialogue_of_ours(in_process, scene: str) -> None:
    kept(*play_imap(in_process, scene), f"imap-{scene}.in-process.txt", OURS)


@pytest.mark.parametrize("scene", IMAP)
def test_imap_dialogues_agree(in_process, dovecot, scene: str) -> None:
    real, who = play_imap(real_ground(dovecot, None), scene)
    same_version = kept(real, who, f"imap-{scene}.dovecot.txt", f"Dovecot {dovecot.version.split()[0]}")
    ours, _ = play_imap(in_process, scene)
    essences = imap_essence(ours.answers), imap_essence(real.answers)
    commands = written(real.commands, names(who)).splitlines()
    gone = compared(scene, commands, *essences, IMAP_DIFFERENCES)
    assert not (gone and same_version)


@pytest.mark.parametrize("scene", SMTP)
def test_smtp_dialogue_of_ours(in_process, scene: str) -> None:
    kept(*play_smtp(in_process, scene), f"smtp-{scene}.in-process.txt", OURS)


@pytest.mark.parametrize("scene", SMTP)
def test_smtp_dialogues_agree(in_process, dovecot, postfix, scene: str) -> None:
    real, who = play_smtp(real_ground(dovecot, postfix), scene)
    speaker = f"Postfix {postfix.version}, logins by Dovecot {dovecot.version.split()[0]}"
    same_version = kept(real, who, f"smtp-{scene}.postfix.txt", speaker)
    ours, _ = play_smtp(in_process, scene)
    commands = [command for command, _ in real.replies]
    essences = [[reply for _, reply in talk.replies] for talk in (ours, real)]
    gone = compared(scene, commands, *essences, SMTP_DIFFERENCES)
    assert not (gone and same_version)


def test_what_our_imap_server_offers_dovecot_offers_too(in_process, dovecot) -> None:
    ours, real = (offered(ground) for ground in (in_process, real_ground(dovecot, None)))
    assert ours <= real, "the fake must not promise what no real server has"


def offered(ground: Ground) -> set[str]:
    """The capabilities after a login."""
    with ground.other_client(ground.user()) as client:
        return {name.upper() for name in client.capability()[1][0].decode().split()}
