"""All files of a message, whatever they are packed in: MIME parts, ``winmail.dat``, uuencode and yEnc in the text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property

from mailkit.message import Message, Part, safe_filename
from mailkit.message.checks import encodings_of, names_of
from mailkit.message.embedded import EmbeddedFile, find_embedded
from mailkit.message.transfer import decode_transfer

from .sniff import differs, sniff, type_of_name
from .tnef import Tnef, is_tnef, read_tnef

__all__ = ["File", "files_of", "is_media", "tnef_of"]

_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef", "application/x-ms-tnef")
_TNEF_NAMES = ("winmail.dat", "win.dat")


class File:
    """One attached file; its bytes are decoded when they are asked for.

    Attributes:
        given_name: what the sender called it, "" if nothing; never a path to write to.
        other_names: what other programs may show as its name, where the sender gave several.
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
        other_names: tuple[str, ...] = (),
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
        self.other_names = other_names
        self.part = part
        self.defect = defect
        self._number = number
        self._copy = 1

    def __repr__(self) -> str:
        return f"File({self.name!r}, {self.declared_type!r}, {self.origin})"

    @property
    def content(self) -> bytes:
        """The bytes. Archives stay packed."""
        return self._load()

    @cached_property
    def name(self) -> str:
        """A name that is safe to write to disk (see ``mailkit.message.safe_filename``), and that no other file of the
        message has."""
        kind = self.declared_type if self.given_name else self.content_type
        return numbered(safe_filename(self.given_name or None, kind, self._number), self._copy)

    def be_inside(self, part: int) -> None:
        """For ``files_of`` only: stand in that part of the outer message."""
        self._number += 1000 * (part + 1)
        self.part = part

    def be_apart_from(self, taken: dict[str, int]) -> None:
        """For ``files_of`` only: count the names that are taken. Invented ones have their own numbers."""
        if not self.given_name:
            return
        name = safe_filename(self.given_name, self.declared_type, self._number)
        copy = taken.get(name.casefold(), 0) + 1
        while copy > 1 and numbered(name, copy).casefold() in taken:
            copy += 1
        taken[name.casefold()] = copy
        if copy > 1:
            self._copy = copy
            taken[numbered(name, copy).casefold()] = 1

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
        """Whether the bytes are something else than the label or the name says: a program that is called
        ``image/png``, or ``invoice.pdf``."""
        by_name = map(type_of_name, (self.given_name, *self.other_names))
        return any(differs(said, self.sniffed_type) for said in (self.declared_type, *by_name))

    @cached_property
    def size(self) -> int:
        """The number of bytes of ``content``."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """The digest of ``content``, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def numbered(name: str, copy: int) -> str:
    """``a.png`` and 2 give ``a (2).png``."""
    if copy < 2:
        return name
    stem, dot, extension = name.rpartition(".")
    return f"{stem} ({copy}){dot}{extension}" if stem and len(extension) <= 16 else f"{name} ({copy})"


def tnef_of(message: Message) -> dict[int, Tnef]:
    """The TNEF streams of a message by the index of their part."""
    found: dict[int, Tnef] = {}
    for part in message.parts:
        named = (part.filename or "").lower() in _TNEF_NAMES
        if not part.is_multipart and (part.content_type in _TNEF_TYPES or named) and is_tnef(part.content):
            found[part.index] = read_tnef(part.content, message.limits)
    return found


def files_of(message: Message, streams: dict[int, Tnef]) -> tuple[File, ...]:
    """The files in order, at most ``limits.parts``. A ``winmail.dat`` that can be read is replaced by what it holds.
    Two files of one name get two: ``a.png`` and ``a (2).png``, whatever the case of their letters."""
    found: list[File] = []
    taken: dict[str, int] = {}
    for file in _all(message, streams):
        if len(found) >= message.limits.parts:
            break
        file.be_apart_from(taken)
        found.append(file)
    return tuple(found)


def _all(message: Message, streams: dict[int, Tnef]) -> Iterator[File]:
    number = 0
    listed = {part.index for part in message.attachments}
    # Pictures that stand between the texts are shown there, and are files nevertheless.
    listed |= {part.index for part in message.html_body if is_media(part)}
    listed |= {part.index for part in message.text_body if is_media(part)}
    for part in message.parts:
        if part.undone is not None:
            for file in _all(part.undone, tnef_of(part.undone)):
                file.be_inside(part.index)
                yield file
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
            yield from _read_otherwise(message, part)
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


def is_media(part: Part) -> bool:
    """Whether a part is a picture, a sound or a film."""
    return part.content_type.startswith(("image/", "audio/", "video/"))


def _read_otherwise(message: Message, part: Part) -> Iterator[File]:
    """What programs see that believe another one of several transfer encodings."""
    encodings = encodings_of(part)
    end = min(part.end, part.start + message.limits.decoded_bytes)
    plain = encodings[0] not in _PACKED
    for encoding in encodings[1:]:
        if encoding in _PACKED or not plain:
            plain = plain or encoding not in _PACKED
            yield _of_part(part, lambda it=encoding: decode_transfer(message.raw[part.start : end], it)[0])  # type: ignore[misc]


_PACKED = ("base64", "quoted-printable", "x-uuencode")  # the others leave the bytes as they are


def _of_part(part: Part, load: Callable[[], bytes] | None = None) -> File:
    named = part.disposition == "attachment"
    return File(
        load or (lambda: part.content),
        given_name=part.filename or "",
        declared_type=part.content_type,
        content_id=part.content_id or "",
        inline=not named and bool(part.content_id or part.disposition == "inline"),
        other_names=tuple(name for name in names_of(part) if name != part.filename),
        part=part.index,
        number=part.index,
        defect=part.content_defect or "",
    )


def embedded_in(part: Part) -> tuple[bytes, tuple[EmbeddedFile, ...]]:
    """The text of a plain text part without the files in it, as bytes, and the files."""
    if part.content_type != "text/plain" or part.is_multipart:
        return b"", ()
    return find_embedded(part.content)
