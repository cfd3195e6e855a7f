"""The store: owner of all SQL."""

from mailkit.store.engine import Store
from mailkit.store.tx import Rows, Tx

__all__ = ["Rows", "Store", "Tx"]
