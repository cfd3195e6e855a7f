"""The IMAP commands, one module per group. Importing this package registers them all."""

from mailkit.testing.imap.commands import (
    append,
    copying,
    fetching,
    folders,
    greeting,
    idling,
    login,
    searching,
    selecting,
    storing,
)

__all__ = [
    "append",
    "copying",
    "fetching",
    "folders",
    "greeting",
    "idling",
    "login",
    "searching",
    "selecting",
    "storing",
]
