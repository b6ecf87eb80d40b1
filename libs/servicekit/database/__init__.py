"""The service's database: units of work, reads, migrations, keyset pages.

`db = Database()` on a service class is a dependency, connected to DATABASE_URL, with the relay of its
outbox; `db = Transactions.connect(url)` is the same for a command or a test.

    with db.unit_of_work() as uow: …                 # one transaction, whole or not at all
    with db.reading() as connection: …               # statements that only read
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicekit.database.provider import Database
    from servicekit.database.unit_of_work import Transactions, UnitOfWork

__all__ = ["Database", "Transactions", "UnitOfWork"]


def __getattr__(name: str) -> Any:
    # The provider brings nameko and eventlet, which an asyncio process neither needs nor should pay for.
    if name == "Database":
        from servicekit.database.provider import Database

        return Database
    if name in ("Transactions", "UnitOfWork"):
        from servicekit.database import unit_of_work

        return getattr(unit_of_work, name)
    raise AttributeError(name)
