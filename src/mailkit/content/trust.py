"""How far the sender's name can be believed: Authentication-Results (RFC 8601), from our own server only.

Anybody can write an Authentication-Results header. Ours is told from theirs by two things together: its authserv-id
is one that the account's settings name (without any, nothing is authenticated), and it stands where our own servers
wrote. Mail servers put their trace fields on top, so from the top down among Received and Authentication-Results:

1. what stands above the first Received is ours (servers with milters write there);
2. Received fields written "by" our own hosts are passed. The first of them that says "from" somebody else is the
   border; a client that only calls itself one of ours, and comes from an address outside, is somebody else;
3. below them only the first Authentication-Results counts (Gmail writes it right under the border's Received), and only
   if it is ours; after it, or after another Received below the border, everything came with the message;
4. where there is no Received at all (some stores and gateways drop it), only the first that names us counts.

The settings must name a server only if it writes its results on every mail: RFC 8601 section 5 has it remove forged
ones.

Only results that are *aligned* with the From domain count (RFC 7489 section 3.1, relaxed): ``dmarc=pass`` for that
domain, ``dkim=pass`` with such a d=, or ``spf=pass`` with such an envelope sender. Where no server of ours writes
results, DKIM can be checked here, given the keys (see ``dkim``): what passes counts, what fails forges nothing, because
lists and scanners break signatures every day.

Several From addresses, a display name that shows another address, and a domain that is made to look like one of our own
are never authenticated. Nor is a mail with two different Subject fields, or others that say what is read in it and
where answers go: a signature covers the lower one (RFC 6376 section 5.4.2), and whoever got the mail can put another
above it. A Reply-To that leads elsewhere is told in the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from ipaddress import ip_address, ip_network
from itertools import islice

from mailkit.message import Address, Message
from mailkit.message.address import unicode_domain
from mailkit.message.shown import OVERRIDES, addresses_in, readable, shown_address
from mailkit.words import Trust, TrustLevel

from .authres import MAX_HEADER, NO_NAME, Result, parse_results, sections
from .dkim import Answers, is_strict, verify_dkim
from .domains import are_neighbours, is_shared, same_organisation
from .lookalike import looks_like, mixes_scripts, names_one_of, nearly

__all__ = ["trust_of"]

MAX_TRACE = 50  # trace fields looked at


def trust_of(
    message: Message,
    *,
    authserv_ids: Sequence[str] = (),
    own_domains: Sequence[str] = (),
    answers: Answers | None = None,
) -> Trust:
    """What is known of the sender.

    Args:
        authserv_ids: names of the account's own servers in Authentication-Results. ``NO_NAME`` stands for a header
            without a name, as Microsoft 365 writes it; give it only for mailboxes there.
        own_domains: domains of the account's organisation; mail that claims them and fails is forged. Domains of the
            large providers (``gmail.com`` …) do not count.
        answers: TXT records that were fetched for ``dns_names(message)``; DKIM is checked with them. None: it is not.

    Returns:
        AUTHENTICATED, CLAIMED or FORGED, with the evidence as short sentences.

    Raises:
        MissingExtraError: ``answers`` are given and dkimpy is not installed.
    """
    found = [parse_results(value)[1] for value in _trusted_headers(message, authserv_ids)]
    results = [item for header in found if not _contradicts_itself(header) for item in header]
    evidence = [str(item) for item in results if item.method in ("dmarc", "dkim", "spf", "arc", "compauth")]
    doubts = _doubts(message, own_domains)
    notes = _notes(message, own_domains)
    domain = _from_domain(message)
    if _is_forged(results, domain, own_domains):
        return Trust(TrustLevel.FORGED, (*evidence, *doubts, *notes))
    own = verify_dkim(message, answers) if answers is not None else ()
    evidence += [f"{item}, checked here" for item in own]
    exact = answers is not None and is_strict(message, answers)
    passed = [item.domain for item in own if item.result == "pass"]
    signed = any(_matches(signer, domain, exact) for signer in passed)
    if not signed and any(same_organisation(signer, domain) for signer in passed):
        evidence.append("only a signature of the very domain counts: its DMARC policy says so, or could not be fetched")
    if not doubts and domain and (_is_authenticated(results, domain) or (signed and not _fails_dmarc(results))):
        return Trust(TrustLevel.AUTHENTICATED, (*evidence, *notes))
    if not results:
        evidence.append("no Authentication-Results of a trusted server")
    return Trust(TrustLevel.CLAIMED, (*evidence, *doubts, *notes))


def _matches(signer: str, domain: str, exact: bool) -> bool:
    return signer == domain if exact else same_organisation(signer, domain)


def _contradicts_itself(header: Sequence[Result]) -> bool:
    """Two DMARC results in one header: a server writes one, so somebody else had a hand in it."""
    return sum(item.method == "dmarc" for item in header) > 1


def _fails_dmarc(results: Sequence[Result]) -> bool:
    return any(item.method == "dmarc" and item.value in ("fail", "permerror") for item in results)


def _is_authenticated(results: Sequence[Result], domain: str) -> bool:
    if _fails_dmarc(results):
        return False
    return any(item.value == "pass" and _aligned(item, domain) for item in results)


def _aligned(item: Result, domain: str) -> bool:
    """Whether the domain that was checked is the one in From (RFC 7489 section 3.1)."""
    if item.method == "dmarc":
        return unicode_domain(item.get("header.from").rpartition("@")[2]) == domain
    if item.method == "dkim":
        return same_organisation(item.get("header.d") or item.get("header.i").rpartition("@")[2], domain)
    if item.method == "spf":
        sender = item.get("smtp.mailfrom", "smtp.mfrom", "smtp.envelope-from")
        return same_organisation(sender.rpartition("@")[2], domain)
    return False


# Where servers tell what the domain's owner wants; Microsoft tells what it made of it.
_POLICIES = ("policy.p", "policy.dmarc", "policy.published-domain-policy", "action")


def _is_forged(results: Sequence[Result], domain: str, own_domains: Collection[str]) -> bool:
    """Only our own server's word makes a forgery: DMARC fails and its owner minds, or it is our own domain that fails.

    ``p=none`` says that the owner does not mind, and mailing lists break DMARC every day: that stays a claim.
    """
    ours = bool(domain) and any(same_organisation(domain, own) for own in own_domains if not is_shared(own))
    for item in results:
        if item.method == "dmarc" and item.value == "fail" and (ours or "none" not in map(item.get, _POLICIES)):
            return True
    checked = [item for item in results if item.method in ("spf", "dkim")]
    failed = any(item.value in ("fail", "softfail", "hardfail") for item in checked)
    return ours and failed and not _is_authenticated(results, domain)


# Which headers are ours


def _trusted_headers(message: Message, authserv_ids: Sequence[str]) -> list[str]:
    """Values of the trusted headers, from the top, as the module's page explains."""
    trusted = {name.strip().lower().rstrip(".") for name in authserv_ids if name.strip()}
    if not trusted:
        return []
    found: list[str] = []
    border = False
    passed = message.headers.raw("Received") is None
    trace = (header for header in message.headers if header.name.lower() in ("received", "authentication-results"))
    for header in islice(trace, MAX_TRACE):
        value = header.unfolded[:MAX_HEADER]
        if header.name.lower() == "received":
            sender, by = _hop(value)
            if found or border or not _is_ours(by, trusted):
                break
            passed, border = True, bool(sender) and not _is_inner(sender, value, trusted)
        elif parse_results(value)[0] in trusted:
            found.append(value)
            if passed:
                break
        elif border:
            break
    return found


