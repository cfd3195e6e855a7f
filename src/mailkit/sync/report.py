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


#: So many UIDs of a finding are shown in its text.
SHOWN = 10
KINDS: Mapping[str, str] = {
    "missing": "missing",
    "extra": "not on the server",
    "flags": "with other flags",
    "held": "held",
}
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


def _told(server: int, missing: int) -> str:
    return f"{server - missing:,} of {server:,}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Messages of one folder that are not as they should be, and why.

    ``kind``: ``missing`` (on the server, not here), ``extra`` (here, not on the server), ``flags`` (other flags on
    the server), ``held`` (known, and no message here: in quarantine or erased, which is no difference).
    """

    kind: str
    uids: tuple[int, ...]
    why: str

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.uids[:SHOWN])) + (", …" if len(self.uids) > SHOWN else "")
        return f"{len(self.uids):,} {KINDS[self.kind]} (UID {shown}): {self.why}"


@dataclass(frozen=True, slots=True)
class FolderAudit:
    """One folder, the server's messages beside the store's. ``findings`` tell each that differs or is held, and why.

    ``error`` is why the folder could not be compared.
    """

    name: str
    server: int = 0
    store: int = 0
    findings: tuple[Finding, ...] = ()
    error: MailkitError | None = None

    def _uids(self, kind: str) -> tuple[int, ...]:
        return tuple(sorted(uid for finding in self.findings if finding.kind == kind for uid in finding.uids))

    @property
    def missing(self) -> tuple[int, ...]:
        """UIDs on the server that the store does not have."""
        return self._uids("missing")

    @property
    def extra(self) -> tuple[int, ...]:
        """UIDs that the store believes to be on the server."""
        return self._uids("extra")

    @property
    def flags(self) -> tuple[int, ...]:
        """UIDs that have other flags on the server."""
        return self._uids("flags")

    @property
    def held(self) -> tuple[int, ...]:
        """UIDs that are known and no message here: in quarantine, or erased."""
        return self._uids("held")

    @property
    def ok(self) -> bool:
        """Whether both are the same."""
        return self.error is None and all(finding.kind == "held" for finding in self.findings)

    @property
    def total(self) -> str:
        """``2,498 of 2,500``."""
        return _told(self.server, len(self.missing))

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.name}: {self.error.message}"
        return "; ".join([f"{self.name}: {self.total}", *map(str, self.findings)])


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Whether the store holds what the server holds. As text: ``2,500 of 2,500``, or what differs and why."""

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

    @property
    def total(self) -> str:
        """``2,498 of 2,500``."""
        return _told(self.server, self.missing)

    def __str__(self) -> str:
        return "\n".join([self.total, *(str(folder) for folder in self.folders if not folder.ok)])
