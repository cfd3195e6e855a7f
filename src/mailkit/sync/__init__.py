"""Sync: the store in step with a mailbox, one way (server to store), resumable at any point."""

from __future__ import annotations

from .audit import audit_account
from .engine import sync_account
from .report import AuditReport, Finding, FolderAudit, FolderReport, Progress, Step, SyncReport
from .run import SyncOptions

__all__ = [
    "AuditReport",
    "Finding",
    "FolderAudit",
    "FolderReport",
    "Progress",
    "Step",
    "SyncOptions",
    "SyncReport",
    "audit_account",
    "sync_account",
]
