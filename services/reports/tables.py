"""The tables of the reports database, as SQLAlchemy Core.

Templates, uploads, runs, and what options and tags used to be called. What is in an upload and what a run has
found are files in storage; nothing here is the truth about a customer.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.database.tables import NAMES, add_plumbing_tables
from servicekit.jobs.tables import add_job_table

metadata = MetaData(naming_convention=NAMES)
add_plumbing_tables(metadata)
add_job_table(metadata)


def _moment(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=not required)


# A configuration that somebody keeps. Options and tags stand in it by their ids, so it follows renames.
report_template = Table(
    "report_template",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("shared_team_id", Uuid),
    Column("shared_with_all", Boolean, nullable=False, server_default="false"),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("configuration", JSONB, nullable=False),
    Column("source", JSONB(none_as_null=True)),  # what it is about, unless something else is asked for
    Column("columns", JSONB, nullable=False),  # those of an upload that customers do not have
    Column("names_contact", Boolean, nullable=False),  # for nobody from whom contact data is hidden
    Column("version", BigInteger, nullable=False, server_default="1"),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
    Index("report_template_name_key", "owner_id", "name_folded", unique=True),
    Index("report_template_team_idx", "shared_team_id", postgresql_where=text("shared_team_id IS NOT NULL")),
    Index("report_template_all_idx", "shared_with_all", postgresql_where=text("shared_with_all")),
    CheckConstraint("NOT shared_with_all OR shared_team_id IS NULL", name="shared_once"),
)

# A file that was uploaded, and the copy of it by columns that reports are made of.
report_upload = Table(
    "report_upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_by", Text, nullable=False),  # a user's id
    Column("job_id", Uuid, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("storage_key", Text),  # of the file; NULL: it has been read, and is gone
    Column("columnar_key", Text),  # of the copy by columns; NULL: not there yet, or failed
    Column("rows", Integer),
    Column("columns", JSONB(none_as_null=True)),
    Column("problems", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    _moment("created_at", required=True),
    _moment("expires_at", required=True),  # thirty days later
    Index("report_upload_owner_idx", "created_by", text("created_at DESC"), text("id DESC")),
    Index("report_upload_all_idx", text("created_at DESC"), text("id DESC")),
    Index("report_upload_expiry_idx", "expires_at"),
)

# A report made in the background. `rights`: of whoever made it at that time; whoever has fewer by now gets
# nothing of it. `files`: by format the key and size of what it came to, until it expires.
report_run = Table(
    "report_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_by", Text, nullable=False),  # a user's id
    Column("job_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("asked", JSONB, nullable=False),  # source, configuration and zone, as they were
    Column("source", JSONB(none_as_null=True)),  # again, for lists; NULL: it is too long for them
    Column("masked", Boolean, nullable=False),  # whether contact data was hidden from whoever asked
    Column("rights", JSONB(none_as_null=True)),
    Column("files", JSONB(none_as_null=True)),
    Column("summary", JSONB(none_as_null=True)),
    _moment("created_at", required=True),
    _moment("expires_at"),
    Index("report_run_owner_idx", "created_by", text("created_at DESC"), text("id DESC")),
    Index("report_run_all_idx", text("created_at DESC"), text("id DESC")),
    Index("report_run_expires_idx", "expires_at", postgresql_where=text("files IS NOT NULL")),
)

# What an option or a tag is called now, or what it was joined to: as told by the latest rename.
present_label = Table(
    "present_label",
    metadata,
    Column("labelled_id", Uuid, primary_key=True),  # an option's or a tag's
    Column("field", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("joined_to", Uuid),
    Column("revision", BigInteger, nullable=False),
)

# What it was called before: files that are older than a rename still say so.
former_label = Table(
    "former_label",
    metadata,
    Column("labelled_id", Uuid, primary_key=True),
    Column("label_folded", Text, primary_key=True),
    Column("field", Text, nullable=False),
    Index("former_label_field_idx", "field"),
)
