"""The fixtures of an application with one account."""

from support.offices import office, server

__all__ = ["office", "server"]
