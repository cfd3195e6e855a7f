"""What signed and encrypted mail comes to: the values that ``smime`` and ``openpgp`` give, and where their parts stand.

Only the outermost structure counts. A signed part somewhere inside a message says nothing of what stands around it, and
an encrypted one could be put there by somebody who wants it decrypted for him.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ParamSpec, TypeVar

from mailkit.content.protected import ProtectedHeaders, protection_of
from mailkit.message import Address, Message, parse

__all__ = ["OpenState", "Opened", "SealedBy", "Signature", "SignatureState"]


P = ParamSpec("P")
T = TypeVar("T")


class SignatureState(StrEnum):
    """What a signature is worth."""

    VALID = "valid"  # right, by a key that is trusted
    UNTRUSTED = "untrusted"  # right, by a key for which nobody trusted vouches
    INVALID = "invalid"  # the content or the signature was changed, or the key may not sign this
    UNKNOWN = "unknown"  # cannot be checked: damaged, a method that is not known, a key that is not there
    NONE = "none"  # not signed


class OpenState(StrEnum):
    """What became of an encrypted message."""

    OPENED = "opened"
    NO_KEY = "no-key"  # not for this key; or changed on the way, which is not told apart
    UNKNOWN = "unknown"  # cannot be read: damaged, or a method that is not known
    NONE = "none"  # not encrypted


@dataclass(frozen=True, slots=True)
class SealedBy:
    """Who signed: the name and the addresses that the key carries, its SHA-256 fingerprint (S/MIME) or OpenPGP
    fingerprint in lower case hex, and when it was signed, by the signer's own clock."""

    name: str = ""
    addresses: tuple[str, ...] = ()
    fingerprint: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What the signature of a message is worth.

    ``message`` is what was signed, to be shown instead of the outer one; None unless the signature is right. ``author``
    is true only where the signature is valid and every From address is one of its signers', those inside and those
    outside. ``protected`` is there where the header was signed too: the header of ``message`` is the author's then.
    """

    state: SignatureState
    reason: str = ""
    signers: tuple[SealedBy, ...] = ()
    message: Message | None = None
    author: bool = False
    protected: ProtectedHeaders | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An encrypted message, opened or not. ``message`` is the content; ``signature`` is there where OpenPGP signed and
    encrypted in one, else look at the content's own; ``protected`` where the header was encrypted too."""

    state: OpenState
    reason: str = ""
    message: Message | None = None
    signature: Signature | None = None
    protected: ProtectedHeaders | None = None


def attempt(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T | None, str]:
    """The result and "", or None and one line of what the library said.

    For calls into libraries on hostile bytes: what those make them raise is not foreseen by anybody, and all of it
    means that the bytes cannot be read. A panic in Rust is no Exception.
    """
    try:
        return call(*args, **kwargs), ""
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        said = str(error).partition("\n")[0][:120]
        return None, f"{type(error).__name__}: {said}" if said else type(error).__name__


def judged(
    entity: bytes,
    outer: Message,
    authors: Sequence[Address],
    state: SignatureState,
    reason: str,
    signers: tuple[SealedBy, ...],
) -> Signature:
    """A signature that is right, with what it covers, and whether it is the authors'."""
    shown, protected = protection_of(parse(entity, outer.limits), outer)
    ours = {Address("", address, None).key for signer in signers for address in signer.addresses}
    named = {address.key for address in (*authors, *(shown.from_ if protected is not None else ()))}
    author = state is SignatureState.VALID and bool(authors) and named <= ours
    return Signature(state, reason, signers, shown, author, protected)


def crlf(data: bytes) -> bytes:
    """With CRLF as the only line end: what signatures are made over (RFC 8551 section 3.1.1, RFC 3156 section 5)."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def signed_parts(message: Message, protocols: frozenset[str]) -> tuple[bytes, bytes] | None:
    """The bytes that were signed and the signature, of a ``multipart/signed`` of that protocol (RFC 1847 section 2.1).

    None if the message is none, or if it has not exactly two parts.
    """
    root = message.parts[0]
    if root.content_type != "multipart/signed" or root.params.get("protocol", "").lower() not in protocols:
        return None
    if len(root.children) != 2:
        return None
    first, second = (message.parts[index] for index in root.children)
    boundary = b"--" + root.params.get("boundary", "").encode("utf-8", "replace")
    # The part begins with its header, right after the boundary line before it.
    line = message.raw.rfind(boundary, max(root.start - 1, 0), first.start)
    if line < 0:
        return None
    begin = message.raw.find(b"\n", line) + 1
    if not 0 < begin <= first.start:
        return None
    return crlf(message.raw[begin : first.end]), second.content


def encrypted_parts(message: Message) -> bytes | None:
    """The encrypted bytes of a ``multipart/encrypted`` of OpenPGP (RFC 3156 section 4), or None."""
    root = message.parts[0]
    if root.content_type != "multipart/encrypted" or len(root.children) != 2:
        return None
    if root.params.get("protocol", "").lower() != "application/pgp-encrypted":
        return None
    control, content = (message.parts[index] for index in root.children)
    return content.content if control.content_type == "application/pgp-encrypted" else None
