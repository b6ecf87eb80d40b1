"""Every place in the gateway's database that holds a customer's id. None holds a name or an address."""

from __future__ import annotations

from typing import Final

from gateway.tables import metadata
from servicekit.database.catalogue import OTHER_PLUMBING, PLUMBING, Catalogue, by_text

CATALOGUE: Final = Catalogue(
    metadata,
    [
        by_text("audit_entry.target"),  # to whom administrators did what
        *PLUMBING,
    ],
    others={
        **OTHER_PLUMBING,
        "account": "id",
        "team": "id",
        "membership": "user_id team_id",
        "session": "id token_hash user_id",
        "api_key": "id token_hash team_ids created_by",
        "login_attempt": "bucket",
        "audit_entry": "id user_id",
    },
)
