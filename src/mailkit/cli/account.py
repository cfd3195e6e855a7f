"""``mailkit account``: the accounts that the store knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from mailkit.cli import account_options as options
from mailkit.cli import shapes
from mailkit.cli.codes import Exit, code_of
from mailkit.cli.context import opened, output
from mailkit.cli.failure import lines
from mailkit.cli.options import Json
from mailkit.cli.output import Out
from mailkit.errors import NetworkError

if TYPE_CHECKING:
    from mailkit.config import Account, ImapServer, SmtpServer
    from mailkit.kit import Check, MailKit

app: typer.Typer = typer.Typer(name="account", help="The accounts that the store knows.", no_args_is_help=True)

_OF_SMTP_ONLY = ("imap.local_hostname", "imap.login", "imap.data_timeout")
_NONE_YET = "There is no account yet; add one with `mailkit account add`."


@app.command()
def add(
    ctx: typer.Context,
    address: options.Address = None,
    name: options.Name = None,
    display_name: options.DisplayName = "",
    alias: options.Alias = None,
    provider: options.Provider = None,
    host: options.Host = None,
    imap: options.Imap = None,
    imap_tls: options.Tls = None,
    imap_server_hostname: options.ServerHostname = None,
    smtp: options.Smtp = None,
    smtp_tls: options.Tls = None,
    smtp_server_hostname: options.ServerHostname = None,
    smtp_local_hostname: options.LocalHostname = None,
    smtp_login: options.SmtpLogin = None,
    smtp_data_timeout: options.DataTimeout = None,
    connect_timeout: options.ConnectTimeout = None,
    read_timeout: options.ReadTimeout = None,
    ca_file: options.CaFile = None,
    username: options.Username = None,
    password_file: options.PasswordFile = None,
    password_stdin: options.PasswordStdin = False,
    no_password: options.NoPassword = False,
    token_provider: options.TokenProvider = None,
    mechanism: options.Mechanism = None,
    authserv_id: options.AuthservId = None,
    verify_dkim: options.VerifyDkim = None,
    folder: options.Folder = None,
    saves_sent: options.SavesSent = None,
    dkim_key_file: options.DkimKeyFile = None,
    dkim_selector: options.DkimSelector = None,
    dkim_domain: options.DkimDomain = None,
    url: options.Url = None,
    from_env: options.FromEnv = None,
    replace: options.Replace = False,
    check_it: options.Check = False,
    json: Json = False,
) -> int:
    """Store an account. Makes the database if there is none (SQLite).

    The password comes from --password-file, --password-stdin, MAILKIT_PASSWORD or a prompt; never from an argument,
    which other users of the machine can read.
    """
    said = locals()
    from mailkit.cli.accounts import Given, account_of

    given = Given(**{one.name: said[one.name] for one in fields(Given)})
    return _add(ctx, output(json), account_of(given), replace, check_it)


def _add(ctx: typer.Context, out: Out, account: Account, replace: bool, check_it: bool) -> int:
    checks: tuple[Check, ...] = ()
    with opened(ctx, create=True) as kit:
        if check_it:
            checks = _check_first(kit, account, replace)
        else:
            kit.accounts.add(account, replace=replace)
    code = _tell_checks(out, account.name, checks)
    out.line(f"{account.name}: {'stored' if code is Exit.OK else 'not stored'}")
    stored = shapes.account(account) if code is Exit.OK else None
    out.document({"account": stored, "checks": [shapes.check(one) for one in checks]})
    return code


def _check_first(kit: MailKit, account: Account, replace: bool) -> tuple[Check, ...]:
    """Log in with what is about to be stored; nothing stays where that fails."""
    before = kit.accounts.get(account.name) if replace and account.name in kit.accounts.names() else None
    kit.accounts.add(account, replace=replace)
    found = kit.accounts.check(account.name)
    if not all(one.ok for one in found):
        if before is not None:
            kit.accounts.add(before, replace=True)
        else:
            kit.accounts.remove(account.name)
    return found


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> int:
    """List the accounts, without their secrets."""
    out = output(json)
    with opened(ctx) as kit:
        found = kit.accounts.list()
    rows = [(one.name, one.address, _where(one.imap), _where(one.smtp), one.provider or "-") for one in found]
    if rows:
        out.table(("name", "address", "imap", "smtp", "provider"), rows)
    else:
        out.line(_NONE_YET)
    out.document({"accounts": [shapes.account(one) for one in found]})
    return Exit.OK


@app.command()
def show(
    ctx: typer.Context, name: Annotated[str, typer.Argument(help="Name of the account.")], json: Json = False
) -> int:
    """Show all settings of an account, and of its secrets only that they are there."""
    out = output(json)
    with opened(ctx) as kit:
        found = kit.accounts.get(name)
    shape = shapes.account(found)
    credentials = shapes.credentials(found.credentials)
    rows = _settings({**shape, "credentials": credentials})
    out.table(("setting", "value"), [row for row in rows if row[0] not in _OF_SMTP_ONLY])
    out.document({"account": shape, "credentials": credentials})
    return Exit.OK


def _settings(shape: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in shape.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{prefix}{name}.")
        else:
            yield prefix + name, _said(value)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value in (None, "") else str(value)


def _where(server: ImapServer | SmtpServer | None) -> str:
    return f"{server.host}:{server.port} {server.tls}" if server is not None else "-"


@app.command()
def check(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Names of accounts; default: all.")] = None,
    json: Json = False,
) -> int:
    """Log in to the servers of accounts and say what came of it. Nothing is read, sent or changed."""
    out = output(json)
    with opened(ctx) as kit:
        found = {name: kit.accounts.check(name) for name in names or kit.accounts.names()}
    if not found:
        out.line(_NONE_YET)
    codes = [_tell_checks(out, name, checks) for name, checks in found.items()]
    out.document(
        {
            "accounts": [
                {"name": name, "checks": [shapes.check(one) for one in checks]} for name, checks in found.items()
            ]
        }
    )
    return next((code for code in codes if code is not Exit.OK), Exit.OK)


def _tell_checks(out: Out, name: str, checks: tuple[Check, ...]) -> Exit:
    for one in checks:
        detail = f", {one.detail}" if one.detail else ""
        out.line(f"{name}: {one.what} {one.host}:{one.port} {'ok' if one.ok else 'FAILED'}{detail}")
        for line in lines(one.error) if one.error is not None else ():
            out.line(line)
        if isinstance(one.error, NetworkError):
            out.line(f"         If that port does not speak {one.detail}, name what it speaks with --{one.what}-tls.")
    return next((code_of(one.error) for one in checks if one.error is not None), Exit.OK)


@app.command()
def remove(
    ctx: typer.Context, name: Annotated[str, typer.Argument(help="Name of the account.")], json: Json = False
) -> int:
    """Forget an account and its secret. Its mail stays."""
    out = output(json)
    with opened(ctx) as kit:
        kit.accounts.remove(name)
    out.line(f"{name}: removed, its mail stays")
    out.document({"removed": name})
    return Exit.OK
