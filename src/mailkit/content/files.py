"""All files of a message, whatever they are packed in: MIME parts, ``winmail.dat``, uuencode and yEnc in the text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property

from mailkit.message import Message, Part, safe_filename
from mailkit.message.embedded import EmbeddedFile, find_embedded

from .sniff import differs, sniff
from .tnef import Tnef, is_tnef, read_tnef

__all__ = ["File", "files_of", "tnef_of"]

_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef", "application/x-ms-tnef")
_TNEF_NAMES = ("winmail.dat", "win.dat")


class File:
    """One attached file; its bytes are decoded when they are asked for.

    Attributes:
        given_name: what the sender called it, "" if nothing; never a path to write to.
        name: a name that is safe to write to disk, never empty.
        declared_type: the type that the sender gave, in lower case, "" if none.
        content_id: without brackets, "" if none. inline: meant to be shown in the body, not listed.
        origin: ``mime``, ``tnef`` (from winmail.dat), ``uuencode`` or ``yenc`` (from the text).
        part: the index of the part in ``message.parts`` in which it stands.
    """

    def __init__(
        self,
        load: Callable[[], bytes],
        *,
        given_name: str,
        declared_type: str,
        content_id: str = "",
        inline: bool = False,
        origin: str = "mime",
        part: int = 0,
        number: int = 0,
        defect: str = "",
    ) -> None:
        self._load = load
        self.given_name = given_name
        self.declared_type = declared_type
        self.content_id = content_id
        self.inline = inline
        self.origin = origin
        self.part = part
        self.defect = defect
        self._number = number

    def __repr__(self) -> str:
        return f"File({self.name!r}, {self.declared_type!r}, {self.origin})"

    @property
    def content(self) -> bytes:
        """The bytes. Archives stay packed."""
        return self._load()

    @cached_property
    def name(self) -> str:
        """A name that is safe to write to disk (see ``mailkit.message.safe_filename``)."""
        kind = self.declared_type if self.given_name else self.content_type
        return safe_filename(self.given_name or None, kind, self._number)

    @cached_property
    def sniffed_type(self) -> str:
        """The type that the first bytes speak of, "" where they say nothing."""
        return sniff(self.content)

    @property
    def content_type(self) -> str:
        """The declared type; where that says nothing, the sniffed one; else ``application/octet-stream``."""
        vague = self.declared_type in ("", "application/octet-stream")
        return (self.sniffed_type if vague else self.declared_type) or "application/octet-stream"

    @property
    def is_disguised(self) -> bool:
        """Whether the bytes are something else than the label says: a program called ``image/png``."""
        return differs(self.declared_type, self.sniffed_type)

    @cached_property
    def size(self) -> int:
        """The number of bytes of ``content``."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """The digest of ``content``, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def tnef_of(message: Message) -> dict[int, Tnef]:
    """The TNEF streams of a message by the index of their part."""
    found: dict[int, Tnef] = {}
    for part in message.parts:
        named = (part.filename or "").lower() in _TNEF_NAMES
        if not part.is_multipart and (part.content_type in _TNEF_TYPES or named) and is_tnef(part.content):
            found[part.index] = read_tnef(part.content, message.limits)
    return found


def files_of(message: Message, streams: dict[int, Tnef]) -> tuple[File, ...]:
    """The files in order, at most ``limits.parts``. A ``winmail.dat`` that can be read is replaced by what it holds."""
    found: list[File] = []
    for file in _all(message, streams):
        if len(found) >= message.limits.parts:
            break
        found.append(file)
    return tuple(found)


def _all(message: Message, streams: dict[int, Tnef]) -> Iterator[File]:
    number = 0
    listed = {part.index for part in message.attachments}
    for part in message.parts:
        if part.index not in listed:
            for embedded in embedded_in(part)[1]:
                yield File(
                    lambda content=embedded.content: content,  # type: ignore[misc]
                    given_name=embedded.name, declared_type="", origin=embedded.encoding, part=part.index,
                    number=(number := number + 1), defect=embedded.defect,
                )  # fmt: skip
            continue
        stream = streams.get(part.index)
        if stream is None or not (stream.files or stream.html or stream.text):
            yield _of_part(part)
            continue
        for packed in stream.files:
            yield File(
                lambda packed=packed: packed.content,  # type: ignore[misc]
                given_name=_tnef_name(packed.name, packed.message), declared_type=packed.content_type,
                content_id=packed.content_id, inline=packed.hidden, origin="tnef", part=part.index,
                number=(number := number + 1),
            )  # fmt: skip


def _tnef_name(name: str, message: Tnef | None) -> str:
    return f"{message.subject}.dat" if message is not None and message.subject else name


def _of_part(part: Part) -> File:
    named = part.disposition == "attachment"
    return File(
        lambda: part.content,
        given_name=part.filename or "",
        declared_type=part.content_type,
        content_id=part.content_id or "",
        inline=not named and bool(part.content_id or part.disposition == "inline"),
        part=part.index,
        number=part.index,
        defect=part.content_defect or "",
    )


def embedded_in(part: Part) -> tuple[bytes, tuple[EmbeddedFile, ...]]:
    """The text of a plain text part without the files in it, as bytes, and the files."""
    if part.content_type != "text/plain" or part.is_multipart:
        return b"", ()
    return find_embedded(part.content)
