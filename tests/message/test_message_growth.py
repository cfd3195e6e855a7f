"""Twice the input takes about twice the time, whatever the input: no quadratic path."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from mailkit.message import decode_words, identity, parse, parse_addresses, parse_date, parse_ids
from mailkit.message.params import parse_params
from mailkit.words import Limits
from support.growth import check_growth

SIZE = 50_000

WIDE = Limits(
    depth=100, parts=10**6, headers=10**6, header_bytes=10**8, headers_bytes=10**8, addresses=10**6, params=10**6
)


def everything(raw: bytes, limits: Limits) -> None:
    message = parse(raw, limits)
    message.defects, message.ambiguities, message.text_body  # noqa: B018
    message.to, message.references, message.date, message.subject  # noqa: B018
    identity(message)


def mixed(body: bytes) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\n\n" + body


BOMBS: dict[str, Callable[[int], bytes]] = {
    "empty lines": lambda n: b"\n" * n,
    "bare cr": lambda n: b"\r" * n,
    "header lines": lambda n: b"a: b\n" * (n // 5),
    "bad header lines": lambda n: b"bad\n" * (n // 8) + b"a: b\n" + b"bad\n" * (n // 8),
    "folds": lambda n: b"a: b\n" + b" c\n" * (n // 3),
    "no colon": lambda n: b"x" * n,
    "blanks": lambda n: b"Subject: " + b" " * n + b"x\n\n",
    "boundary lines": lambda n: mixed(b"--b\n" * (n // 4)),
    "nearly boundary lines": lambda n: mixed(b"--bb\n" * (n // 5)),
    "dashes": lambda n: mixed(b"-" * n),
    "end boundary lines": lambda n: mixed(b"--b\n\n" + b"--b--\n" * (n // 6)),
    "boundary lines in bare cr": lambda n: mixed(b"--b\r" * (n // 4)),
    "nested multiparts": lambda n: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (k, k) for k in range(n // 50)
    ),
    "nested messages": lambda n: b"Content-Type: message/rfc822\n\n" * (n // 30),
    "one boundary for all": lambda n: mixed(b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * (n // 46)),
    "boundary lines in a header": lambda n: (
        b"Content-Type: multipart/mixed; boundary=b\n" + b"--c\n" * (n // 4) + b"A-B: c\n\nx"
    ),
    "slashes in a type": lambda n: b"Content-Type: a" + b" " * (n // 2) + b"b/" * (n // 4) + b"\n\nx",
    "rulers in qp": lambda n: b"Content-Transfer-Encoding: quoted-printable\n\n" + b"===\n" * (n // 4),
    "long boundary": lambda n: b"Content-Type: multipart/mixed; boundary=" + b"b" * n + b"\n\n--" + b"b" * n,
    "params": lambda n: b"Content-Type: a/b" + b"; a=b" * (n // 5) + b"\n\n",
    "param pieces": lambda n: (
        b"Content-Type: a/b" + b"".join(b"; a*%d=b" % (k % 9999) for k in range(n // 9)) + b"\n\n"
    ),
    "quotes in params": lambda n: b"Content-Type: a/b; a=" + b'"\\' * (n // 2) + b"\n\n",
    "qp blanks": lambda n: b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * n + b"x\n",
    "qp blank lines": lambda n: b"Content-Transfer-Encoding: quoted-printable\n\n" + b" \n" * (n // 2),
    "qp equals": lambda n: b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * n,
    "base64 pieces": lambda n: b"Content-Transfer-Encoding: base64\n\n" + b"YQ==" * (n // 4),
    "base64 equals": lambda n: b"Content-Transfer-Encoding: base64\n\na" + b"=" * n + b"a",
    "text blanks": lambda n: b"Content-Type: text/plain\n\n" + b" " * n + b"x",
    "utf-7": lambda n: b"Content-Type: text/plain; charset=utf-7\n\n" + b"+A" * (n // 2),
}
LINES: dict[str, tuple[Callable[[str], object], Callable[[int], str]]] = {
    "open words": (decode_words, lambda n: "=?utf-8?q?" * (n // 10)),
    "open marks": (decode_words, lambda n: "=?" * (n // 2)),
    "closing marks": (decode_words, lambda n: "?=" * (n // 2)),
    "words": (decode_words, lambda n: "=?utf-8?q?x?= " * (n // 14)),
    "cut words": (decode_words, lambda n: "=?utf-8?q?C3=?= " * (n // 16)),
    "words in angles": (parse_addresses, lambda n: "a <" * (n // 3)),
    "words in ids": (parse_ids, lambda n: " =?utf-8?q?" * (n // 11)),
    "open quotes": (parse_addresses, lambda n: '\\"' * (n // 2)),
    "quotes": (parse_addresses, lambda n: '"a' * (n // 2)),
    "open comments": (parse_addresses, lambda n: "(" * n),
    "comments": (parse_addresses, lambda n: "()" * (n // 2)),
    "open angles": (parse_addresses, lambda n: "<" * n),
    "at signs": (parse_addresses, lambda n: "a@" * (n // 2)),
    "at signs and blanks": (parse_addresses, lambda n: "a @ " * (n // 4)),
    "words before colons": (parse_addresses, lambda n: "a " * (n // 4) + "@" + ":" * (n // 2)),
    "commas": (parse_addresses, lambda n: "a," * (n // 2)),
    "route": (parse_addresses, lambda n: "<@a" + "," * n),
    "groups": (parse_addresses, lambda n: "a:;" * (n // 3)),
    "brackets": (parse_addresses, lambda n: "[" * n),
    "coded": (parse_addresses, lambda n: "=?a?q?" * (n // 6)),
    "dots": (parse_addresses, lambda n: "a . " * (n // 4) + "@b.example"),
    "open ids": (parse_ids, lambda n: "<" * n),
    "ids": (parse_ids, lambda n: "<>" * (n // 2)),
    "folded ids": (parse_ids, lambda n: "<a\n " * (n // 4)),
    "date comments": (parse_date, lambda n: "(" * n),
    "date digits": (parse_date, lambda n: "1" * n),
    "semicolons": (lambda text: parse_params(text, 10**6), lambda n: ";" * n),
    "stars": (lambda text: parse_params(text, 10**6), lambda n: "a;" + "*" * n + "=b"),
}


@pytest.mark.sweep(keep=10)
@pytest.mark.parametrize("name", BOMBS)
def test_messages(name: str) -> None:
    check_growth(lambda raw: everything(raw, WIDE), BOMBS[name], SIZE, name)


@pytest.mark.sweep(keep=10)
@pytest.mark.parametrize("name", LINES)
def test_values(name: str) -> None:
    read, make = LINES[name]
    check_growth(read, make, SIZE, name)


@pytest.mark.sweep(keep=10)
@pytest.mark.parametrize("name", BOMBS)
def test_a_megabyte_takes_a_second_at_most(name: str) -> None:
    raw = BOMBS[name](1_000_000)
    start = time.process_time()
    everything(raw, Limits())
    assert time.process_time() - start < 3, "one second is the aim; three is a busy machine"
