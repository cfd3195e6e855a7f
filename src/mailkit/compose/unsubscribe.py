"""How a reader leaves a list: List-Unsubscribe (RFC 2369) and one click (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from mailkit.compose import guard
from mailkit.errors import DraftError

_LONGEST = 900
#: What a URL may hold on the wire (RFC 3986 section 2), brackets of an IPv6 host among it.
_URL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;=%")


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where to leave a list; at least one of two ways.

    Args:
        url: an ``https`` (or ``http``) URL, percent-encoded. It should say who leaves: a mail program that is told to
            unsubscribe sends nothing of its own.
        mailto: an address that takes any mail for a wish to leave, with ``?subject=…`` if need be.
        one_click: tell mail programs that a POST to ``url`` with ``List-Unsubscribe=One-Click`` is enough (RFC 8058).
            It needs ``https``, and counts only where the message has a DKIM signature over both fields, as mailkit's
            signatures have.

    Raises:
        DraftError: neither is given, or one of them cannot stand in the field.
        InjectionError: one of them holds a control character.
    """

    url: str | None = None
    mailto: str | None = None
    one_click: bool = True

    def __post_init__(self) -> None:
        if self.url is None and self.mailto is None:
            raise DraftError("Unsubscribe needs a URL or an address.")
        if self.url is not None:
            _check(self.url, ("https", "http"))
        if self.mailto is not None:
            _check(f"mailto:{self.mailto}", ("mailto",))

    @classmethod
    def of(cls, text: str) -> Unsubscribe:
        """A URL (``https://…``), or an address, with or without ``mailto:``."""
        guard.check_type(text, str, "The way to unsubscribe")
        if ":" in text and not text.lower().startswith("mailto:"):
            return cls(url=text)
        return cls(mailto=text[7:] if text.lower().startswith("mailto:") else text)

    @property
    def is_one_click(self) -> bool:
        """Whether List-Unsubscribe-Post is written: it means nothing for another scheme than https."""
        return self.one_click and self.url is not None and self.url.lower().startswith("https:")

    def tokens(self) -> list[str]:
        """The values of List-Unsubscribe, in order of preference, as tokens of a header field."""
        ways = [self.url, None if self.mailto is None else f"mailto:{self.mailto}"]
        found = [f"<{way}>" for way in ways if way is not None]
        return [f"{token}," for token in found[:-1]] + found[-1:]


def _check(url: str, schemes: tuple[str, ...]) -> None:
    guard.check_value(url, "The way to unsubscribe")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    there = parts is not None and (parts.netloc if "mailto" not in schemes else "@" in parts.path.strip("@"))
    if parts is None or parts.scheme.lower() not in schemes or not there:
        raise DraftError(f"{url[:80]!r} is no way to unsubscribe.", hint="Give an https:// URL or an address.")
    if len(url) > _LONGEST or not set(url) <= _URL:
        raise DraftError(
            f"{url[:80]!r} holds a character that no URL has, or more than {_LONGEST} characters.",
            hint="Percent-encode it: urllib.parse.quote.",
        )
