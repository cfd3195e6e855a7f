"""Domains that look like others: foreign letters, ``rn`` for ``m``, ``0`` for ``o`` (after Unicode TS #39)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mailkit.message.address import unicode_domain

from .domains import same_organisation
from .tables import rows

__all__ = ["looks_like", "mixes_scripts", "names_one_of", "nearly"]

MAX_DOMAIN = 255
SHORTEST = 6
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
    """The one of ``others`` that a reader takes ``domain`` for, "" if there is none. Never raises.

    Also where the other one stands in front, as it is or with a hyphen: ``acme.example.evil.example``,
    ``acme-example.evil.example``.
    """
    domain = unicode_domain(domain)[:MAX_DOMAIN]
    shape = _shape(domain)
    others = tuple(others)
    if any(same_organisation(domain, other) for other in others):
        return ""
    for other in others:
        known = unicode_domain(other)[:MAX_DOMAIN]
        if shape == _shape(known) and domain != known and not same_organisation(domain, known):
            return known
        if shape.endswith(f".{_shape(known)}") and not domain.endswith(f".{known}"):
            return known
        if _stands_in_front(f".{shape}", _shape(known)) and not same_organisation(domain, known):
            return known
    return ""


def _stands_in_front(shape: str, known: str) -> bool:
    if "." not in known:
        return False
    hyphened = known.replace(".", "-")
    return f".{known}." in shape or f".{known}-" in shape or f".{hyphened}." in shape or f".{hyphened}-" in shape


def nearly(domain: str, others: Iterable[str]) -> str:
    """The one of ``others`` from which ``domain`` differs by one letter: added, left out, another, or two exchanged.
    Only names of ``SHORTEST`` letters and more count: short ones are neighbours by chance."""
    domain = unicode_domain(domain)[:MAX_DOMAIN]
    name, _, top = domain.partition(".")
    for other in others:
        known = unicode_domain(other)[:MAX_DOMAIN]
        known_name, _, known_top = known.partition(".")
        if top == known_top and min(len(name), len(known_name)) >= SHORTEST and _one_apart(name, known_name):
            return known
    return ""


def _one_apart(one: str, other: str) -> bool:
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[same:], other[same:]
    exchanged = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return one != other and (a[1:] == b[1:] or a[1:] == b or a == b[1:] or exchanged)


def names_one_of(text: str, domains: Iterable[str]) -> str:
    """The one of ``domains`` that stands in ``text`` as a word, "" if there is none."""
    words = {word.strip("()[]<>,;:'\"").casefold().removeprefix("www.") for word in text.split()[:50]}
    return next((domain for domain in domains if unicode_domain(domain) in words), "")


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
