"""The fixtures of an application with one account."""

from support.application import office, server

__all__ = ["office", "server"]
