"""``mailkit sync`` and ``mailkit audit``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mailkit.cli import shapes
from mailkit.cli.codes import Exit, code_of
from mailkit.cli.context import opened, output
from mailkit.cli.failure import lines
from mailkit.cli.options import Json
from mailkit.cli.output import Out
from mailkit.errors import ConfigError, InputError, MailkitError, NotFoundError, StoreError
from mailkit.words import Role

if TYPE_CHECKING:
    from mailkit.kit import MailKit
    from mailkit.sync import FolderReport, SyncReport

_HINT = "Name accounts, or say --all."


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("sync", short_help="Bring the store in step with mailboxes.")(sync)
    app.command("audit", short_help="Compare server and store.")(audit)


def sync(
    ctx: typer.Context,
    accounts: Annotated[list[str] | None, typer.Argument(help="Names of accounts.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="All accounts.")] = False,
    folder: Annotated[
        list[str] | None, typer.Option("--folder", "-f", help="Only this folder. May be repeated.", show_default=False)
    ] = None,
    role: Annotated[
        list[Role] | None,
        typer.Option("--role", help="Only the folder of this role. May be repeated.", show_default=False),
    ] = None,
    json: Json = False,
) -> int:
    """Bring the store in step with mailboxes. Nothing is changed on the server.

    Exit code 0 when every folder is in step, also when mails were put into quarantine; else that of the first failure.
    """
    out = output(json)
    done: list[SyncReport | _Failed] = []
    with opened(ctx) as kit:
        names = _names(kit, accounts or [], every)
        wanted = [*(folder or []), *(role or [])] or None
        for name in names:
            done.append(_one(kit, name, wanted, out))
            _tell(out, done[-1])
    out.document({"accounts": [one.shape() if isinstance(one, _Failed) else shapes.sync(one) for one in done]})
    return next((code for code in map(_code, done) if code is not Exit.OK), Exit.OK)


class _Failed:
    """An account that was not synced."""

    def __init__(self, account: str, error: MailkitError) -> None:
        self.account = account
        self.error = error

    def shape(self) -> shapes.Shape:
        from mailkit.sync import SyncReport

        """As of a sync that did nothing."""
        return {**shapes.sync(SyncReport(self.account)), "ok": False, "error": shapes.error(self.error)}


def _names(kit: MailKit, given: list[str], every: bool) -> list[str]:
    if given and every:
        raise InputError("Accounts were named together with --all.", hint=_HINT)
    known = kit.accounts.names()
    if given:
        return given
    if not known:
        raise ConfigError("There is no account yet.", hint="Add one with `mailkit account add`.")
    if every or len(known) == 1:
        return [one.name for one in kit.accounts.list() if one.imap is not None]
    raise InputError(f"Which account is to be synced? Known: {', '.join(known)}.", hint=_HINT)


def _one(kit: MailKit, name: str, folders: list[str | Role] | None, out: Out) -> SyncReport | _Failed:
    """One account. Another one's server being down is no reason to leave this one out; a database that fails is."""
    try:
        with out.progress() as progress:
            return kit.sync(name, folders=folders, progress=progress)
    except StoreError as error:
        if not isinstance(error, NotFoundError):
            raise
        return _Failed(name, error)
    except MailkitError as error:
        return _Failed(name, error)


def _code(done: SyncReport | _Failed) -> Exit:
    if isinstance(done, _Failed):
        return code_of(done.error)
    if done.busy:
        return Exit.LATER
    return next((code_of(folder.error) for folder in done.errors if folder.error is not None), Exit.OK)


def _tell(out: Out, done: SyncReport | _Failed) -> None:
    if isinstance(done, _Failed):
        out.line(f"{done.account}: not synced")
        if not out.json:
            print("\n".join(lines(done.error)), file=sys.stderr)
        return
    if done.busy:
        out.line(f"{done.account}: another sync of it is running")
        return
    out.line(f"{done.account}: {_numbers(done)}, {done.seconds:.1f} s")
    for folder in done.folders:
        out.line(f"  {folder.name}: {_folder(folder)}")


def _folder(folder: FolderReport) -> str:
    text = _numbers(folder)
    if folder.restarted:
        text += ", numbered anew by the server"
    return text if folder.error is None else f"{text}; stopped: {folder.error.message} [{folder.error.code}]"


def _numbers(report: SyncReport | FolderReport) -> str:
    parts = [f"{report.new} new"]
    parts += [f"{n} {word}" for n, word in ((report.changed, "changed"), (report.vanished, "gone")) if n]
    if report.quarantined:
        parts.append(f"{report.quarantined} put into quarantine")
    if report.skipped:
        parts.append(f"{report.skipped} gone before they could be fetched")
    return ", ".join(parts)


def audit(
    ctx: typer.Context,
    account: Annotated[str, typer.Argument(help="Name of the account.")],
    json: Json = False,
) -> int:
    """Compare the server's messages and flags with the store's, folder by folder; say what differs and why.

    Exit code 1: they differ.
    """
    out = output(json)
    with opened(ctx) as kit:
        report = kit.audit(account)
    for folder in report.folders:
        what = folder.total if folder.error is None else folder.error.message
        out.line(f"{'ok ' if folder.ok else 'NOT'}  {folder.name}: {what}")
        for finding in folder.findings:
            out.line(f"     {finding}")
    verdict = "in step" if report.ok else "NOT in step; run `mailkit sync` and audit again"
    out.line(f"{report.account}: {report.total}, {verdict}")
    out.document(shapes.audit(report))
    failed = next((folder.error for folder in report.folders if folder.error is not None), None)
    if failed is not None:
        return code_of(failed)
    return Exit.OK if report.ok else Exit.FAILED
