"""Login, capabilities and folders, with imapclient and imaplib."""

from __future__ import annotations

import base64
import imaplib

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from mailkit.testing.imap.commands.folders import matches
from testing.names import ANA, BO, RAW, trusting


def test_login_right_and_wrong(server, connect_imap):
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        connect_imap(server, ANA, "wrong")
    with pytest.raises(LoginError):
        connect_imap(server, "nobody@acme.example", "secret")
    assert connect_imap(server, "ANA@ACME.example").has_capability("UIDPLUS")


@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize("mechanism", ["PLAIN", "XOAUTH2", "OAUTHBEARER"])
def test_authenticate(make_server, connect_imap, mechanism, initial):
    server = make_server(tls="insecure", without=[] if initial else ["SASL-IR"])

    def client() -> IMAPClient:
        return connect_imap(server, None)

    if mechanism == "PLAIN":
        client().plain_login(ANA, "secret")
        with pytest.raises(LoginError):
            client().plain_login(ANA, "t0k3n")
    elif mechanism == "XOAUTH2":
        client().oauth2_login(ANA, "t0k3n")
        with pytest.raises(LoginError):
            client().oauth2_login(ANA, "secret")
        with pytest.raises(LoginError):
            client().oauth2_login(BO, "t0k3n")
    else:
        client().oauthbearer_login(ANA, "t0k3n")
        with pytest.raises(LoginError):
            client().oauthbearer_login(ANA, "expired")


def test_tokens_can_expire(server, connect_imap):
    server.set_tokens(ANA, "new")
    connect_imap(server, None).oauth2_login(ANA, "new")
    with pytest.raises(LoginError):
        connect_imap(server, None).oauth2_login(ANA, "t0k3n")
    server.set_password(ANA, "changed")
    connect_imap(server, ANA, "changed")


def test_no_login_before_starttls(make_server, connect_imap):
    server = make_server(tls="starttls")
    client = connect_imap(server, None)  # this one has said STARTTLS
    assert b"AUTH=PLAIN" in client.capabilities()
    plain = imaplib.IMAP4("127.0.0.1", server.imap_port)
    assert {"STARTTLS", "LOGINDISABLED"} <= set(plain.capabilities)
    assert not [name for name in plain.capabilities if name.startswith("AUTH=")]
    with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
        plain.login(ANA, "secret")
    plain.starttls(trusting(server))
    with pytest.raises(imaplib.IMAP4.error):
        plain.starttls(trusting(server))
    plain.login(ANA, "secret")
    plain.logout()
    assert b"LOGIN ana@acme.example" in server.plain_text("imap")  # only the one that was refused
    assert server.plain_text("imap").count(b"secret") == 1


def test_capabilities_can_be_taken_away(make_server, connect_imap, raw_login):
    server = make_server(tls="insecure", without=["MOVE", "idle", "UIDPLUS", "CONDSTORE", "SPECIAL-USE"])
    client = connect_imap(server)
    assert not {b"MOVE", b"IDLE", b"UIDPLUS", b"CONDSTORE"} & set(client.capabilities())
    assert all(len(flags) == 1 for flags, _, _ in client.list_folders())
    raw = raw_login(server)
    raw.do(b"SELECT INBOX")
    for command in (
        b"MOVE 1 Trash",
        b"UID MOVE 1 Trash",
        b"IDLE",
        b"UID EXPUNGE 1",
        b"UID FETCH 1 (FLAGS) (CHANGEDSINCE 1)",
        b"UID FETCH 1 MODSEQ",
        b"UID STORE 1 (UNCHANGEDSINCE 1) FLAGS ()",
        b"SEARCH MODSEQ 1",
        b"STATUS INBOX (HIGHESTMODSEQ)",
        b"SELECT INBOX (CONDSTORE)",
    ):
        assert b" BAD " in raw.do(command)[-1]
    assert b"APPENDUID" not in client.append("INBOX", RAW)


def test_id_namespace_enable_noop_check_logout(server, connect_imap):
    client = connect_imap(server)
    assert client.id_({"name": "tests"}) == ((b"name", b"mailkit-testing", b"vendor", b"mailkit"),)
    assert client.namespace().personal == (("", "/"),)
    assert client.enable("CONDSTORE", "X-UNKNOWN") == [b"CONDSTORE"]
    assert client.enable("CONDSTORE") == []
    client.select_folder("INBOX")
    client.noop()
    assert client._imap.check()[0] == "OK"
    assert client.logout() == b"Logging out"


