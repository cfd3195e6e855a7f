"""``mailkit account``: the accounts that the store knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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

_NONE_YET = "There is no account yet; add one with `mailkit account add`."
_MODES = "implicit|starttls|insecure"
_TLS_HELP = "implicit: TLS from the first byte; the default on ports 993 and 465, elsewhere starttls."
_Imap = Annotated[
    str | None, typer.Option(metavar="HOST[:PORT]", help="IMAP server. Default port: 993.", show_default=False)
]
_Smtp = Annotated[
    str | None, typer.Option(metavar="HOST[:PORT]", help="SMTP server. Default port: 587.", show_default=False)
]
_Tls = Annotated[str | None, typer.Option(metavar=_MODES, help=_TLS_HELP, show_default=False)]


@app.command()
def add(
    ctx: typer.Context,
    address: Annotated[str | None, typer.Argument(help="The account's address.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option(help="How to call it. Default: the address.", show_default=False)] = None,
    display_name: Annotated[str, typer.Option(help="Shown beside the address in From.", show_default=False)] = "",
    alias: Annotated[
        list[str] | None, typer.Option(help="Further address. May be repeated.", show_default=False)
    ] = None,
    provider: Annotated[str | None, typer.Option(help="gmail, microsoft365, exchange …", show_default=False)] = None,
    host: Annotated[
        str | None, typer.Option(help="Server of a provider that runs at yours.", show_default=False)
    ] = None,
    imap: _Imap = None,
    imap_tls: _Tls = None,
    smtp: _Smtp = None,
    smtp_tls: _Tls = None,
    ca_file: Annotated[Path | None, typer.Option(help="CA that signed the servers' certificates.")] = None,
    username: Annotated[str | None, typer.Option(help="Login name. Default: the address.", show_default=False)] = None,
    password_file: Annotated[Path | None, typer.Option(help="File with the password.", show_default=False)] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="Store no credentials.")] = False,
    token_provider: Annotated[
        str | None, typer.Option(help="OAuth 2.0: name of the application's token provider.", show_default=False)
    ] = None,
    authserv_id: Annotated[
        list[str] | None,
        typer.Option(help="Whom to believe in Authentication-Results. May be repeated.", show_default=False),
    ] = None,
    folder: Annotated[
        list[str] | None, typer.Option(help="Sync only this folder. May be repeated.", show_default=False)
    ] = None,
    saves_sent: Annotated[
        bool | None,
        typer.Option("--saves-sent/--no-saves-sent", help="The server files sent mail.", show_default=False),
    ] = None,
    url: Annotated[str | None, typer.Option(help="imaps://… without a password.", show_default=False)] = None,
    from_env: Annotated[
        str | None, typer.Option(help="Take MAILKIT_ACCOUNT_<NAME>_… of this name.", show_default=False)
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the account of that name.")] = False,
    check_it: Annotated[bool, typer.Option("--check", help="Log in, and store it only if that works.")] = False,
    json: Json = False,
) -> int:
    """Store an account. Makes the database if there is none (SQLite).

    The password comes from --password-file, --password-stdin, MAILKIT_PASSWORD or a prompt; never from an argument,
    which other users of the machine can read.
    """
    from mailkit.cli.accounts import Given, account_of

    out = output(json)
    given = Given(
        address=address, name=name, display_name=display_name, aliases=alias, provider=provider, host=host,
        imap=imap, imap_tls=imap_tls, smtp=smtp, smtp_tls=smtp_tls, ca_file=ca_file, username=username,
        password_file=password_file, password_stdin=password_stdin, no_password=no_password,
        token_provider=token_provider, authserv_ids=authserv_id, folders=folder, saves_sent=saves_sent,
        url=url, from_env=from_env,
    )  # fmt: skip
    return _add(ctx, out, account_of(given), replace, check_it)


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
