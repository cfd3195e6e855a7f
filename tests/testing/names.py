"""Names that all tests of the in-process servers use."""

from __future__ import annotations

import ssl

from mailkit.testing import MailServer

ANA, BO = "ana@acme.example", "bo@client.example"
RAW = (
    b"From: bo@client.example\r\nTo: ana@acme.example\r\nSubject: Offer 1042\r\n"
    b"Message-ID: <m1@client.example>\r\nDate: Tue, 03 Feb 2026 10:00:00 +0100\r\n\r\nHi Ana\r\n"
)


def trusting(server: MailServer) -> ssl.SSLContext:
    """A client's context that trusts the server's throw-away CA."""
    return ssl.create_default_context(cafile=str(server.ca_file))
