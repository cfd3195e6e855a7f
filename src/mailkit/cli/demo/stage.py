"""What the demo plays on: a directory, two mail servers with the sample mails, the sample CRM, a key and a store."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailkit.auth import generate_key
from mailkit.cli.db import write_secret
from mailkit.cli.demo.application import Clock
from mailkit.cli.demo.breaks import known
from mailkit.config import Account
from mailkit.errors import InputError
from mailkit.testing import MailServer
from mailkit.testing.crm import SampleCrm
from mailkit.testing.samples import SALES, SUPPORT, TRUSTED_HOST, SampleMail, SampleSet, generate

#: A directory that holds this file was made by the demo, and the demo may empty it.
MARK = ".mailkit-demo"
#: The accounts by name.
ADDRESSES = {"sales": SALES, "support": SUPPORT}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    directory: Path
    seed: int
    count: int
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A sample mail in its folder on the server."""

    account: str
    folder: str
    uid: int
    mail: SampleMail


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that is set up."""

    wish: Wish
    samples: SampleSet
    servers: dict[str, MailServer]
    placed: tuple[Placed, ...]
    crm: SampleCrm
    key_file: Path
    clock: Clock

    @property
    def database(self) -> Path:
        """The file of the store."""
        return self.wish.directory / "mail.db"

    @property
    def url(self) -> str:
        """The URL of the store."""
        return f"sqlite:///{self.database}"

    @property
    def options(self) -> str:
        """The options with which the command looks at this store, ready to paste."""
        values = (str(self.database), str(self.key_file), f"sample:{self.crm.path}")
        return "-d {} --key-file {} --adapter {}".format(*map(shlex.quote, values))


def prepare(directory: Path) -> Path:
    """An empty directory, of the demo's own.

    Raises:
        InputError: there is something in it that the demo did not put there.
    """
    try:
        if directory.exists() and any(directory.iterdir()):
            if not (directory / MARK).is_file():
                raise InputError(
                    f"{directory} is not empty, and the demo did not make it.",
                    hint="Name another directory with --directory.",
                )
            shutil.rmtree(directory)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / MARK).write_text("Made by `mailkit demo`, which empties this directory when it runs again.\n")
    except OSError as error:
        raise InputError(f"{directory} cannot be used: {error.strerror}.", hint="Name one with --directory.") from error
    return directory.absolute()


@contextmanager
def set_up(wish: Wish) -> Iterator[Stage]:
    """Make everything, run the servers, stop them."""
    known(wish.broken)
    directory = prepare(wish.directory)
    wish = Wish(directory, wish.seed, wish.count, wish.broken)
    samples = generate(wish.seed, wish.count)
    key_file = directory / "key"
    write_secret(key_file, generate_key() + "\n")
    crm = SampleCrm(directory / "crm.db")
    crm.seed_from(samples)
    # Like Gmail, the first server files what it sends by itself; the second one leaves that to the client.
    with MailServer(files_sent=True) as first, MailServer() as second:
        servers = {"sales": first, "support": second}
        placed = tuple(mail for name in servers for mail in _fill(servers[name], name, samples))
        shutil.copyfile(first.ca_file, directory / "ca.pem")
        yield Stage(wish, samples, servers, placed, crm, key_file, Clock())


def _fill(server: MailServer, name: str, samples: SampleSet) -> Iterator[Placed]:
    address = ADDRESSES[name]
    server.add_user(address, f"{name}-password")
    for folder in samples.folders(address):
        if folder not in server.folders(address):
            server.create_folder(address, folder)
        handle = server.folder(address, folder)
        for mail in samples.inside(address, folder):
            yield Placed(name, folder, handle.add(mail.raw, mail.flags, mail.internaldate), mail)


def accounts(stage: Stage) -> Iterator[Account]:
    """The two accounts, as an application would describe them."""
    ca_file = stage.wish.directory / "ca.pem"
    for name, server in stage.servers.items():
        made = server.account(ADDRESSES[name], name=name)
        yield made.model_copy(
            update={
                "provider": "gmail" if server.options.files_sent else None,
                "saves_sent": None,
                "authserv_ids": (TRUSTED_HOST,),
                "imap": made.imap.model_copy(update={"ca_file": ca_file}) if made.imap else None,
                "smtp": made.smtp.model_copy(update={"ca_file": ca_file}) if made.smtp else None,
            }
        )
