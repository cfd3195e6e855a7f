"""In-process mail servers, faults on order, and what else an application's own tests need.

::

    from mailkit.testing import MailServer

    with MailServer() as server:
        server.add_user("ana@acme.example", "secret")
        ...

pytest users take the ``mail_server`` fixture (module ``plugin``). Everything here is loaded when it is first used, so
that the pytest plugin costs nothing in projects that do not use it.

::

    server.py    MailServer, the facade        faults.py   what goes wrong, when, how often   PURE
    imap/        the IMAP4rev1 server          state.py    users, folders, mails              PURE
    smtp/        the SMTP server (aiosmtpd)    sasl.py     PLAIN, XOAUTH2, OAUTHBEARER        PURE
    wire.py      one connection: bytes, TLS    certs.py    a throw-away CA
    service.py   ports, the loop's thread      plugin.py   pytest fixtures
    adapters.py  check_adapter: conformance    samples/, crm/  seeded mails, a sample CRM
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailkit.testing.adapters import AdapterCheckError, check_adapter
    from mailkit.testing.faults import Fault, Faults
    from mailkit.testing.server import FolderHandle, MailServer
    from mailkit.testing.service import Options, SeenCommand, SentMail

__all__ = [
    "AdapterCheckError",
    "Fault",
    "Faults",
    "FolderHandle",
    "MailServer",
    "Options",
    "SeenCommand",
    "SentMail",
    "check_adapter",
]

_WHERE = {
    "AdapterCheckError": "adapters",
    "check_adapter": "adapters",
    "Fault": "faults",
    "Faults": "faults",
    "FolderHandle": "server",
    "MailServer": "server",
    "Options": "service",
    "SeenCommand": "service",
    "SentMail": "service",
}


def __getattr__(name: str) -> object:
    module = _WHERE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
