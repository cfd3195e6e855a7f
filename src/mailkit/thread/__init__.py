"""What belongs together: reference keys, base subjects and the reply tree.

``reference_keys`` names every Message-ID by which a message hangs together with others; two messages that share one are
in one thread. ``partition`` says the same of many messages at once. ``tree`` orders a thread for reading (RFC 5256).
"""

from __future__ import annotations

from .references import node_of, own_ids, partition, reference_keys
from .subject import base_subject, first_marks, is_forward, is_reply
from .tree import Node, Tree, tree

__all__ = [
    "Node",
    "Tree",
    "base_subject",
    "first_marks",
    "is_forward",
    "is_reply",
    "node_of",
    "own_ids",
    "partition",
    "reference_keys",
    "tree",
]
