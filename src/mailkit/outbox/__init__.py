"""The outbox: a message leaves if and only if the transaction that enqueued it commits, once for each key.

States of a row::

                     cancel
      ┌──────────────────────────────► cancelled
      │                                    ▲
    ready ──claim──► leased ──mark──► started ──settle──► sent | partial | refused
      ▲ ▲              │                │ │
      │ └─lease over───┘                │ └─reply lost, or lease over──► uncertain ──resolve──► sent
      │                                 │                                    │  │
      └───────── retry, at due_at ──────┘                                    │  └─ hand: retry, cancel
      └──────────── proven unsent, or on_uncertain="resend" ─────────────────┘

What holds, whoever dies when:

* ``leased`` means that nobody can have the message: its lease may run out, and it is sent again.
* ``started`` is committed before the first byte of the content leaves. Whoever dies after it may have sent the message;
  when the lease is over the row is *uncertain*, and never sent again by itself (unless ``on_uncertain="resend"``).
* A claim raises ``fence``. A worker that comes back after its lease was lost cannot set the mark (so it does not send),
  and its verdicts are taken only while nobody has claimed the row again.
* A message accepted for some recipients goes on to the others only.
* Verdicts, events, the sent copy (through ingest) and the job that files it are one transaction.

Who does what: ``enqueue`` writes rows on the caller's transaction; ``Dispatcher`` claims, sends and settles;
``Resolver`` looks for uncertain messages in Sent; ``Filer`` puts sent mail there; ``manage`` is for people.
"""

from __future__ import annotations

from mailkit.outbox.dispatch import Dispatcher
from mailkit.outbox.enqueue import OnUncertain, enqueue, identity_of
from mailkit.outbox.filing import FILE_SENT, Filer
from mailkit.outbox.manage import cancel, entries, entry, receipt, retry
from mailkit.outbox.resolve import Resolver
from mailkit.outbox.settle import Behaviour, SentCopy, Settler, behaviour_of

__all__ = [
    "FILE_SENT",
    "Behaviour",
    "Dispatcher",
    "Filer",
    "OnUncertain",
    "Resolver",
    "SentCopy",
    "Settler",
    "behaviour_of",
    "cancel",
    "enqueue",
    "entries",
    "entry",
    "identity_of",
    "receipt",
    "retry",
]
