"""DKIM signatures checked with keys that were fetched before (RFC 6376, RFC 8301, RFC 8463); DMARC's alignment mode.

dkimpy does the cryptography; this module decides what reaches it and what its word is worth:

- It checks the header fields that ``parse`` read, put together anew: a message that two parsers read differently cannot
  be verified with one From and shown with another.
- Its patterns take quadratic time on runs of blanks, so such runs are made canonical before, in linear time.
- SHA-1, keys under 1024 bits, signatures that leave out From or a Subject that is there, that cover only a part of the
  body (``l=``) or whose key is in testing (``t=y``) prove nothing. Whoever got a signed mail can send it to us with
  another Subject where that is not signed, and records are linked by what it says.

Nothing here uses the network: ``dns_names`` says which TXT records are wanted, ``mailkit.net.dns`` fetches them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from mailkit.errors import MissingExtraError
from mailkit.message import Message
from mailkit.message.address import unicode_domain

from .domains import organisation

__all__ = ["Answers", "DkimResult", "dns_names", "is_strict", "need_dkim", "verify_dkim"]

#: TXT records by name, each as the text of its strings joined; a name without any has an empty sequence, one that
#: could not be asked for is missing.
Answers = Mapping[str, Sequence[str]]

MAX_SIGNATURES = 5  # checked, from the top
MAX_FIELD = 8 * 1024  # bytes of one signature field
MAX_SIGNED = 300  # names in h=
MIN_KEY = 1024  # bits (RFC 8301 section 3.2)
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# Each begins only where a run of blanks begins: linear.
_AT_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r\n)")
_BLANKS = re.compile(rb"(?<![ \t])[ \t]{2,}+|\t")
_LONG_GAP = re.compile(rb"\s{20}")


@dataclass(frozen=True, slots=True)
class DkimResult:
    """One signature: ``result`` is ``pass``, ``fail``, ``neutral`` (proves nothing), ``temperror`` (the key could not
    be fetched) or ``permerror``; ``reason`` says why it is not ``pass``."""

    domain: str
    selector: str
    result: str
    reason: str = ""

    def __str__(self) -> str:
        return f"dkim={self.result} ({self.domain})" + (f": {self.reason}" if self.reason else "")


class _Verifier(Protocol):
    def verify(self, *, idx: int, dnsfunc: Callable[..., bytes]) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Signature:
    number: int
    tags: Mapping[str, str]
    raw: bytes

    @property
    def key_name(self) -> str:
        name = f"{self.tags.get('s', '')}._domainkey.{self.tags.get('d', '')}".lower()
        return name if len(name) <= 253 and _NAME.fullmatch(name) else ""


def dns_names(message: Message) -> tuple[str, ...]:
    """The TXT records that ``verify_dkim`` and ``trust_of`` want for a message, at most eight: the keys, then DMARC's
    policy. None for a message without a signature that could be checked. Never raises."""
    keys = dict.fromkeys(name for signature in _signatures(message) if (name := signature.key_name))
    return (*keys, *_policy_names(message)) if keys else ()


def is_strict(message: Message, answers: Answers) -> bool:
    """Whether only a signature of the very domain in From counts: because its owner says so (``adkim=s``, RFC 7489
    section 6.3), or because nobody could be asked whether he does."""
    names = _policy_names(message)
    for name in names:
        if name not in answers:
            return True
        records = [record for record in answers[name] if record[:8].lower() == "v=dmarc1"]
        if len(records) == 1:
            return _tags(records[0]).get("adkim", "r").lower() == "s"
    return not names


def _policy_names(message: Message) -> tuple[str, ...]:
    """Where the DMARC policy of From's domain stands: there, else at its organisation's (section 6.6.3). None for a
    domain in other letters than the DNS knows."""
    domain = message.from_[0].address.rpartition("@")[2].lower().rstrip(".") if len(message.from_) == 1 else ""
    names = (domain, organisation(domain)) if domain else ()
    return tuple(dict.fromkeys(f"_dmarc.{name}" for name in names if _NAME.fullmatch(name) and "." in name))


def need_dkim() -> None:
    """Raise MissingExtraError if dkimpy is not installed."""
    try:
        import dkim  # noqa: F401 - to say now what is missing
    except ImportError as error:
        raise MissingExtraError("trust", "Checking DKIM signatures") from error


def verify_dkim(message: Message, answers: Answers) -> tuple[DkimResult, ...]:
    """Check the signatures of a message, at most ``MAX_SIGNATURES``. Never raises for any bytes; linear.

    Args:
        answers: TXT records by name, as ``mailkit.net.dns.fetch_txt`` returns them.

    Raises:
        MissingExtraError: dkimpy is not installed.
    """
    signatures = _signatures(message)
    if not signatures:
        return ()
    need_dkim()
    return tuple(_checked(message, signature, answers) for signature in signatures)


def _signatures(message: Message) -> list[_Signature]:
    raws = message.headers.raw_all("DKIM-Signature")[:MAX_SIGNATURES]
    return [_Signature(n, _tags(raw[:MAX_FIELD].decode("latin-1")), raw) for n, raw in enumerate(raws)]


def _tags(text: str) -> dict[str, str]:
    """``tag=value`` pairs (RFC 6376 section 3.2), blanks in values removed."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): "".join(value.split()) for name, equals, value in pairs if equals}


