"""``MAIL FROM:<path> KEY=value …`` and ``RCPT TO:<path> …`` (RFC 5321 section 4.1.2, RFC 3461 section 4). Pure.

aiosmtpd's own reading turns parameters to upper case and refuses all of RCPT's, so it cannot serve DSN.
"""

from __future__ import annotations

from dataclasses import dataclass

MAIL_KEYS = frozenset({"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH"})
RCPT_KEYS = frozenset({"NOTIFY", "ORCPT"})
NOTIFY = frozenset({"NEVER", "SUCCESS", "FAILURE", "DELAY"})


class PathError(ValueError):
    """The line cannot be used; the text is the SMTP reply."""


@dataclass(frozen=True, slots=True)
class Path:
    """An address (empty: the null path) and its parameters; keys in upper case, values as written."""

    address: str
    parameters: dict[str, str]


def read(line: str, keyword: str) -> Path:
    """Read what follows MAIL or RCPT. ``keyword`` is ``FROM:`` or ``TO:``. Raises PathError."""
    rest = line[len(keyword) :].lstrip(" ")
    if line[: len(keyword)].upper() != keyword or not rest.startswith("<"):
        raise PathError(f"501 5.5.4 Syntax: {keyword}<address>")
    end = _path_end(rest)
    address, tail = rest[1:end], rest[end + 1 :]
    if tail and not tail.startswith(" "):
        raise PathError("501 5.5.4 Space expected after the path")
    if any(ord(char) < 32 or char == "\x7f" or char in "<>" for char in _unquoted(address)):
        raise PathError("553 5.1.3 Bad character in the address")
    if address and not address.rpartition("@")[0]:
        raise PathError("553 5.1.3 The address needs a domain")
    parameters: dict[str, str] = {}
    for word in tail.split():
        key, _, value = word.partition("=")
        if not key.replace("-", "").isalnum() or key.upper() in parameters:
            raise PathError("501 5.5.4 Bad parameter")
        parameters[key.upper()] = value
    return Path(address, parameters)


def read_mail(line: str, max_bytes: int) -> Path:
    """Read and check what follows MAIL. Raises PathError."""
    path = read(line, "FROM:")
    check_mail(path.parameters, max_bytes)
    return path


def read_rcpt(line: str) -> Path:
    """Read and check what follows RCPT. Raises PathError."""
    path = read(line, "TO:")
    check_rcpt(path.parameters)
    if not path.address:
        raise PathError("501 5.1.3 A recipient is needed")
    return path


def check_mail(parameters: dict[str, str], max_bytes: int) -> None:
    """Raises PathError for parameters that MAIL does not take, or a SIZE too large (RFC 1870 section 6)."""
    _known(parameters, MAIL_KEYS)
    size = parameters.get("SIZE")
    if size is not None and (not size.isdigit() or len(size) > 20):
        raise PathError("501 5.5.4 SIZE needs a number")
    if size is not None and int(size) > max_bytes:
        raise PathError("552 5.3.4 Message size exceeds the limit")
    if parameters.get("BODY", "7BIT").upper() not in ("7BIT", "8BITMIME"):
        raise PathError("501 5.5.4 BODY is 7BIT or 8BITMIME")
    if parameters.get("SMTPUTF8"):
        raise PathError("501 5.5.4 SMTPUTF8 takes no value")
    if parameters.get("RET", "FULL").upper() not in ("FULL", "HDRS"):
        raise PathError("501 5.5.4 RET is FULL or HDRS")
    if "ENVID" in parameters and not 0 < len(parameters["ENVID"]) <= 100:
        raise PathError("501 5.5.4 ENVID is 1 to 100 characters")


def check_rcpt(parameters: dict[str, str]) -> None:
    """Raises PathError for parameters that RCPT does not take."""
    _known(parameters, RCPT_KEYS)
    if "NOTIFY" in parameters:
        words = set(parameters["NOTIFY"].upper().split(","))
        if not words <= NOTIFY or ("NEVER" in words and len(words) > 1):
            raise PathError("501 5.5.4 NOTIFY is NEVER, or of SUCCESS, FAILURE, DELAY")
    if "ORCPT" in parameters and ";" not in parameters["ORCPT"]:
        raise PathError("501 5.5.4 ORCPT is type;address")


def _known(parameters: dict[str, str], keys: frozenset[str]) -> None:
    for key in parameters:
        if key not in keys:
            raise PathError(f"555 5.5.4 Parameter {key} is not known")


def _path_end(rest: str) -> int:
    """Where the path's ``>`` is, not minding those in a quoted local part."""
    quoted = False
    at = 1
    while at < len(rest):
        char = rest[at]
        if quoted and char == "\\":
            at += 1
        elif char == '"':
            quoted = not quoted
        elif char == ">" and not quoted:
            return at
        at += 1
    raise PathError("501 5.5.4 The path has no end")


def _unquoted(address: str) -> str:
    """The address without a quoted local part, which may hold nearly anything."""
    return address.rpartition('"')[2] if address.startswith('"') else address
