"""What a final reply tells beside its code: the Message-ID under which a provider files the message.

Some providers replace the Message-ID at submission. Who looks for the message in Sent, or sees a reply to it, needs
the new one.
"""

from __future__ import annotations

_LONGEST = 300


def provider_message_id(text: str, host: str) -> str | None:
    """The Message-ID in the final reply, without brackets, if the provider is one that replaces it.

    * Exchange Online: ``2.0.0 OK <PR3PR04MB7…@PR3PR04MB7….eurprd04.prod.outlook.com> [Hostname=…]``
    * Amazon SES: ``Ok 0102018d…-000000``; the id is the left part, the region's domain the right one.

    Args:
        text: the reply without its code.
        host: the server it came from.
    """
    return _outlook(text) or _ses(text, host.lower().rstrip("."))


def _outlook(text: str) -> str | None:
    start = text.find("<")
    end = text.find(">", start + 1)
    if start < 0 or not 0 < end - start <= _LONGEST:
        return None
    found = text[start + 1 : end]
    if not found.lower().endswith(".prod.outlook.com") or found.count("@") != 1 or not _clean(found):
        return None
    return found


def _ses(text: str, host: str) -> str | None:
    if not (host.startswith("email-smtp") and host.endswith(".amazonaws.com")):
        return None
    words = text.split()
    if len(words) < 2 or words[0].lower() != "ok" or not 20 <= len(words[1]) <= _LONGEST or not _clean(words[1]):
        return None
    region = host.removesuffix(".amazonaws.com").partition(".")[2]
    return f"{words[1]}@{'email' if region == 'us-east-1' else region}.amazonses.com"


def _clean(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
