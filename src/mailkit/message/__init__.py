"""What a message is (RFC 5322, MIME): bytes in, a frozen view out.

``parse`` never raises: mail is never thrown away for being malformed. What is damaged is in ``message.defects``, what
other readers may understand otherwise in ``message.ambiguities``.

=============  ====================================================================
parse          ranges of parts in the raw bytes; read this first
headers        the header block            params    Content-Type parameters
model          Message and Part            bodies    text, HTML, attachments
transfer       base64, quoted-printable    charset   bytes to text
labels         names of charsets           japanese  ISO-2022-JP as it is written
encoded        RFC 2047                    address, dates, ids   header values
shown          addresses in names
checks         defects and ambiguities     identity  when two mails are one
filename       names safe to write to disk
embedded       files inside a text: uuencode, yEnc
smtp_address   what SMTP can carry       partial   mails that were sent in pieces
=============  ====================================================================
"""

from __future__ import annotations

from mailkit.message.address import Address, parse_addresses
from mailkit.message.dates import parse_date
from mailkit.message.encoded import decode_words
from mailkit.message.filename import safe_filename
from mailkit.message.findings import Ambiguity, Defect
from mailkit.message.headers import Header, Headers
from mailkit.message.identity import content_digest, identity
from mailkit.message.ids import parse_ids
from mailkit.message.model import Message, Part
from mailkit.message.parse import parse
from mailkit.message.partial import Fragment, fragment_of, join_fragments
from mailkit.message.smtp_address import is_smtp_address

__all__ = [
    "Address",
    "Ambiguity",
    "Defect",
    "Fragment",
    "Header",
    "Headers",
    "Message",
    "Part",
    "content_digest",
    "decode_words",
    "fragment_of",
    "identity",
    "is_smtp_address",
    "join_fragments",
    "parse",
    "parse_addresses",
    "parse_date",
    "parse_ids",
    "safe_filename",
]