def test_list_with_special_use(server, connect_imap):
    client = connect_imap(server)
    server.create_folder(ANA, "Projects/1042")
    names = {name for _, _, name in client.list_folders()}
    assert names == {"INBOX", "Sent", "Drafts", "Trash", "Junk", "Archive", "Projects/1042"}
    assert {name for _, _, name in client.list_folders(pattern="%")} == names - {"Projects/1042"}
    assert [name for _, _, name in client.list_folders("Projects/", "%")] == ["Projects/1042"]
    assert [name for _, _, name in client.list_folders(pattern="inbox")] == ["INBOX"]
    assert client.find_special_folder(b"\\Sent") == "Sent"
    assert client.list_folders("", "") == [((b"\\Noselect",), b"/", "")]
    assert [name for _, _, name in client.list_folders(pattern="*n*")] == ["Junk", "Sent"]
    assert client._imap.list('""', '"*" RETURN (SPECIAL-USE)')[0] == "OK"


def test_create_rename_delete_subscribe(server, connect_imap):
    client = connect_imap(server)
    name = "Entwürfe & Angebote/日本語"
    client.create_folder(name)
    assert client.folder_exists("Entwürfe & Angebote")
    client.append(name, RAW)
    client.rename_folder("Entwürfe & Angebote", 'Alt "und" \\ neu')
    assert client.folder_status('Alt "und" \\ neu/日本語', ["MESSAGES"]) == {b"MESSAGES": 1}
    with pytest.raises(IMAPClientError, match="ALREADYEXISTS"):
        client.create_folder("Sent")
    with pytest.raises(IMAPClientError, match="HASCHILDREN"):
        client.delete_folder('Alt "und" \\ neu')
    with pytest.raises(IMAPClientError, match="INBOX"):
        client.delete_folder("inbox")
    with pytest.raises(IMAPClientError, match="NONEXISTENT"):
        client.delete_folder("nowhere")
    client.unsubscribe_folder("Junk")
    assert "Junk" not in {name for _, _, name in client.list_sub_folders()}
    client.subscribe_folder("Junk")
    assert "Junk" in {name for _, _, name in client.list_sub_folders()}
    client.delete_folder('Alt "und" \\ neu/日本語')
    assert not client.folder_exists('Alt "und" \\ neu/日本語')


def test_renaming_inbox_moves_its_mail(server, connect_imap):
    server.folder(ANA).add(RAW, ["\\Seen"])
    client = connect_imap(server)
    client.rename_folder("INBOX", "Old")
    assert server.folder(ANA).uids() == []
    assert server.folder(ANA, "Old").flags(1) == {"\\Seen"}


