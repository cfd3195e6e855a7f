"""An application whose account checks signatures, with keys from a name server on the loopback."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mailkit import MailKit, Record
from mailkit.auth.secretbox import generate_key
from mailkit.compose.dkim import Signer
from mailkit.link.adapter import Note, Query, RecordPattern
from mailkit.testing import MailServer
from mailkit.words import Candidate, Evidence
from support.application import ANA, BO, Application
from support.mailkeys import SIGNER
from support.nameserver import NameServer

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
DER = _KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
OURS = Signer("client.example", "ours", SIGNER.private_key)
#: What is published: by selector, the record.
KEYS = {"s1": "v=DKIM1; k=rsa; p=" + base64.b64encode(DER).decode(), "ours": OURS.record}
CONTACT = Record("crm", "contact", "7")


def by_dkimpy(raw: bytes) -> bytes:
    names = [b"from", b"to", b"subject", b"date", b"message-id"]
    return bytes(dkim.sign(raw, b"s1", b"client.example", PEM, include_headers=names)) + raw


class Crm:
    """Knows Bo."""

    system = "crm"
    patterns: tuple[RecordPattern, ...] = ()

    def find(self, query: Query) -> list[Candidate]:
        known = [one for one in query.addresses if one == BO]
        return [Candidate(CONTACT, 0.8, (Evidence("address", one, 0.8),), "Bo") for one in known]

    def attach(self, record: Record, note: Note) -> str:
        return "1"

    def url(self, record: Record) -> str | None:
        return None


@dataclass
class Checking(Application):
    """An application whose account checks signatures."""

    names: NameServer
    url: str

    def again(self, **more: Any) -> MailKit:
        """As another process sees it: nothing is remembered."""
        return MailKit(self.url, key=generate_key(), adapters=[Crm()], resolver=self.names.resolver, **more)

    def trust(self, kit: MailKit | None = None) -> tuple[str, str]:
        """Level and evidence of the message stored last."""
        kit = kit or self.kit
        [copy] = kit.messages.copies(kit.messages.latest()[0].id)
        return copy.trust, "; ".join(copy.trust_evidence)

    def state(self, kit: MailKit | None = None) -> str:
        """How the only thread is linked, when all jobs are done."""
        kit = kit or self.kit
        kit.work(only={"jobs"}, once=True)
        [thread] = kit.threads.list()
        [link] = kit.links.of(thread)
        assert link.record == CONTACT
        return str(link.state)


@pytest.fixture
def desk(store_url: str, server: MailServer, names: NameServer) -> Iterator[Checking]:
    for selector, record in KEYS.items():
        names.publish(f"{selector}._domainkey.client.example", record)
    kit = MailKit(store_url, key=generate_key(), create=True, adapters=[Crm()], resolver=names.resolver)
    account = server.account(ANA).model_copy(update={"name": "sales", "verify_dkim": True})
    kit.accounts.add(account)
    yield Checking(kit, server, account, names, store_url)
    kit.close()
