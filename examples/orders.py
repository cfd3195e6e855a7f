"""An order and its confirmation: both or neither.

The shop keeps its orders in SQLite, with the standard library's sqlite3. The confirmation is written into the outbox on
the shop's own transaction; a worker sends what was committed.

Usage: ``python examples/orders.py`` (brings a mail server of its own)
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from mailkit import Draft, MailKit, Record
from mailkit.auth import generate_key
from mailkit.testing import MailServer


class OutOfStockError(Exception):
    """The shop has fewer than were ordered."""


class Shop:
    """Orders and stock, in the database that mailkit's tables are in too."""

    def __init__(self, path: Path, kit: MailKit) -> None:
        self._path = path
        self._kit = kit
        with self._connect() as db:
            db.execute("CREATE TABLE stock (item TEXT PRIMARY KEY, amount INTEGER NOT NULL CHECK (amount >= 0))")
            db.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, customer TEXT, item TEXT, amount INTEGER)")
            db.execute("INSERT INTO stock VALUES ('chair', 50)")

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=30)

    def order(self, customer: str, item: str, amount: int) -> int:
        """Take an order and confirm it; the number of the order.

        Raises:
            OutOfStockError: there are not so many; nothing was written and nobody gets mail.
        """
        connection = self._connect()
        try:
            with connection:  # commits at the end, rolls back when it raises
                number = self._insert(connection, customer, item, amount)
                self._confirm(connection, number, customer, item, amount)
                connection.execute("UPDATE stock SET amount = amount - ? WHERE item = ?", (amount, item))
        except sqlite3.IntegrityError as error:
            raise OutOfStockError(f"There are fewer than {amount} of {item}.") from error
        finally:
            connection.close()
        return number

    def _insert(self, connection: sqlite3.Connection, customer: str, item: str, amount: int) -> int:
        row = (customer, item, amount)
        cursor = connection.execute("INSERT INTO orders (customer, item, amount) VALUES (?, ?, ?)", row)
        return int(cursor.lastrowid or 0)

    def _confirm(self, connection: sqlite3.Connection, number: int, customer: str, item: str, amount: int) -> None:
        draft = Draft(
            to=[customer],
            subject=f"Order {number}",
            text=f"Thank you for your order of {amount} × {item}.\n",
            record=Record("shop", "order", str(number)),
        )
        self._kit.outbox.enqueue(draft, account="shop", key=f"order-{number}", tx=connection)


def main() -> int:
    """Two orders, one of which cannot be filled: one mail."""
    with tempfile.TemporaryDirectory() as directory, MailServer() as server:
        server.add_user("shop@acme.example", "secret")
        path = Path(directory) / "shop.db"
        with MailKit(f"sqlite:///{path}", key=generate_key()) as kit:
            kit.accounts.add(server.account("shop@acme.example", name="shop"))
            shop = Shop(path, kit)
            number = shop.order("bo@client.example", "chair", 40)
            print(f"order {number} taken")
            try:
                shop.order("kim@client.example", "chair", 40)
            except OutOfStockError as error:
                print(f"order refused: {error}")
            kit.work(only={"outbox"}, once=True)
            thread = kit.links.threads(Record("shop", "order", str(number)))[0]
            print(kit.links.explain(thread))
        for mail in server.sent:
            print("sent to", ", ".join(mail.envelope.recipients))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
