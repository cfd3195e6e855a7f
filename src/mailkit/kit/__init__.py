"""The facade that an application holds."""

from mailkit.kit.accounts import Check
from mailkit.kit.events import Batch
from mailkit.kit.facade import MailKit
from mailkit.kit.threads import CopyInfo, Thread
from mailkit.kit.work import WorkReport

__all__ = ["Batch", "Check", "CopyInfo", "MailKit", "Thread", "WorkReport"]
