"""Account: one login, with its servers, credentials and addresses."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, SecretStr, field_validator, model_validator

from mailkit.errors import ConfigError

from .base import Setting, clean, clean_address
from .credentials import DkimKey, OAuth2, Password
from .servers import ImapServer, SmtpServer

DEFAULT_NAME = "default"


class Account(Setting):
    """One login: servers, credentials, identities.

    Make it from code, or with ``for_provider``, ``from_url``, ``from_env``; all raise ``ConfigError`` with one clear
    sentence. ``name`` is how the application speaks of it and defaults to the address.

    Attributes:
        address: the main address of its own.
        display_name: shown beside the address in From.
        aliases: further addresses that are its own.
        provider: a name of ``mailkit.providers``; None looks it up by host.
        imap, smtp: the servers; at least one.
        authserv_ids: who may be believed in Authentication-Results (RFC 8601): the names that the account's own
            servers sign with.
        saves_sent: whether the server files sent mail itself; None takes the provider's word.
        folders: the folders to sync by name; empty means the default choice.
        verify_dkim: check the DKIM signatures of what arrives, with keys from the DNS, where no server of ours has said
            anything (extra ``trust``).
        dkim: keys that sign what is sent; those whose domain is the author's, or above it, sign.
    """

    name: str = ""
    address: str
    display_name: str = ""
    aliases: tuple[str, ...] = ()
    provider: str | None = None
    imap: ImapServer | None = None
    smtp: SmtpServer | None = None
    credentials: Password | OAuth2 | None = None
    authserv_ids: tuple[str, ...] = ()
    verify_dkim: bool = False
    saves_sent: bool | None = None
    folders: tuple[str, ...] = Field(default=(), max_length=10_000)
    dkim: tuple[DkimKey, ...] = Field(default=(), max_length=10)

    @model_validator(mode="before")
    @classmethod
    def _default_name(cls, data: object) -> object:
        if isinstance(data, dict) and not data.get("name"):
            return {**data, "name": data.get("address", DEFAULT_NAME)}
        return data

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if value != value.strip():
            raise ConfigError("the name begins or ends with a space")
        return clean(value, "name", limit=200)

    @field_validator("address")
    @classmethod
    def _address(cls, value: str) -> str:
        return clean_address(value)

    @field_validator("display_name")
    @classmethod
    def _display_name(cls, value: str) -> str:
        return clean(value, "display_name", empty=True, limit=500)

    @field_validator("aliases")
    @classmethod
    def _aliases(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(clean_address(item, "alias") for item in value)

    @field_validator("authserv_ids", "folders")
    @classmethod
    def _texts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(clean(item, "name") for item in value)

    @field_validator("provider")
    @classmethod
    def _provider(cls, value: str | None) -> str | None:
        if value is None:
            return None
        from mailkit import providers

        return providers.get(value).name

    @model_validator(mode="after")
    def _some_server(self) -> Account:
        if self.imap is None and self.smtp is None:
            raise ConfigError("it has neither an imap nor an smtp server")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of its own, the main one first."""
        return (self.address, *self.aliases)

    @property
    def username(self) -> str:
        """The user name to log in with."""
        named = self.credentials.username if self.credentials is not None else None
        return named or self.address

    @property
    def relays(self) -> bool:
        """Whether mail is handed over without a login: to a server that says so (``SmtpServer(login=False)``), or by an
        account that has no mailbox and no credentials."""
        return self.smtp is not None and (not self.smtp.login or (self.imap is None and self.credentials is None))

    @classmethod
    def for_provider(
        cls,
        provider: str,
        address: str,
        *,
        credentials: Password | OAuth2 | str | SecretStr | None = None,
        name: str | None = None,
        host: str | None = None,
        imap_host: str | None = None,
        smtp_host: str | None = None,
        **settings: object,
    ) -> Account:
        """An account at a known provider; a string for ``credentials`` is a password.

        ``host`` (or ``imap_host`` and ``smtp_host``) is needed where the provider is a product that runs on the
        company's own servers: exchange, zimbra, sendmail, generic.

        Raises:
            UnknownProviderError: no such provider.
            ConfigError: a host is missing, or a password was given to a provider that takes only OAuth 2.0.
        """
        from ._build import account_for_provider

        hosts = (imap_host or host, smtp_host or host)
        fields = {"name": name or "", "address": address, **settings}
        return account_for_provider(cls, provider, credentials, hosts, fields)

    @classmethod
    def from_url(cls, url: str | SecretStr, *, name: str | None = None) -> Account:
        """An account from one URL: ``imaps://ana%40acme.example:pass@imap.acme.example/?smtp=smtps://smtp.acme.example``.

        Schemes: ``imaps`` and ``smtps`` are TLS from the first byte, ``imap`` and ``smtp`` STARTTLS; plain text needs
        ``tls=insecure`` (``smtp_tls=insecure``). The address is the user name, or ``address=…`` in the query.
        Characters of user and password that mean something in a URL are written percent-encoded.

        Raises:
            ConfigError: the URL cannot be used; the message never quotes the password.
        """
        from ._url import account_from_url

        return account_from_url(cls, url.get_secret_value() if isinstance(url, SecretStr) else url, name)

    @classmethod
    def from_env(
        cls, name: str = DEFAULT_NAME, *, prefix: str | None = None, environ: Mapping[str, str] | None = None
    ) -> Account:
        """The account ``name`` from environment variables ``MAILKIT_ACCOUNT_<NAME>_…``.

        ``ADDRESS`` and what else is needed, or ``URL``/``URL_FILE`` alone: the reference of accounts lists all of them
        beside the settings that they stand for.

        Raises:
            ConfigError: a variable is missing, unknown or wrong; the message names it.
        """
        from ._env import account_from_env

        return account_from_env(cls, name, prefix, environ)

    def to_stored(self) -> tuple[str, str | None]:
        """This account for the store: JSON without any secret, and the secret (a password) or None.

        A token provider given as a callable is stored as its name, which is the account's name: after a restart the
        application registers the callable under it.
        """
        from ._stored import to_stored

        return to_stored(self)

    @classmethod
    def from_stored(cls, text: str, secret: str | None) -> Account:
        """The account that ``to_stored`` made. Without its secret the account has no credentials.

        Raises:
            ConfigError: the text is not what ``to_stored`` writes.
        """
        from ._stored import from_stored

        return from_stored(cls, text, secret)
