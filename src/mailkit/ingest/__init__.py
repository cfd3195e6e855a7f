"""Ingest, the spine: raw bytes become a message, its copy, thread, links and event, in one transaction."""

from mailkit.ingest.aside import Fence
from mailkit.ingest.prepare import Prepared, Profile, keys_of, prepare
from mailkit.ingest.spine import Ingest, LinkRules

__all__ = ["Fence", "Ingest", "LinkRules", "Prepared", "Profile", "keys_of", "prepare"]
