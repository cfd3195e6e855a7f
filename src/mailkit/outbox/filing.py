"""Filing sent mail in the account's Sent folder, where the server does not do that by itself.

A queued job, run outside every transaction. It first looks for the message by its Message-ID: a job that was killed
after APPEND is run again and must not file it twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailkit.mailbox.base import FolderInfo, MailboxClient
from mailkit.store import Store, outbox, queue, raw
from mailkit.words import Role

if TYPE_CHECKING:
    from mailkit.store.outbox import Row

#: The kind of the job.
FILE_SENT = "file-sent"

#: Opens a connection to the account's mailbox.
Connect = Callable[[str], MailboxClient]


def sent_folder(client: MailboxClient) -> FolderInfo | None:
    """The folder that sent mail belongs into."""
    return next((folder for folder in client.folders() if folder.role is Role.SENT and folder.selectable), None)


def find_sent(client: MailboxClient, folder: str, row: Row) -> list[int]:
    """The UIDs of a row's message in the Sent folder, under either Message-ID."""
    client.select(folder, readonly=True)
    found = client.find(row.message_id)
    if not found and row.provider_message_id and row.provider_message_id != row.message_id:
        found = client.find(row.provider_message_id)
    return found


class Filer:
    """Runs ``file-sent`` jobs: ``Filer(store, connect).run(job)``.

    Args:
        connect: opens the mailbox of the account of that name.
    """

    def __init__(self, store: Store, connect: Connect) -> None:
        self._store = store
        self._connect = connect

    def run(self, job: queue.Job) -> None:
        """File the message of one job. An account without a Sent folder is left alone.

        Raises:
            NetworkError, AuthError, ProtocolError: try again later.
        """
        with self._store.read() as tx:
            row = outbox.get(tx, int(job.payload["outbox_id"]))
            data = raw.get(tx, row.raw_digest)
        with self._connect(row.account) as client:
            folder = sent_folder(client)
            if folder is None or find_sent(client, folder.name, row):
                return
            client.append(folder.name, data, ("\\Seen",), row.settled_at or row.started_at)
