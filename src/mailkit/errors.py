"""Every error that mailkit raises, in one tree.

::

    MailkitError                         .code .hint .retryable
    ├── ConfigError (ValueError)         the application set something up wrongly
    │   ├── UnknownAccountError (LookupError)
    │   ├── UnknownProviderError (LookupError)
    │   ├── MissingKeyError              no encryption key was given
    │   ├── WrongKeyError                the key does not open what is stored
    │   ├── MissingCredentialsError      the account has no password or token provider
    │   ├── MissingExtraError (ImportError)
    │   └── AccountExistsError
    ├── InputError (ValueError)          one call was given a value that cannot be used
    │   ├── AddressError
    │   ├── InjectionError               a line break, NUL or control character in a value
    │   ├── DraftError
    │   ├── TemplateError            a letter's template cannot be read or filled in
    │   ├── ProtectionError          a draft cannot be signed or encrypted with these keys
    │   └── KeyConflictError             an idempotency key used again for another draft
    ├── UsageError (RuntimeError)        a call made at a place where it cannot work
    │   ├── RunningLoopError             a blocking call inside a running event loop
    │   └── NetworkInTransactionError    a network call inside a store transaction
    ├── NetworkError (ConnectionError)   the other side could not be reached; retry later
    │   ├── ConnectError
    │   ├── DisconnectedError
    │   ├── NetworkTimeoutError (TimeoutError)
    │   └── TlsError                     not retryable: the promise of a private channel is broken
    │       ├── CertificateError
    │       └── TlsUnavailableError      the server offers no TLS and plain text was not asked for
    ├── AuthError (PermissionError)      the server refused the credentials
    ├── ProtocolError                    the server answered something that cannot be used
    │   ├── CommandRefusedError          a typed NO/BAD (IMAP) or 4xx/5xx (SMTP)
    │   └── UnsupportedError             the server lacks a needed capability
    ├── LimitError                       a named limit was reached
    ├── StoreError                       the database
    │   ├── StoreLockedError             retryable
    │   ├── StoreFullError               retryable: free space, then run again
    │   ├── StoreUnreachableError        retryable
    │   ├── StoreOutdatedError           run `mailkit db upgrade`
    │   ├── StoreNewerError              the database is newer than this code
    │   ├── StoreReadOnlyError
    │   └── NotFoundError (LookupError)
    └── AdapterError                     a CRM adapter or an event handler failed

Every leaf has a stable ``code`` (also the name of its page in the documentation), a ``hint`` that says what to do,
and ``retryable``: whether the same call may succeed later without a change.
"""

from __future__ import annotations

from typing import ClassVar

DOCS = "https://mailkit.example/reference/errors/"
_SENTENCE_ENDS = (".", "!", "?", "…", ":", "\n")


class MailkitError(Exception):
    """Root of the tree.

    Args:
        message: what happened, one sentence, with no secret in it.
        hint: what to do about it; the class's own hint where none is given.
    """

    code: ClassVar[str] = "mailkit-error"
    default_hint: ClassVar[str] = "See the message."
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        return f"{self.message}{'' if self.message.endswith(_SENTENCE_ENDS) else '.'} {self.hint}"


class ConfigError(MailkitError, ValueError):
    """The application set something up wrongly; nothing was done."""

    code = "config"
    default_hint = "Correct the setting and start again."


class UnknownAccountError(ConfigError, LookupError):
    """No account of that name is known to this tenant."""

    code = "unknown-account"
    default_hint = "List the accounts with `mailkit account list`, add one with `mailkit account add`."


class UnknownProviderError(ConfigError, LookupError):
    """No provider of that name is shipped."""

    code = "unknown-provider"
    default_hint = "Name a known provider, or give the servers yourself with Account(imap=…, smtp=…)."


class MissingKeyError(ConfigError):
    """Secrets are to be stored or read and no encryption key was given."""

    code = "missing-key"
    default_hint = (
        "Give it with MailKit(key=…), on the command line with --key-file or MAILKIT_KEY. "
        "Make one once with `mailkit db key` and keep it outside the database."
    )


class WrongKeyError(ConfigError):
    """The key given does not open what is stored."""

    code = "wrong-key"
    default_hint = "Give the key the secret was stored with; while rotating, give the new key and the old one."


class MissingCredentialsError(ConfigError):
    """The account has no password and no token provider that this process knows."""

    code = "missing-credentials"
    default_hint = "Store a password with `mailkit account add`, or pass MailKit(token_providers={…})."


class MissingExtraError(ConfigError, ImportError):
    """An optional part was used whose libraries are not installed."""

    code = "missing-extra"

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(
            f"{what} needs libraries that are not installed.",
            hint=f"Install them: pip install 'mailkit-sdk[{extra}]'",
        )
        self.extra = extra


class AccountExistsError(ConfigError):
    """An account of that name exists already."""

    code = "account-exists"
    default_hint = "Choose another name, or replace it with accounts.add(account, replace=True)."


class InputError(MailkitError, ValueError):
    """One call was given a value that cannot be used; nothing was done."""

    code = "input"
    default_hint = "Correct the value and call again."


class AddressError(InputError):
    """An address to send to, or to send from, is not one (RFC 5321, RFC 6531)."""

    code = "address"
    default_hint = "Write it as name@domain."


class InjectionError(InputError):
    """A value holds a line break, NUL or control character and could add a header or a command."""

    code = "injection"
    default_hint = "Remove the control characters; mailkit never strips them silently."


