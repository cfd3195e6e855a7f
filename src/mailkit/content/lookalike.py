"""Domains that look like others: foreign letters, ``rn`` for ``m``, ``0`` for ``o`` (after Unicode TS #39)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mailkit.message.address import unicode_domain

from .domains import same_organisation
from .tables import rows

__all__ = ["looks_like", "mixes_scripts"]

MAX_DOMAIN = 255
# Letters that a reader takes for the one in front; those with accents are reduced before.
_SAME = str.maketrans(
    {
        other: plain
        for plain, others in rows(
            """
a: а | ɑ | α | @ | 4
b: Ь | ь | в | β
c: с | ϲ | ⅽ
d: ԁ | ɗ | ⅾ
e: е | ҽ | є | ε | 3
g: ɡ | ց | 9
h: һ | հ
i: і | ı | ɩ | ι | l | 1 | ӏ | ׀ | ⅼ | j | ј
k: к | κ
m: м | ⅿ
n: п | ո | η
o: о | ο | օ | σ | 0 | ө | ס
p: р | ρ
q: ԛ | գ
r: г | ɾ
s: ѕ | ꜱ | 5
t: т | τ
u: υ | ս | ц
v: ѵ | ν | ⅴ
w: ԝ | ѡ | ω | ա
x: х | χ | ⅹ
y: у | ү | γ
z: ʐ | ᴢ | 2
"""
        )
        for other in others
    }
)
_SEVERAL = (("rn", "m"), ("vv", "w"), ("ci", "d"))


def looks_like(domain: str, others: Iterable[str]) -> str:
    """The one of ``others`` that a reader takes ``domain`` for, "" if there is none. Never raises."""
    domain = unicode_domain(domain)[:MAX_DOMAIN]
    shape = _shape(domain)
    for other in others:
        known = unicode_domain(other)[:MAX_DOMAIN]
        if shape == _shape(known) and domain != known and not same_organisation(domain, known):
            return known
        if shape.endswith(f".{_shape(known)}") and not domain.endswith(f".{known}"):
            return known
    return ""


def _shape(domain: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", domain) if not unicodedata.combining(char))
    text = plain.casefold().translate(_SAME)
    for several, one in _SEVERAL:
        text = text.replace(several.translate(_SAME), one)
    return text


def mixes_scripts(domain: str) -> bool:
    """Whether one label mixes Latin, Cyrillic and Greek letters: nobody writes so but to deceive."""
    return any(len(_scripts(label)) > 1 for label in unicode_domain(domain)[:MAX_DOMAIN].split("."))


def _scripts(label: str) -> set[str]:
    names = (unicodedata.name(char, "").partition(" ")[0] for char in label if char.isalpha())
    return {name for name in names if name in ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")}
