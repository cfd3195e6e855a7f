"""What a message says: text, HTML, what is new in a reply, reports of machines, trust, invitations.

==========  =============================================================================
read        ``read(message)`` → ``Content``, lazy; begin here
text        HTML → readable text (``marks``: how mail programs mark quotations in HTML)
html        HTML that is safe to show (``depth``: HTML that is too deep to be parsed)
reply       new text, quotations, signature (``lines``, ``signature``, ``languages``; ``forwarded``: the original)
report      bounces, complaints, receipts (``delivery``, ``notices``, ``failure_words``, ``reasons``)
kinds       what kind of message this is; whether a machine may answer it
trust       how far the sender can be believed (``authres``, ``domains``, ``dkim``, ``lookalike``)
calendar    invitations (``ical``: lines; ``recurrence``, ``outlook_series``: series; ``meeting``: in winmail.dat)
files       all attached files, whatever they are packed in (``sniff``: what they are by their bytes)
smime       S/MIME: verify, decrypt (``cms``: its signatures, ``asn1``: their bounds; ``sealed``: what comes of it)
openpgp     OpenPGP: verify, decrypt (``bounded``, ``packets``: within bounds)
protected   header fields inside of what is signed or encrypted
tnef        winmail.dat (``mapi``: its property lists, ``lzfu``: compressed RTF, ``rtf``: the HTML or text in it)
==========  =============================================================================
"""

from __future__ import annotations

from .calendar import Attendee, Calendar, Event, Occurrence, read_calendar
from .dkim import DkimResult, dns_names, verify_dkim
from .files import File
from .forwarded import Forwarded
from .html import SafeHtml, sanitize
from .kinds import is_auto_reply, is_automatic, is_list, kind_of
from .openpgp import decrypt_openpgp, verify_openpgp
from .protected import ChangedField, ProtectedHeaders
from .read import Content, read
from .reasons import REASONS
from .recurrence import Rule, read_rule
from .reply import Reply, Segment, split_reply
from .report import Report, ReportRecipient, report_of
from .sealed import Opened, OpenState, SealedBy, Signature, SignatureState
from .smime import decrypt_smime, verify_smime
from .text import html_to_text
from .tnef import Tnef, TnefFile, read_tnef
from .trust import trust_of

__all__ = [
    "REASONS",
    "Attendee",
    "Calendar",
    "ChangedField",
    "Content",
    "DkimResult",
    "Event",
    "File",
    "Forwarded",
    "Occurrence",
    "OpenState",
    "Opened",
    "ProtectedHeaders",
    "Reply",
    "Report",
    "ReportRecipient",
    "Rule",
    "SafeHtml",
    "SealedBy",
    "Segment",
    "Signature",
    "SignatureState",
    "Tnef",
    "TnefFile",
    "decrypt_openpgp",
    "decrypt_smime",
    "dns_names",
    "html_to_text",
    "is_auto_reply",
    "is_automatic",
    "is_list",
    "kind_of",
    "read",
    "read_calendar",
    "read_rule",
    "read_tnef",
    "report_of",
    "sanitize",
    "split_reply",
    "trust_of",
    "verify_dkim",
    "verify_openpgp",
    "verify_smime",
]
