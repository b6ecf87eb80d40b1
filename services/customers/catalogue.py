"""Every place in this service that holds a customer's id, the ledger of merges included.

What a purge erases (registry/purge.py), and what is kept only for a while or tells of others.
"""

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
    by_text,
)
from services.customers.registry import purge
from services.customers.tables import metadata

_PURGED: Final = "the customer is purged"
_A_MONTH: Final = "32 days after the row was imported"
_THE_OTHERS: Final = "the customer whose history tells of it is purged"

CATALOGUE: Final = Catalogue(
    metadata,
    [
        *(Place(where, condition, until=_PURGED) for where, condition in purge.CATALOGUE.items()),
        by_id("customer.id", until=_PURGED),
        by_text("change.before", until=_THE_OTHERS),
        by_text("change.after", until=_THE_OTHERS),
        by_text("merge.chosen", until=_THE_OTHERS),
        by_text("merge.left", until=_THE_OTHERS),
        by_text("merge_member.brought", until=_THE_OTHERS),
        by_text("import_effect.answer", until=_A_MONTH),
        *JOBS,
        *PLUMBING,
    ],
    others={
        **OTHER_PLUMBING,
        **OTHER_DIRECTORY,
        **OTHER_JOBS,
        "allowed_duplicate": "allowed_by",
        "bulk_refusal": "job_id",
        "bulk_target": "job_id",
        "change": "id by",
        "contact_point": "id",
        "conversation_request": "id contact_point_id team_id interaction_id asked_by",
        "custom_option": "public_id",
        "customer": "merged_by assignee_id team_ids custom custom_search folded primary_ids deleted_by",
        "customer_search": "team_ids",
        "customer_settings": "values",
        "history_count": "team_id",
        "import_effect": "run_id effect undone",
        "interaction": "id team_id assignee_id body clocks",
        "merge": "id merged_by undone_by",
        "message": "id",
        "restricted_answer": "id user_id token_hash",
        "saved_filter": "id owner_id shared_team_id filter columns",
        "tag": "public_id",
    },
)
