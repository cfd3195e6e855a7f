"""Ingest, the spine: raw bytes become a message, its copy, thread, links and event, in one transaction."""

from mailkit.ingest.prepare import Prepared, Profile, prepare
from mailkit.ingest.spine import Ingest, LinkRules

__all__ = ["Ingest", "LinkRules", "Prepared", "Profile", "prepare"]