def _hop(received: str) -> tuple[str, str]:
    """The hosts after "from" and "by" (RFC 5321 section 4.4), "" where there is none; comments do not count."""
    words = sections(received)[0].lower().split()
    after = dict(reversed([(word, words[n + 1]) for n, word in enumerate(words[:-1]) if word in ("from", "by")]))
    return after.get("from", "").strip("[]"), after.get("by", "")


def _is_inner(sender: str, received: str, trusted: Collection[str]) -> bool:
    """Whether a hop came from a host of ours.

    What stands after "from" is the name that the client gave itself (HELO); anybody may say ``localhost`` or our own
    name there. The server adds the address that the connection came from, and mostly the name that the DNS has for it:
    where an address is given, it must be an inner one, or have a name of ours.
    """
    if not _is_ours(sender, trusted):
        return False
    told = (_ORIGIN.match(received[:MAX_HEADER]) or [""])[0]
    outer = [one for one in _ADDRESSES.findall(told) if not _is_inner_address(one, trusted)]
    if not outer:
        return True
    named = _NAMED.search(told)
    return named is not None and "may be forged" not in told and _is_ours(named[1].lower(), trusted)


# From "from" up to "by"; the comments between hold "name [address]", "[address]" or "(address)".
_ORIGIN = re.compile(r"(?is)\s{0,9}from\s.{0,2000}?\sby\s")
_ADDRESSES = re.compile(r"(?i)[\[(](?:IPv6:)?([0-9a-f:.]{3,45})[\])]")
_NAMED = re.compile(r"\(([\w.-]{1,253}?)\.?\s{1,9}\[")
_INNER_NETS = tuple(
    map(
        ip_network,
        (
            *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
            *("::1/128", "fc00::/7", "fe80::/10"),
        ),
    )
)
# Microsoft 365 hands mail on between its own public addresses.
_MICROSOFT_NET = ip_network("2603:1000::/24")


