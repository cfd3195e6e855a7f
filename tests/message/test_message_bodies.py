"""Text, HTML and attachments (RFC 8621 section 4.1.4), file names and dispositions of parts."""

from __future__ import annotations

from typing import Any

import pytest

from mailkit.message import Message, parse

Tree = Any


def build(tree: Tree, number: list[int] | None = None) -> bytes:
    """A mail from nested lists: ``["mixed", "text/plain", ["alternative", …]]``; ``image/png;a`` is an attachment,
    ``image/png;n`` has a name only."""
    number = [0] if number is None else number
    if isinstance(tree, str):
        kind, _, flag = tree.partition(";")
        head = f"Content-Type: {kind}" + ("; name=x.y" if flag == "n" else "") + "\n"
        return (head + ("Content-Disposition: attachment\n" if flag == "a" else "")).encode() + b"\nbody"
    number[0] += 1
    mark = f"mark{number[0]}"
    sections = b"".join(f"--{mark}\n".encode() + build(child, number) + b"\n" for child in tree[1:])
    return f"Content-Type: multipart/{tree[0]}; boundary={mark}\n\n".encode() + sections + f"--{mark}--\n".encode()


def lists(message: Message) -> tuple[list[int], list[int], list[int]]:
    found = (message.text_body, message.html_body, message.attachments)
    return tuple([part.index for part in parts] for parts in found)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("tree", "text", "html", "attachments"),
    [
        ("text/plain", [0], [0], []),
        ("text/html", [0], [0], []),
        ("application/pdf", [], [], [0]),
        ("text/plain;a", [], [], [0]),
        (["alternative", "text/plain", "text/html"], [1], [2], []),
        (["alternative", "text/html"], [1], [1], []),
        (["alternative", "text/plain"], [1], [1], []),
        (["alternative", "text/plain", "text/html", "text/calendar"], [1], [2], [3]),
        (["mixed", "text/plain", "application/pdf"], [1], [1], [2]),
        (["mixed", "text/plain", "text/plain"], [1, 2], [1, 2], []),
        (["mixed", "text/plain", "text/plain;n"], [1], [1], [2]),
        (["mixed", "text/plain", "text/plain;a"], [1], [1], [2]),
        (["mixed", "text/plain", "image/png"], [1, 2], [1, 2], []),
        (["mixed", "text/plain", "image/png;a"], [1], [1], [2]),
        (["mixed", "text/plain", "message/rfc822"], [1], [1], [2]),
        (["related", "text/html", "image/png"], [1], [1], [2]),
        (["parallel", "text/plain", "image/png"], [1], [1], [2]),
        (["alternative", "text/plain", ["related", "text/html", "image/png"]], [1], [3], [4]),
        (
            ["mixed", ["alternative", "text/plain", ["related", "text/html", "image/png"]], "application/pdf"],
            [2],
            [4],
            [5, 6],
        ),
        (
            ["mixed", ["alternative", ["mixed", "text/plain", "image/png", "text/plain"], "text/html"]],
            [3, 4, 5],
            [6],
            [4],
        ),
        # The example of RFC 8621 section 4.1.4.
        (
            [
                "mixed",
                "text/plain",
                [
                    "mixed",
                    [
                        "alternative",
                        ["mixed", "text/plain", "image/jpeg", "text/plain"],
                        ["related", "text/html", "image/jpeg"],
                    ],
                    "image/jpeg;a",
                    "application/x-excel",
                    "message/rfc822",
                ],
                "text/plain",
            ],
            [1, 5, 6, 7, 14],
            [1, 9, 14],
            [6, 10, 11, 12, 13],
        ),
    ],
    ids=str,
)
def test_lists(tree: Tree, text: list[int], html: list[int], attachments: list[int]) -> None:
    assert lists(parse(build(tree))) == (text, html, attachments)


@pytest.mark.parametrize(
    ("head", "disposition", "filename"),
    [
        ("Content-Disposition: inline", "inline", None),
        ("Content-Disposition: INLINE; filename=a.txt", "inline", "a.txt"),
        ("Content-Disposition: form-data; filename=a.txt", "attachment", "a.txt"),
        ("Content-Disposition: attachment", "attachment", None),
        ("Content-Disposition:", None, None),
        (
            "Content-Disposition: attachment; filename=a.txt\nContent-Type: text/plain; name=b.txt",
            "attachment",
            "a.txt",
        ),
        ("Content-Type: text/plain; name=b.txt", None, "b.txt"),
        ('Content-Disposition: attachment; filename=""\nContent-Type: text/plain; name=b.txt', "attachment", "b.txt"),
        ("Content-Disposition: attachment; filename=../x", "attachment", "../x"),
    ],
)
def test_dispositions(head: str, disposition: str | None, filename: str | None) -> None:
    part = parse(head.encode() + b"\n\nx").parts[0]
    assert (part.disposition, part.filename) == (disposition, filename)


def test_nothing_is_decoded_before_it_is_asked_for() -> None:
    message = parse(build(["mixed", "text/plain", "image/png"]))
    assert all(part._decoded is None for part in message.parts)
    assert message.parts[1].content == b"body"
    assert [(part._decoded is not None) for part in message.parts] == [False, True, False]
    assert message.parts[1].content is message.parts[1].content


def test_headers_are_a_sequence() -> None:
    headers = parse(b"A: 1\nb: =?utf-8?q?2?=\nA: 3\n 4\n\n").headers
    assert [header.name for header in headers] == ["A", "b", "A"]
    assert [header.value for header in headers] == ["1", "2", "3 4"]
    assert headers.get("a") == "1"
    assert headers.get("B") == "2"
    assert headers.get("c") is None
    assert headers.get_all("a") == ("1", "3 4")
    assert headers.raw("b") == b" =?utf-8?q?2?="
    assert headers.raw("c") is None
    assert headers[-1].raw == b" 3\n 4"
    assert headers[-1].unfolded == "3 4"
    assert len(headers) == 3
    assert headers.__contains__("B")
    assert not headers.__contains__("c")
    assert headers[0] in headers
    assert headers.names() == ("a", "b")
    assert [h.name for h in headers[1:]] == ["b", "A"]
