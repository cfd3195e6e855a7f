"""Whether a text is an address that SMTP can carry (RFC 5321 section 4.1.2 and 4.1.3, RFC 6531).

Stricter than what a message header may hold: no comments, no white space around dots, no obsolete forms. Whether the
domain exists is a question for the DNS, not for this module.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

__all__ = ["is_smtp_address"]

MAX_ADDRESS = 254  # bytes: a path of 256 less its brackets (RFC 5321 section 4.5.3.1.3)
MAX_LOCAL = 64
MAX_DOMAIN = 255
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]"
_DOT_STRING = re.compile(rf"{_ATEXT}++(?:\.{_ATEXT}++)*+")
_QUOTED = re.compile(r'"(?:[ !#-\[\]-~\u0080-\U0010ffff]|\\[ -~])*+"')
_LABEL = re.compile(r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?")


def is_smtp_address(text: str) -> bool:
    """Whether ``text`` is a mailbox as MAIL FROM and RCPT TO take it: ``local@domain``, no name, no brackets.

    The grammar decides, as a server does: ``test@192.0.2.1`` is a domain of digits. Quoted local parts and address
    literals (``[192.0.2.1]``, ``[IPv6:…]``) are such mailboxes, and so are addresses that are not ASCII, to servers
    that speak SMTPUTF8. Never raises; linear.
    """
    local, at, domain = text.rpartition("@")
    if not at or len(text) > MAX_ADDRESS or not _is_utf8(text):
        return False
    size = len(local.encode())
    if not 0 < size <= MAX_LOCAL or size + 1 + len(domain.encode()) > MAX_ADDRESS:
        return False
    if not (_DOT_STRING.fullmatch(local) or _QUOTED.fullmatch(local)):
        return False
    return _is_literal(domain[1:-1]) if domain.startswith("[") and domain.endswith("]") else _is_domain(domain)


def _is_utf8(text: str) -> bool:
    """No control characters (C0, DEL, C1), no half surrogate pairs."""
    return not any(char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" for char in text)


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return len(domain) <= MAX_DOMAIN and all(_LABEL.fullmatch(label) for label in labels)


def _is_literal(literal: str) -> bool:
    """An IPv4 address, or an IPv6 address after its tag, the only one that is registered (section 4.1.3)."""
    try:
        if literal[:5].lower() != "ipv6:":
            return str(IPv4Address(literal)) == literal
        IPv6Address(literal[5:])
    except ValueError:
        return False
    groups = [group for group in literal[5:].split(":") if group]
    # "::" stands for two groups at least, and a zone is for one machine only.
    most = 6 - ("." in literal) if "::" in literal else 8
    return "%" not in literal and len(groups) <= most
