"""Write the reference page of the command line from the commands themselves.

Usage: ``python tools/clidoc.py`` writes docs/reference/cli.md; ``--check`` only says whether the page is up to date.
A test compares them too, so that the page never tells of commands that do not exist.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mailkit.cli import documents
from mailkit.cli.app import app
from mailkit.cli.codes import MEANING

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
HEAD = """\
# Command line

`mailkit` reads the same database as the application, so it shows what the application did, and can do the same. It
comes with `pip install 'mailkit-sdk[cli]'`.

```console
$ mailkit db key --out mailkit.key
$ export MAILKIT_DATABASE=sqlite:///mail.db MAILKIT_KEY_FILE=mailkit.key
$ mailkit account add help@acme.example --name support --imap imap.acme.example --smtp smtp.acme.example
$ mailkit sync support
$ mailkit threads
$ mailkit explain 1
```

- Make the key once, and give the application the same; it encrypts the stored passwords.
- The database is named by `--database`, which stands before the command, or by `MAILKIT_DATABASE`;
  [`MailKit.from_env`](mailkit.md) names the other variables.
- Every command takes `--json`: it prints one JSON document, and nothing else, to standard output.
- Passwords are read from a file, standard input, the environment or a prompt, never from an argument.
- Progress bars appear on a terminal only. What strangers wrote is made harmless before it is printed.
- An error is one sentence and a hint, never a traceback.

<!-- This page is written by tools/clidoc.py from the commands themselves. -->

"""


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of a tree that can be run, with its words."""
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        yield from commands(child, (*path, name))


def tree() -> list[tuple[tuple[str, ...], Any]]:
    """All commands, in the order of ``mailkit --help``."""
    return list(commands(typer.main.get_command(app), ("mailkit",)))


def _usage(path: tuple[str, ...], command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    words = [_argument(one) for one in arguments]
    return " ".join([*path, "[OPTIONS]", *words])


def _argument(one: Any) -> str:
    name = str(one.name).upper() + ("..." if one.nargs == -1 or one.multiple else "")
    return name if one.required else f"[{name}]"


def _options(command: Any) -> Iterator[str]:
    for one in command.params:
        text = " ".join(str(getattr(one, "help", None) or "").split())
        if one.param_type_name == "argument":
            yield f"| `{one.name.upper()}` | {text} |"
        elif one.name != "help" and "completion" not in str(one.name):
            names = ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))
            yield f"| {names} | {text.replace('|', '&#124;')} |"


def _section(path: tuple[str, ...], command: Any) -> str:
    told = "\n\n".join(" ".join(part.split()) for part in str(command.help or "").split("\n\n"))
    rows = "\n".join(_options(command))
    table = f"\n\n| | |\n|---|---|\n{rows}" if rows else ""
    return f"### {' '.join(path)}\n\n```text\n{_usage(path, command)}\n```\n\n{told}{table}\n"


def page() -> str:
    """The whole page."""
    root = typer.main.get_command(app)
    options = "\n".join(_options(root))
    parts = [HEAD, f"## Options before the command\n\n| | |\n|---|---|\n{options}\n\n## Commands\n\n"]
    parts += [_section(path, command) + "\n" for path, command in tree()]
    codes = "\n".join(f"| {code.value} | {meaning} |" for code, meaning in MEANING.items())
    parts.append(f"## Exit codes\n\n| code | means |\n|---|---|\n{codes}\n\n")
    parts.append(documents.markdown())
    return "".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in arguments:
        same = PAGE.exists() and PAGE.read_text("utf-8") == text
        if not same:
            print(f"{PAGE.name} is out of date: run python tools/clidoc.py", file=sys.stderr)
        return 0 if same else 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