def _is_inner_address(text: str, trusted: Collection[str]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return True  # a number in a comment that is no address
    nets = (*_INNER_NETS, *((_MICROSOFT_NET,) if NO_NAME in trusted else ()))
    return any(address in net for net in nets if net.version == address.version)


def _is_ours(host: str, trusted: Collection[str]) -> bool:
    """A host of a trusted name's organisation, this machine itself, or an address that only inner hops write."""
    if host in ("localhost", "127.0.0.1", "::1") or host.startswith(("localhost.", "2002:", "10.", "192.168.")):
        return True
    names = {*trusted, *(_MICROSOFT if NO_NAME in trusted else ())}
    return any(host.endswith(f".{name}") or are_neighbours(host, name) for name in names)


_MICROSOFT = ("outlook.com", "office365.com", "office.com")


# The From field


def _from_domain(message: Message) -> str:
    return message.from_[0].key.rpartition("@")[2].rstrip(".") if len(message.from_) == 1 else ""


# What says who wrote, what about, where answers go, and how the body is read.
_ONCE = ("From", "Subject", "Reply-To", "Content-Type", "Content-Transfer-Encoding")


def _doubts(message: Message, own_domains: Sequence[str]) -> list[str]:
    """Why the From field itself, or what is read with it, cannot be believed."""
    doubts = [f"several {name} fields" for name in _ONCE if _differs(message.headers.raw_all(name), name)]
    if len(message.from_) > 1:
        doubts.append("several From addresses")
    if not message.from_ or not message.from_[0].address:
        doubts.append("no From address")
    for address in message.from_[:5]:
        if OVERRIDES.intersection(address.name):
            doubts.append("the display name turns the direction of writing")
        if other := _shown(address):
            doubts.append(f"the display name shows another address: {other[:100]}")
        local, _, domain = address.key.rpartition("@")
        if "@" in local:
            doubts.append(f"the address can be read in two ways: {address.address[:100]}")
        if mixes_scripts(domain):
            doubts.append(f"the domain mixes letters of several scripts: {domain[:100]}")
        if own := looks_like(domain, own_domains):
            doubts.append(f"the domain {domain[:100]} looks like {own}")
    return doubts


def _differs(values: Sequence[bytes], name: str) -> bool:
    return len(values) > 1 and (name == "From" or len({b"".join(value.split()) for value in values}) > 1)


def _notes(message: Message, own_domains: Sequence[str]) -> list[str]:
    """What is worth knowing and makes nobody a liar: newsletters and helpdesks take answers elsewhere, too."""
    domain = _from_domain(message)
    others = (address.key.rpartition("@")[2] for address in message.reply_to[:5] if address.address)
    strange = dict.fromkeys(other for other in others if domain and not same_organisation(other, domain))
    notes = [f"answers go to another domain: {other[:100]}" for other in strange]
    if own := nearly(domain, own_domains):
        notes.append(f"the domain {domain[:100]} differs from {own} by one letter")
    for address in message.from_[:5]:
        if domain and (own := names_one_of(readable(address.name), own_domains)) and not same_organisation(domain, own):
            notes.append(f"the display name names {own}")
    return notes


def _shown(address: Address) -> str:
    """The address that the display name makes the reader see, if it is not the one that wrote."""
    if other := shown_address(address):
        return other
    domain = address.key.rpartition("@")[2]
    for other in addresses_in(_AT.sub("@", readable(address.name)), 5):
        if not same_organisation(other.rpartition("@")[2], domain):  # "Ana @ acme.example" may say where
            return other
    return ""


_AT = re.compile(r"(?<!\s)\s{0,9}@\s{0,9}")