class DraftError(InputError):
    """A draft cannot be composed."""

    code = "draft"


class TemplateError(InputError):
    """A template cannot be read, or not be filled in with these values.

    ``part`` is ``subject``, ``text`` or ``html``; ``line`` counts from 1, None where it is not known.
    """

    code = "template"
    default_hint = "Correct the template, or give the value that it asks for."

    def __init__(self, message: str, *, part: str, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.part = part
        self.line = line


class ProtectionError(InputError):
    """A draft cannot be signed or encrypted with the keys that were given."""

    code = "protection"
    default_hint = "Give a key or certificate that can do it, or send it unprotected on purpose."


class KeyConflictError(InputError):
    """The idempotency key was used before, for a draft with other content."""

    code = "key-conflict"
    default_hint = "Use one key for one message: a new message needs a new key."


class UsageError(MailkitError, RuntimeError):
    """A call was made at a place where it cannot work."""

    code = "usage"
    default_hint = "Nothing was done; the call cannot work as things stand."


class RunningLoopError(UsageError):
    """A blocking method was called inside a running event loop."""

    code = "running-loop"
    default_hint = "Use `AsyncMailKit` and await the method of the same name."


class NetworkInTransactionError(UsageError):
    """The network was to be used while a store transaction was open."""

    code = "network-in-transaction"
    default_hint = "Leave the transaction first; queue a job for what must ask the network."


class NetworkError(MailkitError, ConnectionError):
    """The other side could not be reached, or went away."""

    code = "network"
    default_hint = "It is tried again later; check host, port and firewall if it stays."
    retryable = True


class ConnectError(NetworkError):
    """No connection: refused, no such host, no route."""

    code = "connect"


class DisconnectedError(NetworkError):
    """The connection was lost in the middle of a dialogue."""

    code = "disconnected"


class NetworkTimeoutError(NetworkError, TimeoutError):
    """The other side did not answer within the named time limit."""

    code = "network-timeout"


class TlsError(NetworkError):
    """No private channel could be made. Nothing secret was sent."""

    code = "tls"
    retryable = False
    default_hint = "mailkit never falls back to plain text; see the TLS page of the documentation."


class CertificateError(TlsError):
    """The server's certificate is not valid for its name, expired, or signed by nobody known."""

    code = "certificate"
    default_hint = "Give the CA with ca_file=…, or correct the host name; tls='insecure' must be spelled out."


class TlsUnavailableError(TlsError):
    """The server offers no TLS on this port and plain text was not asked for."""

    code = "tls-unavailable"
    default_hint = "Use the TLS port (993, 465) or a server that offers STARTTLS."


class AuthError(MailkitError, PermissionError):
    """The server refused the credentials."""

    code = "auth"
    default_hint = "Check user name and password or token; many providers want an app password or OAuth 2.0."


class ProtocolError(MailkitError):
    """The server answered something that cannot be used."""

    code = "protocol"
    default_hint = "Run with the logger mailkit.imap or mailkit.smtp at DEBUG to see the dialogue."


class CommandRefusedError(ProtocolError):
    """The server refused a command: NO or BAD (IMAP), 4xx or 5xx (SMTP)."""

    code = "command-refused"

    def __init__(self, message: str, *, reply: str = "", status: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reply = reply
        self.status = status


class UnsupportedError(ProtocolError):
    """The server lacks a capability without which the call cannot be done safely."""

    code = "unsupported"
    default_hint = "See the compatibility table for what this server can do."


class LimitError(MailkitError):
    """A named limit was reached; nothing was half done."""

    code = "limit"
    default_hint = "Raise the named limit if the size is expected."

    def __init__(self, message: str, *, limit: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit


class StoreError(MailkitError):
    """The database failed; what was being written was undone."""

    code = "store"
    default_hint = "What was being written was undone; nothing is half written."


class StoreLockedError(StoreError):
    """Another writer held the database longer than the busy time-out."""

    code = "store-locked"
    default_hint = "Try again, or raise busy_timeout (seconds); for many workers use PostgreSQL."
    retryable = True


class StoreFullError(StoreError):
    """No space is left for the database or the raw directory."""

    code = "store-full"
    default_hint = "Free disk space and run again; the work resumes where it stopped."
    retryable = True


class StoreUnreachableError(StoreError):
    """The database cannot be opened or the connection to it was lost."""

    code = "store-unreachable"
    default_hint = "Check the database URL, that the server runs and that the directory exists."
    retryable = True


class StoreOutdatedError(StoreError):
    """The schema of the database is older than this code needs, or not there at all."""

    code = "store-outdated"
    default_hint = "Run `mailkit db upgrade`."


class StoreNewerError(StoreError):
    """The database was upgraded by a newer mailkit than this one."""

    code = "store-newer"
    default_hint = "Upgrade mailkit-sdk; this version leaves the database alone."


class StoreReadOnlyError(StoreError):
    """The database or its directory cannot be written."""

    code = "store-read-only"
    default_hint = "Check the permissions of the database file and of its directory."


class NotFoundError(StoreError, LookupError):
    """No row of that id is in this tenant."""

    code = "not-found"
    default_hint = "Check the id; ids are never reused."


class AdapterError(MailkitError):
    """A CRM adapter or an event handler of the application failed."""

    code = "adapter"
    default_hint = "See the cause; the mail is kept and the job is tried again."
    retryable = True
