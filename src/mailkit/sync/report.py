"""What a sync and an audit tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mailkit.errors import MailkitError
from mailkit.words import Role


@dataclass(frozen=True, slots=True)
class Step:
    """How far a sync is: ``done`` of ``total`` messages in one stage (connect, list, fetch, flags) of one folder."""

    account: str
    folder: str
    stage: str
    done: int = 0
    total: int = 0


Progress = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What happened in one folder. ``error`` is why it could not be synced; what was done before it stays done.

    Attributes:
        new: messages that arrived here and were stored (in quarantine counted apart).
        changed: messages whose flags changed on the server.
        vanished: messages that are not here any more.
        quarantined: messages put aside now, with the reason in the quarantine.
        skipped: messages that were listed and gone before they could be fetched.
        restarted: the server numbered the folder anew (UIDVALIDITY); messages were recognised, not doubled.
    """

    name: str
    role: Role | None = None
    new: int = 0
    changed: int = 0
    vanished: int = 0
    quarantined: int = 0
    skipped: int = 0
    restarted: bool = False
    seconds: float = 0.0
    error: MailkitError | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. ``busy``: another sync of the account was running, nothing was done.

    ``stages`` are seconds by stage: connect, list, fetch, ingest, flags.
    """

    account: str
    folders: tuple[FolderReport, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
    busy: bool = False

    def _sum(self, name: str) -> int:
        return sum(getattr(folder, name) for folder in self.folders)

    @property
    def new(self) -> int:
        """New messages, in all folders."""
        return self._sum("new")

    @property
    def changed(self) -> int:
        """Messages whose flags changed."""
        return self._sum("changed")

    @property
    def vanished(self) -> int:
        """Messages that are not where they were."""
        return self._sum("vanished")

    @property
    def quarantined(self) -> int:
        """Messages put aside."""
        return self._sum("quarantined")

    @property
    def skipped(self) -> int:
        """Messages that were gone before they could be fetched."""
        return self._sum("skipped")

    @property
    def restarted(self) -> int:
        """Folders that the server numbered anew."""
        return self._sum("restarted")

    @property
    def seconds(self) -> float:
        """Time in all, seconds."""
        return sum(self.stages.values())

    @property
    def errors(self) -> tuple[FolderReport, ...]:
        """The folders that could not be synced."""
        return tuple(folder for folder in self.folders if folder.error is not None)

    @property
    def ok(self) -> bool:
        """Whether every folder is in step."""
        return not self.busy and not self.errors


@dataclass(frozen=True, slots=True)
class FolderAudit:
    """One folder, the server's UIDs beside the store's. ``held`` of the store's are in quarantine; ``flags`` are
    the UIDs that have other flags on the server."""

    name: str
    server: int = 0
    store: int = 0
    held: int = 0
    missing: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    error: MailkitError | None = None
    flags: tuple[int, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether both are the same."""
        return self.error is None and not (self.missing or self.extra or self.flags)

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.name}: {self.error.message}"
        text = f"{self.name}: {self.server - len(self.missing)} of {self.server}"
        found = (("missing", self.missing), ("not on the server", self.extra), ("other flags", self.flags))
        for words, uids in found:
            if uids:
                shown = ", ".join(map(str, uids[:10])) + (", …" if len(uids) > 10 else "")
                text += f", {words}: UID {shown}"
        return text + (f", {self.held} in quarantine" if self.held else "")


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Whether the store holds what the server holds."""

    account: str
    folders: tuple[FolderAudit, ...] = ()

    @property
    def server(self) -> int:
        """Messages on the server, in the folders that are synced."""
        return sum(folder.server for folder in self.folders)

    @property
    def missing(self) -> int:
        """Messages on the server that the store does not know."""
        return sum(len(folder.missing) for folder in self.folders)

    @property
    def extra(self) -> int:
        """Messages that the store believes to be on the server."""
        return sum(len(folder.extra) for folder in self.folders)

    @property
    def ok(self) -> bool:
        """Whether every folder agrees."""
        return all(folder.ok for folder in self.folders)

    def __str__(self) -> str:
        return f"{self.server - self.missing} of {self.server}"
