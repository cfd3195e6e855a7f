"""``kit.accounts``: the accounts that the store knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailkit.errors import AccountExistsError, MailkitError, UnknownAccountError
from mailkit.kit.blocking import blocking
from mailkit.kit.core import Core, need_trust
from mailkit.store import Tx, accounts

if TYPE_CHECKING:
    from mailkit.config import Account


@dataclass(frozen=True, slots=True)
class Check:
    """What one server of an account answered. ``error`` is None when the login worked; else ``detail`` is how TLS was
    tried."""

    what: str
    host: str
    port: int
    error: MailkitError | None
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether the login worked."""
        return self.error is None


class Accounts:
    """The accounts of a tenant. Their secrets are encrypted with the application's key before they are stored."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def add(self, account: Account, *, replace: bool = False) -> Account:
        """Store an account.

        Raises:
            AccountExistsError: one of that name is there, and ``replace`` was not given.
            MissingKeyError: it has a password and no encryption key was given.
            MissingExtraError: it checks signatures, and the libraries for that are not installed.
        """
        need_trust(account)
        config, secret = account.to_stored()
        purpose = f"account:{account.name}"
        sealed = self._core.box.seal(secret, purpose) if secret is not None else None
        self._core.store.run(lambda tx: _put(tx, account, config, sealed, replace))
        self._register(account)
        self._core.forget_profiles()
        return account

    def _register(self, account: Account) -> None:
        from mailkit.config import OAuth2

        credentials = account.credentials
        if isinstance(credentials, OAuth2) and not isinstance(credentials.token_provider, str):
            self._core.credentials.register(account.name, credentials.token_provider)

    def get(self, name: str) -> Account:
        """The account of that name.

        Raises:
            UnknownAccountError: there is none.
            MissingKeyError, WrongKeyError: its password cannot be opened.
        """
        return self._core.account(name)

    def names(self) -> tuple[str, ...]:
        """The names of all accounts."""
        with self._core.store.read() as tx:
            return tuple(row.name for row in accounts.listing(tx))

    def list(self) -> tuple[Account, ...]:
        """All accounts by name, without their secrets."""
        from mailkit.config import Account

        with self._core.store.read() as tx:
            return tuple(Account.from_stored(row.config, None) for row in accounts.listing(tx))

    def remove(self, name: str) -> None:
        """Forget an account and its secret. Its mail stays.

        Raises:
            UnknownAccountError: there is none.
        """
        self._core.store.run(lambda tx: _remove(tx, name))
        self._core.forget_profiles()

    def check(self, name: str) -> tuple[Check, ...]:
        """Log in to the account's servers and say what came of it. Nothing is read, sent or changed.

        Raises:
            UnknownAccountError, MissingCredentialsError, MissingKeyError, WrongKeyError: no credentials to log in with.
        """
        blocking("accounts.check")
        account = self._core.sender(name)
        checks = []
        if account.imap is not None:
            checks.append(_check_imap(self._core, account))
        if account.smtp is not None:
            checks.append(_check_smtp(self._core, account))
        return tuple(checks)

    def rotate(self) -> int:
        """Encrypt every secret anew with the first key; the number of secrets. Then the old key can be dropped.

        Raises:
            MissingKeyError, WrongKeyError: nothing was changed.
        """
        return self._core.store.run(lambda tx: _rotate(tx, self._core))


def _put(tx: Tx, account: Account, config: str, sealed: str | None, replace: bool) -> None:
    if replace:
        accounts.replace(tx, account.name, account.address, config)
        accounts.remove_secret(tx, f"account:{account.name}")
    elif not accounts.add(tx, account.name, account.address, config):
        raise AccountExistsError(f"There is an account {account.name!r} already.")
    if sealed is not None:
        accounts.put_secret(tx, f"account:{account.name}", sealed)


def _remove(tx: Tx, name: str) -> None:
    if not accounts.remove(tx, name):
        raise UnknownAccountError(f"There is no account {name!r}.")
    accounts.remove_secret(tx, f"account:{name}")


def _rotate(tx: Tx, core: Core) -> int:
    stored = accounts.secrets(tx)
    for name, sealed in stored:
        accounts.put_secret(tx, name, core.box.reseal(sealed, name))
    return len(stored)


def _check_imap(core: Core, account: Account) -> Check:
    from mailkit.mailbox import open_mailbox

    server = account.imap
    assert server is not None
    try:
        with open_mailbox(account, limits=core.limits, credentials=core.credentials) as mailbox:
            folders = mailbox.folders()
    except MailkitError as error:
        return Check("imap", server.host, server.port, error, server.tls)
    return Check("imap", server.host, server.port, None, f"{len(folders)} folders")


def _check_smtp(core: Core, account: Account) -> Check:
    from mailkit.transport.smtp import SmtpTransport

    server = account.smtp
    assert server is not None
    try:
        SmtpTransport.for_account(account, core.credentials).check()
    except MailkitError as error:
        return Check("smtp", server.host, server.port, error, server.tls)
    return Check("smtp", server.host, server.port, None)
