"""Exceptions of imapclient, imaplib, ssl and the socket, turned into mailkit's.

The distinction that matters to an application is who must act: nobody (``NetworkError``: try later), the person who
knows the password (``AuthError``), whoever runs the server (``ProtocolError``, ``TlsError``).
"""

from __future__ import annotations

import imaplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from mailkit.errors import (
    AuthError,
    CertificateError,
    CommandRefusedError,
    ConnectError,
    DisconnectedError,
    MailkitError,
    NetworkTimeoutError,
    ProtocolError,
    TlsError,
)

# Response codes (RFC 5530) and texts with which a server says "not now" rather than "not you".
_LATER = (b"[UNAVAILABLE]", b"[INUSE]", b"[LIMIT]", b"[SERVERBUG]", b"[OVERQUOTA]", b"[THROTTLED]", b"TOO MANY")
_NOT_CONNECTED = b"USER IS AUTHENTICATED BUT NOT CONNECTED"
# What imaplib and imapclient raise when bytes from the server are not what their parsers expect.
_PARSER_FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError)


def readable(text: bytes | str, limit: int = 300) -> str:
    """A server's words, printable and short."""
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return "".join(c if c.isprintable() else " " for c in decoded[:limit]).strip()


def refusal(what: str, reply: bytes) -> MailkitError:
    """The error for a command that was answered NO or BAD."""
    upper = reply.upper()
    if _NOT_CONNECTED in upper:
        # Exchange accepts the password and then has no mailbox for it: an alias, a disabled box.
        return AuthError(
            f"The server knows the user but opens no mailbox: {readable(reply)}.",
            hint="Check the user name (DOMAIN\\user\\alias for a shared mailbox) and that IMAP is enabled for it.",
        )
    return CommandRefusedError(f"The server refused to {what}: {readable(reply)}.", reply=readable(reply))


def login_refusal(where: str, username: str, reply: bytes, secret: bytes, reason: str = "") -> MailkitError:
    """The error for a refused log-in: temporary trouble is told from refused credentials.

    ``where`` is the server. Servers echo what they do not understand; ``secret`` never gets into the error's text.
    """
    for form in (secret, b64encode(secret), quoted_inside(secret)):
        reply = reply.replace(form, b"***") if form else reply
    upper = reply.upper()
    words = readable(reply) + (f" ({reason})" if reason else "")
    if any(code in upper for code in _LATER):
        return ConnectError(f"{where} does not log anybody in at the moment: {words}.")
    if b"[WEBALERT" in upper or b"[ALERT]" in upper:
        return AuthError(f"{where} wants {readable(username)} to act: {words}.", hint="Follow what the server says.")
    return AuthError(f"{where} refused to log in {readable(username)}: {words}.")


def translate(error: BaseException, what: str, *, connecting: bool = False) -> MailkitError | None:
    """mailkit's error for one of the libraries below; None for an error that is not theirs."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateError(
            f"The certificate cannot be trusted while mailkit was to {what}: {error.verify_message}."
        )
    if isinstance(error, TimeoutError):
        return NetworkTimeoutError(f"The server did not answer in time while mailkit was to {what}.")
    if isinstance(error, ssl.SSLEOFError):
        return DisconnectedError(f"The connection was lost while mailkit was to {what}.")
    if isinstance(error, ssl.SSLError):
        return TlsError(
            f"TLS failed while mailkit was to {what}: {getattr(error, 'reason', None) or 'not a TLS server'}."
        )
    if isinstance(error, imaplib.IMAP4.abort):
        return DisconnectedError(f"The connection was lost while mailkit was to {what}: {readable(str(error))}.")
    if isinstance(error, imaplib.IMAP4.error):
        return ProtocolError(
            f"The server's answer could not be used while mailkit was to {what}: {readable(str(error))}."
        )
    if isinstance(error, OSError):
        kind = ConnectError if connecting else DisconnectedError
        return kind(f"The connection failed while mailkit was to {what}: {error.strerror or type(error).__name__}.")
    if isinstance(error, _PARSER_FAULTS):
        return ProtocolError(
            f"The server's answer could not be read while mailkit was to {what}: {type(error).__name__}."
        )
    return None


def quoted_inside(value: bytes) -> bytes:
    """The value as it stands inside a quoted string."""
    return value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


@contextmanager
def translated(what: str, *, connecting: bool = False, where: str = "") -> Iterator[None]:
    """Run a block that talks to the server; its errors come out as mailkit's. ``where`` is the server, unless ``what``
    names it."""
    try:
        yield
    except MailkitError:
        raise
    except Exception as error:
        known = translate(error, f"{what} at {where}" if where else what, connecting=connecting)
        if known is None:
            raise
        raise known from error