def _checked(message: Message, signature: _Signature, answers: Answers) -> DkimResult:
    tags = signature.tags
    done = partial(DkimResult, unicode_domain(tags.get("d", "")), tags.get("s", "")[:100])
    if reason := _unacceptable(signature):
        return done("permerror", reason)
    if signature.key_name not in answers:
        return done("temperror", "its key could not be fetched")
    keys = [record for record in answers[signature.key_name] if "p=" in record]
    if len(keys) != 1:
        return done("permerror", "there is no key" if not keys else "there are several keys")
    key = _tags(keys[0][:4000])
    if not key.get("p"):
        return done("permerror", "the key was revoked")
    if reason := _refused(message, signature, keys[0]):
        return done("fail", reason)
    flags = key.get("t", "").split(":")
    if "y" in flags:
        return done("neutral", "the key is in testing")
    if "s" in flags and tags.get("i", "").rpartition("@")[2].lower() not in ("", tags["d"].lower()):
        return done("fail", "the key is for the domain itself only")
    if message.headers.raw("Subject") is not None and "subject" not in tags["h"].lower().split(":"):
        return done("neutral", "it does not sign Subject")
    return done("neutral", "it signs a part of the body only") if "l" in tags else done("pass")


def _unacceptable(signature: _Signature) -> str:
    """Why a signature is not even checked."""
    tags = signature.tags
    signed = tags.get("h", "").lower().split(":")
    if len(signature.raw) > MAX_FIELD or len(signed) > MAX_SIGNED or _LONG_GAP.search(signature.raw):
        return "the signature is too long"
    if not signature.key_name:
        return "it names no domain that can be asked"
    if "from" not in signed:
        return "it does not sign From"
    return "" if tags.get("a", "").lower() in ("rsa-sha256", "ed25519-sha256") else "its algorithm proves nothing"


def _refused(message: Message, signature: _Signature, key: str) -> str:
    """What dkimpy says against a signature, "" if it stands."""
    import dkim

    def fetched(_name: bytes, **_: object) -> bytes:
        return key.encode("utf-8", "replace")

    relaxed = signature.tags.get("c", "").lower().endswith("/relaxed")
    try:
        make = cast("Callable[..., _Verifier]", dkim.DKIM)
        if make(_rebuilt(message, relaxed), minkey=MIN_KEY).verify(idx=signature.number, dnsfunc=fetched):
            return ""
    except Exception as error:  # noqa: BLE001 - it meets strangers' bytes, and raises what its tools raise
        return " ".join(str(error).split())[:100] or type(error).__name__
    return "the signature does not match"


def _rebuilt(message: Message, relaxed: bool) -> bytes:
    """The message as the parser read it, line ends CRLF; a relaxed body canonical already (section 3.4.4)."""
    fields = [header.name.encode() + b":" + _crlf(header.raw) + b"\r\n" for header in message.headers]
    body = _crlf(message.raw[message.parts[0].start :])
    if relaxed:
        body = _BLANKS.sub(b" ", _AT_END.sub(b"", body))
    return b"".join([*fields, b"\r\n", body])


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
