"""The options of ``mailkit account add``: one for each setting of an account."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_MODES = "implicit|starttls|insecure"
_MECHANISMS = "xoauth2|oauthbearer"
_TLS_HELP = "implicit: TLS from the first byte; the default on ports 993 and 465, elsewhere starttls."


def _option(text: str, metavar: str | None = None) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(help=text, metavar=metavar, show_default=False)
    return option


def _switch(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}/--no-{name}", help=text, show_default=False)
    return option


Address = Annotated[str | None, typer.Argument(help="The account's address.", show_default=False)]
Name = Annotated[str | None, _option("How to call it. Default: the address.")]
DisplayName = Annotated[str, _option("Shown beside the address in From.")]
Alias = Annotated[list[str] | None, _option("Further address. May be repeated.")]
Provider = Annotated[str | None, _option("gmail, microsoft365, exchange …")]
Host = Annotated[str | None, _option("Server of a provider that runs at yours.")]
Imap = Annotated[str | None, _option("IMAP server. Default port: 993.", "HOST[:PORT]")]
Smtp = Annotated[str | None, _option("SMTP server. Default port: 587.", "HOST[:PORT]")]
Tls = Annotated[str | None, _option(_TLS_HELP, _MODES)]
ServerHostname = Annotated[str | None, _option("Name in its certificate. Default: its host.")]
SmtpLogin = Annotated[bool | None, _switch("smtp-login", "Log in to send; a relay may want none.")]
LocalHostname = Annotated[str | None, _option("Name given in EHLO. Default: the machine's own.")]
ConnectTimeout = Annotated[float | None, _option("Seconds to wait for a connection. Default: 20.")]
ReadTimeout = Annotated[float | None, _option("Seconds to wait for an answer. Default: 60.")]
DataTimeout = Annotated[
    float | None,
    _option("Seconds to wait for the answer to a message's content. Default: ten times the other, at most 600."),
]
CaFile = Annotated[Path | None, _option("CA that signed the servers' certificates.")]
Username = Annotated[str | None, _option("Login name. Default: the address.")]
PasswordFile = Annotated[Path | None, _option("File with the password.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")]
NoPassword = Annotated[bool, typer.Option("--no-password", help="Store no credentials.")]
TokenProvider = Annotated[str | None, _option("OAuth 2.0: name of the application's token provider.")]
Mechanism = Annotated[str | None, _option("OAuth 2.0: how to log in. Default: as the server offers.", _MECHANISMS)]
AuthservId = Annotated[list[str] | None, _option("Whom to believe in Authentication-Results. May be repeated.")]
VerifyDkim = Annotated[bool | None, _switch("verify-dkim", "Check signatures of what arrives, with keys from the DNS.")]
Folder = Annotated[list[str] | None, _option("Sync only this folder. May be repeated.")]
SavesSent = Annotated[bool | None, _switch("saves-sent", "The server files sent mail.")]
DkimKeyFile = Annotated[list[Path] | None, _option("Key that signs what is sent, PEM. May be repeated.")]
DkimSelector = Annotated[list[str] | None, _option("Selector of a key, one for each, in the same order.")]
DkimDomain = Annotated[str | None, _option("Domain of the keys. Default: the address's.")]
Url = Annotated[str | None, _option("imaps://… without a password.")]
FromEnv = Annotated[str | None, _option("Take MAILKIT_ACCOUNT_<NAME>_… of this name.")]
Replace = Annotated[bool, typer.Option("--replace", help="Replace the account of that name.")]
Check = Annotated[bool, typer.Option("--check", help="Log in, and store it only if that works.")]
