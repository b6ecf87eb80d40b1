"""The service's database: units of work, reads, migrations, keyset pages.

db = Database()                                  # in a service: a dependency, from DATABASE_URL
db = Transactions.connect("postgresql://…")      # in a command or a test

with db.unit_of_work() as uow: …                 # one transaction, whole or not at all
with db.reading() as connection: …               # statements that only read
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicekit.database.unit_of_work import Transactions, UnitOfWork

if TYPE_CHECKING:
    from servicekit.database.provider import Database

__all__ = ["Database", "Transactions", "UnitOfWork"]


def __getattr__(name: str) -> Any:
    # The provider brings nameko and eventlet, which an asyncio process neither needs nor should pay for.
    if name == "Database":
        from servicekit.database.provider import Database

        return Database
    raise AttributeError(name)
