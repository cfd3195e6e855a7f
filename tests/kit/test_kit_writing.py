"""What an application writes, on the whole road: facade, outbox, wire."""

from __future__ import annotations

from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pysequoia import Tsk

from mailkit import Account, Attachment, Draft, MailKit, parse, read
from mailkit.compose.openpgp import OpenPgp
from mailkit.compose.smime import Smime
from mailkit.config import DkimKey
from mailkit.content import SignatureState, decrypt_openpgp, verify_smime
from mailkit.errors import ConfigError, KeyConflictError, MissingKeyError
from mailkit.store import accounts, outbox, raw
from support.mailcerts import person


def test_what_the_outbox_keeps_is_what_the_server_gets(office):
    kit, server = office.kit, office.server
    draft = Draft(to="bo@client.example", subject="Grüße", text=".\n..\nFrom here\n" + "x" * 2000, html="<p>ü" * 300)
    before = len(server.sent)
    receipt = kit.send(draft, account="sales")
    assert receipt.sent
    [got] = server.sent[before:]
    with kit.store.read() as tx:
        assert raw.get(tx, outbox.get(tx, receipt.id).raw_digest) == got.raw


# --- DKIM -----------------------------------------------------------------------------------------------------------


def key_of(domain: str = "acme.example", selector: str = "s1") -> DkimKey:
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return DkimKey(domain=domain, selector=selector, private_key=text)


def verified(raw: bytes, key: DkimKey) -> bool:
    records = {f"{key.signer.record_name}.".encode(): key.signer.record.encode()}
    return dkim.DKIM(raw).verify(dnsfunc=lambda name, timeout=5: records.get(name))


def signing(office, *keys: DkimKey, **more: object):
    account = office.account.model_copy(update={"dkim": keys, **more})
    office.kit.accounts.add(account, replace=True)
    return office.kit


def test_an_accounts_key_signs_what_it_sends_and_the_signature_arrives(office):
    key = key_of()
    kit = signing(office, key)
    draft = Draft(to="bo@client.example", subject="Grüße", text=".\nFrom here\n", html="<p>ü" * 300)
    assert kit.send(draft, account="sales").sent
    raw_sent = office.server.sent[-1].raw
    assert raw_sent.startswith(b"DKIM-Signature: ")
    assert verified(raw_sent, key)


def test_only_the_keys_of_the_authors_domain_sign(office):
    keys = key_of("acme.example", "a"), key_of("other.example", "o"), key_of("shop.example", "s")
    kit = signing(office, *keys, aliases=("info@news.shop.example",))
    kit.send(Draft(to="bo@client.example", text="x"), account="sales")
    kit.send(Draft(to="bo@client.example", text="x", from_="info@news.shop.example"), account="sales")
    first, second = (sent.raw for sent in office.server.sent[-2:])
    assert first.count(b"DKIM-Signature:") == second.count(b"DKIM-Signature:") == 1
    assert verified(first, keys[0])
    assert verified(second, keys[2])


def test_the_key_is_stored_encrypted_with_the_password(office):
    key = key_of()
    kit = signing(office, key)
    assert kit.accounts.get("sales").dkim == (key,)
    assert kit.accounts.get("sales").credentials == office.account.credentials
    [listed] = [one for one in kit.accounts.list() if one.name == "sales"]
    assert listed.dkim[0].private_key is None
    assert key.private_key is not None
    secret = key.private_key.get_secret_value().split("\n")[1]
    with kit.store.read() as tx:
        stored = accounts.get(tx, "sales").config, accounts.get_secret(tx, "account:sales")
    assert secret not in "".join(map(str, stored))
    assert secret not in repr(kit.accounts.get("sales")) + repr(key) + str(key)


def test_an_account_that_signs_never_sends_unsigned(office, store_url):
    """Without the application's key the DKIM key cannot be opened: an error, and nothing is enqueued."""
    signing(office, key_of())
    with MailKit(store_url) as other, pytest.raises(MissingKeyError):
        other.outbox.enqueue(Draft(to="bo@client.example", text="x"), account="sales", key="k")
    assert office.kit.outbox.list() == ()
    with pytest.raises(MissingKeyError, match="not sent unsigned"):
        _ = DkimKey(domain="acme.example", selector="s1").signer


def test_an_account_with_a_dkim_key_from_the_environment(tmp_path):
    key = key_of()
    assert key.private_key is not None
    (tmp_path / "key.pem").write_text(key.private_key.get_secret_value())
    prefix = "MAILKIT_ACCOUNT_SALES_"
    environ = {"ADDRESS": "ana@acme.example", "SMTP_HOST": "h.example", "DKIM_SELECTOR": "s1"}
    environ["DKIM_KEY_FILE"] = str(tmp_path / "key.pem")
    account = Account.from_env("sales", environ={prefix + name: value for name, value in environ.items()})
    assert account.dkim[0].signer.record == key.signer.record
    del environ["DKIM_SELECTOR"]
    with pytest.raises(ConfigError, match="selector"):
        Account.from_env("sales", environ={prefix + name: value for name, value in environ.items()})


# --- S/MIME, OpenPGP ------------------------------------------------------------------------------------------------


def test_a_signed_letter_arrives_with_both_signatures(office):
    root = person("", authority=True)
    ana, key = person("ana@acme.example", root), key_of()
    kit = signing(office, key)
    draft = Draft(
        to="bo@client.example",
        subject="Grüße",
        text=".\nFrom here \n",
        attachments=[Attachment("a.bin", bytes(range(256)) * 50)],
        protection=Smime(certificate=ana.certificate, private_key=ana.private_key),
    )
    first = kit.send(draft, account="sales", key="k")
    assert first.sent
    assert not kit.send(draft, account="sales", key="k").created
    with pytest.raises(KeyConflictError):
        kit.send(replace(draft, protection=None), account="sales", key="k")
    arrived = office.server.sent[-1].raw
    assert verified(arrived, key)
    found = verify_smime(parse(arrived), roots=[root.certificate])
    assert (found.state, found.author) == (SignatureState.VALID, True)
    with kit.store.read() as tx:
        assert raw.get(tx, outbox.get(tx, first.id).raw_digest) == arrived


def test_an_encrypted_letter_is_stored_encrypted(office):
    bo = Tsk.generate("Bo <bo@client.example>")
    protection = OpenPgp(recipients=[str(bo.extract_certificate())])
    assert office.kit.send(
        Draft(to="bo@client.example", text="canary-text", protection=protection), account="sales"
    ).sent
    arrived = office.server.sent[-1].raw
    assert b"canary-text" not in arrived
    opened = decrypt_openpgp(parse(arrived), private_key=str(bo))
    assert opened.message is not None
    assert read(opened.message).text.strip() == "canary-text"
