"""Every place in this service that holds the id of a customer, or of a record of one."""

from __future__ import annotations

from typing import Final

from directory.tables import OTHER_DIRECTORY
from servicekit.database.catalogue import (
    JOBS,
    OTHER_JOBS,
    OTHER_PLUMBING,
    PLUMBING,
    Catalogue,
    Place,
    by_id,
)
from services.dedup.following import purge
from services.dedup.tables import metadata

_PURGED: Final = "the customer is purged"

CATALOGUE: Final = Catalogue(
    metadata,
    [
        *(Place(where, condition, until=_PURGED) for where, condition in purge.CATALOGUE.items()),
        *(by_id(where, until="the cluster that it names is gone") for where in sorted(purge.NAMES)),
        by_id("scan_candidate.first_id", until="the next scan"),
        by_id("scan_candidate.second_id", until="the next scan"),
        *JOBS,
        *PLUMBING,
    ],
    others={
        **OTHER_PLUMBING,
        **OTHER_DIRECTORY,
        **OTHER_JOBS,
        "access_request": "id user_id token_hash team_id decided_by",
        "decision": "decided_by",
        "indexed_customer": "facts",
        "merge_target": "job_id",
        "pair": "id reasons",
    },
)
