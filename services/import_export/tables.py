"""The tables of the import_export database, as SQLAlchemy Core.

Runs of imports with their rows, saved mappings, exports. The files themselves are in storage; nothing here is
the truth about a customer.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
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

PHASES = (
    "reading", "mapping", "checking", "checked", "waiting", "running",
    "finished", "undoing", "undone", "failed", "cancelled",
)  # fmt: skip
UNDONE_IN_PART = "undone ->> 'outcome' IN ('kept', 'partly')"
OUTCOMES = ("created", "updated", "merged", "unchanged", "skipped", "refused", "needs_review")


def _moment(name: str, *, required: bool = False) -> Column:
    return Column(name, DateTime(timezone=True), nullable=not required)


def _one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({quoted})", name=name)


# One upload, from the file to the undoing of all that it did. `phase`: what it does or waits for now.
import_run = Table(
    "import_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_by", Text, nullable=False),  # a user's id
    Column("phase", Text, nullable=False, server_default="reading"),
    Column("job_id", Uuid),  # the work of this phase
    Column("filename", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("storage_key", Text),  # NULL: the file is gone after thirty days
    Column("detected", JSONB),  # how the file is read, and what is in it
    Column("suggested", JSONB),
    Column("mapping", JSONB),  # chosen
    Column("options", JSONB),  # with which it was checked
    Column("rights", JSONB),  # with which rows were decided on: shown to nobody who has fewer
    Column("rows", Integer),  # of data
    Column("blank", Integer),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column(
        "found", JSONB, nullable=False, server_default=text("'{}'::jsonb")
    ),  # by the check: issues, samples
    Column("problem", JSONB),
    Column("drifted", Integer, nullable=False, server_default="0"),
    Column("undone", JSONB),  # counts of an undoing
    Column("refused", JSONB),  # by format the key and size of the file of refused rows
    Column("ending", Text),  # why the parts that run stop before they are done
    Column("version", BigInteger, nullable=False, server_default="1"),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
    _moment("started_at"),
    _moment("finished_at"),
    _one_of("phase", PHASES),
    CheckConstraint("ending IN ('cancelled', 'failed')", name="ending"),
    Index("import_run_owner_idx", "created_by", text("created_at DESC"), text("id DESC")),
    Index("import_run_all_idx", text("created_at DESC"), text("id DESC")),
    Index("import_run_file_idx", "sha256", "started_at"),
)

# A row of the file as it was read. Written once, and never changed. `n` is the number that a spreadsheet
# shows. Nothing points at the run: checking that a million times takes longer than the rows do.
import_row = Table(
    "import_row",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("cells", JSON, nullable=False),  # as in the file
    Column("form", JSON),  # what it says about a customer; NULL if it cannot be read
    Column("keys", ARRAY(BigInteger)),  # rows that share one may be about one person
    Column("warnings", JSON),
)

# What becomes of a row: written by the check, corrected by the run where it came otherwise.
import_decision = Table(
    "import_decision",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("batch", Integer),  # rows that may be about one person are in one; NULL: it is never sent on
    Column("outcome", Text, nullable=False),
    Column("customer_id", Uuid),
    Column("code", Text),
    Column("drifted", Boolean, nullable=False, server_default="false"),
    Column("errors", JSON),
    Column("warnings", JSON),
    Column("candidates", JSON),
    Column("decided", JSON),  # by an administrator, of a row that needed it
    Column("undone", JSON),
    Index("import_decision_batch_idx", "import_id", "batch", "n"),
    Index("import_decision_outcome_idx", "import_id", "outcome", "n"),
    Index("import_decision_decided_idx", "import_id", "n", postgresql_where=text("decided IS NOT NULL")),
    Index("import_decision_drifted_idx", "import_id", "n", postgresql_where=text("drifted")),
    Index("import_decision_kept_idx", "import_id", "n", postgresql_where=text(UNDONE_IN_PART)),
    _one_of("outcome", OUTCOMES),
    postgresql_with={"fillfactor": "85"},  # room for a row's customer beside it
)

# A range of batches of an import, which one job at a time works on.
import_part = Table(
    "import_part",
    metadata,
    Column("import_id", Uuid, ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("first_batch", Integer, nullable=False),
    Column("last_batch", Integer, nullable=False),
    Column("next_batch", Integer, nullable=False),  # once it is done: where it stopped
    Column("job_id", Uuid),  # NULL: its turn has not come
    Column("rows", Integer, nullable=False),
    Column("done", Boolean, nullable=False, server_default="false"),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),  # of rows it left out
)

# Columns of a kind of file that somebody imports again and again.
import_mapping = Table(
    "import_mapping",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("shared", Boolean, nullable=False, server_default="false"),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("headers", ARRAY(Text), nullable=False),  # folded and sorted: files with these are offered it
    Column("mapping", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="1"),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
    Index("import_mapping_name_key", "owner_id", "name_folded", unique=True),
    Index("import_mapping_shared_idx", "shared", postgresql_where=text("shared")),
)

# `rights`: of whoever made it at that time. Whoever has fewer by now gets no file.
export_run = Table(
    "export_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_by", Text, nullable=False),
    Column("job_id", Uuid, nullable=False),
    Column("format", Text, nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("asked", JSONB, nullable=False),  # selection and options, frozen
    Column("rights", JSONB),
    Column("storage_key", Text),
    Column("filename", Text, nullable=False),
    Column("size", BigInteger),
    Column("rows", BigInteger),
    Column("version", BigInteger, nullable=False, server_default="1"),
    _moment("created_at", required=True),
    _moment("finished_at"),
    _moment("expires_at"),
    Index("export_run_owner_idx", "created_by", text("created_at DESC"), text("id DESC")),
    Index("export_run_all_idx", text("created_at DESC"), text("id DESC")),
    Index("export_run_expires_idx", "expires_at", postgresql_where=text("storage_key IS NOT NULL")),
)
