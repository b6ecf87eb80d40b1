"""The tables of the customers database, as SQLAlchemy Core. Shapes and indexes follow docs/architecture.md.

Two tables hold an address: `contact_point` is what is shown, `identity_holder` is what is
unique. A customer row points at its root (itself while it lives): a merge moves that pointer
and nothing else, so children keep the id they were written with.
"""

from directory.tables import add_directory_tables
from servicekit.database.tables import add_plumbing_tables
from servicekit.jobs.tables import add_job_table
from services.customers.tables.bulk import bulk_refusal, bulk_target
from services.customers.tables.columns import metadata
from services.customers.tables.definitions import custom_field, custom_option, customer_settings, tag
from services.customers.tables.finding import customer_search, saved_filter
from services.customers.tables.history import (
    channel_account,
    history_count,
    interaction,
    message,
    unknown_team,
)
from services.customers.tables.importing import import_effect
from services.customers.tables.merging import merge, merge_member
from services.customers.tables.outreach import conversation_request
from services.customers.tables.registry import (
    allowed_duplicate,
    change,
    contact_point,
    customer,
    customer_activity,
    identity_holder,
    identity_key,
    restricted_answer,
)

add_plumbing_tables(metadata)
add_job_table(metadata)
add_directory_tables(metadata)

__all__ = [
    "allowed_duplicate",
    "bulk_refusal",
    "bulk_target",
    "change",
    "channel_account",
    "contact_point",
    "conversation_request",
    "custom_field",
    "custom_option",
    "customer",
    "customer_activity",
    "customer_search",
    "customer_settings",
    "history_count",
    "identity_holder",
    "identity_key",
    "import_effect",
    "interaction",
    "merge",
    "merge_member",
    "message",
    "metadata",
    "restricted_answer",
    "saved_filter",
    "tag",
    "unknown_team",
]
