"""Some three hundred realistic mails from a seed, and the truth about each.

``generate(seed)`` gives a ``SampleSet``: two accounts of a firm that sells label printers, its customers in five
languages, and everything a mail room sees: conversations, forwards, invoices, invitations, bounces, automatic replies,
newsletters, damaged mail and a forged sender. Every mail is written by hand in ``build``, not by mailkit's composer, so
that what reads mail is not tested by what writes it.
"""

from __future__ import annotations

from mailkit.testing.samples.generate import BASE, MINIMUM, generate
from mailkit.testing.samples.model import (
    CATEGORIES,
    Company,
    Contact,
    Deal,
    SampleMail,
    SampleSet,
    Ticket,
    Truth,
)
from mailkit.testing.samples.world import SALES, SUPPORT, TRUSTED_HOST

__all__ = [
    "BASE",
    "CATEGORIES",
    "MINIMUM",
    "SALES",
    "SUPPORT",
    "TRUSTED_HOST",
    "Company",
    "Contact",
    "Deal",
    "SampleMail",
    "SampleSet",
    "Ticket",
    "Truth",
    "generate",
]
