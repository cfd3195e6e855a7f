"""A small CRM with a database of its own, and the adapter that joins it to mailkit.

It stands for the application's own system: companies, contacts, deals, tickets and the activities shown on them, in
one SQLite file that mailkit knows nothing of. Read ``adapter`` to see how little an adapter has to be.
"""

from __future__ import annotations

from mailkit.testing.crm.adapter import SampleCrmAdapter
from mailkit.testing.crm.database import Activity, SampleCrm

__all__ = ["Activity", "SampleCrm", "SampleCrmAdapter"]
