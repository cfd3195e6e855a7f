"""Servers as values: where they are and how the private channel starts.

TLS is ``implicit`` (from the first byte) on 993 and 465, ``starttls`` on every other port, and always verified. There
is no "use TLS if offered": a server that does not offer it is an error. Plain text needs ``tls="insecure"``, spelled
out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from mailkit.errors import ConfigError

from .base import Setting, clean, clean_host

TlsMode = Literal["implicit", "starttls", "insecure"]
#: Seconds that RFC 5321 section 4.5.3.2.6 gives a server to answer the content of a message.
LONGEST_WAIT = 600.0
_IMPLICIT_PORTS = (993, 465)
_MODES: dict[TlsMode, str] = {
    "implicit": "TLS from the first byte",
    "starttls": "STARTTLS",
    "insecure": "plain text",
}


class Server(Setting):
    """What an IMAP and an SMTP server have in common. Times in seconds."""

    host: str
    port: int = Field(ge=1, le=65535)
    tls: TlsMode = "implicit"
    ca_file: Path | None = None
    server_hostname: str | None = None
    connect_timeout: float = Field(default=20.0, gt=0, le=600, allow_inf_nan=False)
    read_timeout: float = Field(default=60.0, gt=0, le=3600, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _default_tls(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("tls") is None:
            port = data.get("port", cls.model_fields["port"].default)
            implicit = str(port) in map(str, _IMPLICIT_PORTS)
            return {**data, "tls": "implicit" if implicit else "starttls"}
        return data

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        return clean_host(value)

    @field_validator("server_hostname")
    @classmethod
    def _server_hostname(cls, value: str | None) -> str | None:
        return None if value is None else clean_host(value)

    @model_validator(mode="after")
    def _no_ca_without_tls(self) -> Server:
        if self.tls == "insecure" and self.ca_file is not None:
            raise ConfigError("ca_file has no meaning with tls='insecure'")
        return self

    @property
    def where(self) -> str:
        """The server as errors name it: ``imap.acme.example:993 (TLS from the first byte)``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port} ({_MODES[self.tls]})"

    @property
    def name(self) -> str:
        """The name that the server's certificate must carry."""
        return self.server_hostname or self.host


class ImapServer(Server):
    """An IMAP server: ``ImapServer(host="imap.acme.example")``, port 993 with TLS by default."""

    port: int = Field(default=993, ge=1, le=65535)


class SmtpServer(Server):
    """An SMTP submission server: ``SmtpServer(host="smtp.acme.example")``, port 587 with STARTTLS by default.

    ``local_hostname`` is the name given in EHLO; None takes the machine's own. ``login`` False: a relay in one's own
    net that takes mail from this machine as it is; nobody logs in there, whatever credentials the account has.
    ``data_timeout``: seconds to wait for the answer to a message's content; None: ten times ``read_timeout``, at most
    the ten minutes that RFC 5321 section 4.5.3.2.6 wants. Who gives up early does not know what became of the message.
    """

    port: int = Field(default=587, ge=1, le=65535)
    local_hostname: str | None = None
    login: bool = True
    data_timeout: float | None = Field(default=None, gt=0, le=3600, allow_inf_nan=False)

    @field_validator("local_hostname")
    @classmethod
    def _local_hostname(cls, value: str | None) -> str | None:
        return None if value is None else clean(value, "local_hostname", limit=253)

    @property
    def content_timeout(self) -> float:
        """Seconds to wait for the answer to a message's content: ``data_timeout``, or what stands for it."""
        return min(10 * self.read_timeout, LONGEST_WAIT) if self.data_timeout is None else self.data_timeout
