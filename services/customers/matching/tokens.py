"""The token of a restricted duplicate answer, turned back into the record that it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.customers.registry.duplicates import TOKEN_LIFETIME, hash_of

Json = dict[str, Any]
_LONGEST: Final = 200

# What became of the customer since is not told: whoever has a token learns nothing by it.
_REDEEM: Final = text("""
    SELECT a.customer_id, a.matched_on, c.root_id,
           ARRAY(SELECT m.id FROM customer m WHERE m.root_id = c.root_id AND m.id <> m.root_id
                 ORDER BY m.id) AS others
    FROM restricted_answer a JOIN customer c ON c.id = a.customer_id
    WHERE a.token_hash = :hash AND a.user_id = :user_id AND a.answered_at > :since""")


def redeem(connection: Connection, scope: Scope, token: Any, *, at: datetime) -> Json:
    """For a service, which shows it to nobody but administrators. Raises Invalid for every other token.

    `customer` is the record that holds the address, and stays so whatever is merged or undone; `members` are
    all records of the customer that it is part of now.
    """
    row = None
    if isinstance(token, str) and len(token) <= _LONGEST and token.isascii():
        asked = {"hash": hash_of(token), "user_id": UUID(scope.user_id), "since": at - TOKEN_LIFETIME}
        row = connection.execute(_REDEEM, asked).one_or_none()
    if row is None:
        raise Invalid.at("/token", "unknown_token", "This token is not known, or its time is over.")
    members = [row.root_id, *row.others]
    return {
        "customer": str(row.customer_id),
        "members": list(map(str, members)),
        "matched_on": list(row.matched_on),
    }