def test_a_deleted_and_recreated_folder_has_another_uidvalidity(server, connect_imap):
    client = connect_imap(server)
    client.create_folder("X")
    first = client.folder_status("X", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    client.delete_folder("X")
    client.create_folder("X")
    assert client.folder_status("X", ["UIDVALIDITY"])[b"UIDVALIDITY"] > first


def test_status_and_select(server, connect_imap):
    inbox = server.folder(ANA)
    inbox.add(RAW, ["\\Seen"])
    inbox.add(RAW + b"more", ["$Work"])
    client = connect_imap(server)
    status = client.folder_status("INBOX", ["MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "RECENT", "HIGHESTMODSEQ"])
    assert status == {
        b"MESSAGES": 2,
        b"UIDNEXT": 3,
        b"UIDVALIDITY": inbox.uidvalidity,
        b"UNSEEN": 1,
        b"RECENT": 0,
        b"HIGHESTMODSEQ": 3,
    }
    selected = client.select_folder("inbox")
    assert (selected[b"EXISTS"], selected[b"UIDNEXT"], selected[b"UNSEEN"]) == (2, 3, [b"2"])
    assert selected[b"UIDVALIDITY"] == inbox.uidvalidity
    assert b"$Work" in selected[b"FLAGS"]
    assert b"\\*" in selected[b"PERMANENTFLAGS"]
    assert client.select_folder("Sent", readonly=True)[b"PERMANENTFLAGS"] == ()
    with pytest.raises(IMAPClientError, match="NONEXISTENT"):
        client.select_folder("nowhere")
    with pytest.raises(IMAPClientError, match="no folder is selected"):
        client.search("ALL")  # a failed SELECT leaves nothing selected (RFC 9051 section 6.3.2)


def test_examine_writes_nothing(server, connect_imap):
    inbox = server.folder(ANA)
    inbox.add(RAW, ["\\Deleted"])
    client = connect_imap(server)
    client.select_folder("INBOX", readonly=True)
    for refused in (
        lambda: client.add_flags([1], ["\\Seen"]),
        lambda: client.expunge(),
        lambda: client.move([1], "Trash"),
    ):
        with pytest.raises(IMAPClientError, match="READ-ONLY"):
            refused()
    client.fetch([1], ["BODY[]"])
    client.close_folder()
    assert inbox.uids() == [1]
    assert inbox.flags(1) == {"\\Deleted"}


def test_close_expunges_and_unselect_does_not(server, connect_imap):
    inbox = server.folder(ANA)
    inbox.add(RAW, ["\\Deleted"])
    inbox.add(RAW)
    client = connect_imap(server)
    client.select_folder("INBOX")
    client.unselect_folder()
    assert inbox.uids() == [1, 2]
    client.select_folder("INBOX")
    client.close_folder()
    assert inbox.uids() == [2]


def test_imaplib_speaks_with_it_too(server):
    with imaplib.IMAP4("127.0.0.1", server.imap_port) as client:
        client.authenticate("PLAIN", lambda _: b"\0ana@acme.example\0secret")
        assert client.append("INBOX", "(\\Seen)", imaplib.Time2Internaldate(1_770_000_000), RAW)[0] == "OK"
        assert client.select()[1] == [b"1"]
        assert client.fetch("1", "(RFC822)")[1][0][1] == RAW
        assert client.search(None, "SEEN")[1] == [b"1"]
        assert client.store("1", "+FLAGS", "\\Deleted")[0] == "OK"
        assert client.expunge()[1] == [b"1"]
        assert client.status("INBOX", "(MESSAGES)")[1] == [b"INBOX (MESSAGES 0)"]


def test_wrong_order_and_bad_sasl_are_refused(raw_imap):
    assert b"BAD" in raw_imap.do(b"SELECT INBOX")[-1]
    assert b"BAD" in raw_imap.do(b"FETCH 1 FLAGS")[-1]
    assert b"NO [CANNOT]" in raw_imap.do(b"AUTHENTICATE GSSAPI")[-1]
    assert b"BAD" in raw_imap.do(b"AUTHENTICATE PLAIN !!!")[-1]
    assert b"BAD" in raw_imap.do(b"AUTHENTICATE PLAIN " + base64.b64encode(b"no nul"))[-1]
    raw_imap.send(b"c AUTHENTICATE PLAIN\r\n")
    assert raw_imap.line() == b"+ \r\n"
    raw_imap.send(b"*\r\n")
    assert b"BAD" in raw_imap.line()
    assert b"OK" in raw_imap.do(b'LOGIN "ana@acme.example" "secret"')[-1]


def test_literals_synchronising_and_not(raw_imap):
    raw_imap.send(b"a LOGIN {16}\r\n")
    assert raw_imap.line().startswith(b"+ ")
    raw_imap.send(b"ana@acme.example {6+}\r\nsecret\r\n")
    assert b"a OK" in raw_imap.line()


@pytest.mark.parametrize(
    ("pattern", "name", "wanted"),
    [
        ("*", "a/b/c", True),
        ("%", "a/b", False),
        ("a/%", "a/b", True),
        ("a/%", "a/b/c", False),
        ("a*c", "a/b/c", True),
        ("%/%", "a/b", True),
        ("A", "a", False),
        ("", "a", False),
        ("*" * 400, "x" * 400, True),
        ("*a" * 200, "a" * 399 + "b", False),
    ],
)
def test_patterns(pattern, name, wanted):
    assert matches(pattern, name) is wanted
