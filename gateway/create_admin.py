"""The first administrator, from the command line. Running it again changes nothing."""

from __future__ import annotations

import sys
from uuid import UUID

from sqlalchemy import select

from gateway.accounts import teams, users
from gateway.accounts.passwords import HASHER, LONGEST, SHORTEST
from gateway.accounts.rules import checked_email, checked_name, folded
from gateway.database import SERVICE
from gateway.settings import CommandSettings
from gateway.tables import account
from servicekit.database import Transactions, UnitOfWork
from servicekit.errors import Invalid
from servicekit.scope import ADMIN
from servicekit.settings import load_or_exit


def create_admin(email: str, name: str, password: str) -> int:
    """0 when there is this active administrator afterwards. An existing one keeps their password."""
    if not SHORTEST <= len(password) <= LONGEST:
        print(f"The password needs {SHORTEST} to {LONGEST} characters.", file=sys.stderr)
        return 2
    try:
        email, name = checked_email(email), checked_name(name)
    except Invalid as refused:
        print(refused.payload["errors"][0]["detail"], file=sys.stderr)
        return 2
    database = Transactions.connect(load_or_exit(CommandSettings).database_url, service=SERVICE)
    try:
        print(database.run(lambda uow: ensure_admin(uow, email, name, password)))
    finally:
        database.close()
    return 0


def ensure_admin(uow: UnitOfWork, email: str, name: str, password: str) -> str:
    found = uow.connection.execute(
        select(account.c.id, account.c.role, account.c.active).where(account.c.email_folded == folded(email))
    ).first()
    if found is None:
        hashed = HASHER.hash(password)
        users.add_user(uow.connection, email=email, name=name, role=ADMIN, password_hash=hashed)
    elif found.role == ADMIN and found.active:
        return "The administrator exists; nothing was changed."
    else:
        _promote(uow, found.id)
    teams.directory_changed(uow)
    return "The administrator was created." if found is None else "The user is an active administrator now."


def _promote(uow: UnitOfWork, user_id: UUID) -> None:
    users.change_user(uow.connection, user_id, {"role": ADMIN, "active": True}, version=None)
