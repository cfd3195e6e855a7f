"""What all settings have in common: frozen, no unknown fields, clear errors, no secret in any text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from mailkit.errors import ConfigError, InjectionError

MAX_TEXT = 1000


class Setting(BaseModel):
    """Base of the settings. A wrong value raises ``ConfigError`` (``InjectionError`` for a control character)."""

    # defer_build: the validators are built at the first use, so that importing mailkit stays cheap.
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True, arbitrary_types_allowed=False
    )

    if not TYPE_CHECKING:  # type checkers see the fields of each class

        def __init__(self, **data: object) -> None:
            try:
                super().__init__(**data)
            except ValidationError as error:
                raise clear_error(type(self).__name__, error) from None


def clear_error(what: str, error: ValidationError) -> ConfigError | InjectionError:
    """One sentence for what pydantic found wrong. Input values are never quoted: one of them may be a secret."""
    sentences: list[str] = []
    for problem in error.errors(include_url=False, include_input=False):
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, InjectionError):
            return InjectionError(cause.message)
        field = ".".join(str(step) for step in problem["loc"] if isinstance(step, (str, int)))
        words = cause.message if isinstance(cause, ConfigError) else _words(problem["type"], problem["msg"])
        sentences.append(f"{field}: {words}" if field else words)
    return ConfigError(f"{what} is not valid: {'; '.join(sentences)}")


def _words(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "there is no such setting"
    if kind == "missing":
        return "it must be given"
    return message.removeprefix("Value error, ").rstrip(".")


def clean(value: str, what: str, *, empty: bool = False, limit: int = MAX_TEXT) -> str:
    """``value`` unchanged if it can stand in a command or a header.

    Raises:
        InjectionError: it holds a line break, NUL or another control character.
        ConfigError: it is empty (unless ``empty``) or longer than ``limit`` characters.
    """
    if any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in value):
        raise InjectionError(f"The {what} holds a line break or another control character.")
    if not empty and not value.strip():
        raise ConfigError(f"the {what} is empty")
    if len(value) > limit:
        raise ConfigError(f"the {what} is longer than {limit} characters")
    return value


def clean_address(value: str, what: str = "address") -> str:
    """One address of our own, ``local@domain``; looser than RFC 5321: ``ana@corp.local`` works."""
    clean(value, what, limit=320)
    local, at, domain = value.rpartition("@")
    bad_domain = domain.startswith(".") or domain.endswith(".") or ".." in domain
    if (
        not (local and at and domain)
        or bad_domain
        or any(c.isspace() or c in '<>(),;:"[]\\' for c in value)
        or "@" in local
    ):
        raise ConfigError(f"the {what} is not an address; write it as name@domain")
    return value


def clean_host(value: str) -> str:
    """A host name or an IP address, without scheme, port, user or path."""
    clean(value, "host", limit=253)
    if any(c.isspace() or c in "/@?#\\%<>\"'" for c in value):
        raise ConfigError("the host is not a host name; write it without scheme, user and path")
    if ":" in value and value.count(":") < 2:
        raise ConfigError("the host holds a port; give the port as port=…")
    return value.rstrip(".")
