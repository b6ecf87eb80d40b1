"""The tables of the dedup database, as SQLAlchemy Core.

An index of what customers are alike by, the pairs that look like one person, what people decided of them, and
who asks to see a customer of another team. Nothing of it is the truth about a customer, nor about a merge:
those are asked of the customers service, and all but decisions and requests can be made anew from it.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from directory.tables import add_directory_tables
from servicekit.database.tables import NAMES, add_plumbing_tables
from servicekit.jobs.tables import add_job_table

metadata = MetaData(naming_convention=NAMES)
add_plumbing_tables(metadata)
add_job_table(metadata)
add_directory_tables(metadata)


def _moment(name: str, *, required: bool = True) -> Column:
    return Column(name, DateTime(timezone=True), nullable=not required)


# One row for each live customer, as of a revision of it.
indexed_customer = Table(
    "indexed_customer",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("facts", JSONB, nullable=False),  # what a score is made of: see domain/facts.py
    Column("keys", ARRAY(BigInteger), nullable=False),  # who shares one may be the same: see domain/keys.py
    Column("asked", BigInteger, nullable=False, server_default="0"),  # which question this answers
    _moment("indexed_at"),
    # Without a list of entries to be sorted in later, which every search would have to read to its end.
    Index("indexed_customer_keys_idx", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)

# Questions to the customers service, in the order in which they were asked.
question = Sequence("question", metadata=metadata)

# Every record that such a customer is made of, itself too.
indexed_record = Table(
    "indexed_record",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False, index=True),
)

# Records of which there is no customer any more, for as long as an answer may be on its way that knows one.
left_record = Table(
    "left_record",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("asked", BigInteger, nullable=False),
    _moment("left_at"),
    Index("left_record_left_at_idx", "left_at"),
)

# Its identities. More than one customer has the same only where duplicates were allowed.
indexed_identity = Table(
    "indexed_identity",
    metadata,
    Column("space", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("customer_id", Uuid, primary_key=True, index=True),
)

# What looks like one person: two live customers, and why. Made anew whenever one of them changes.
# `cluster_id` is the least id of all customers that hang together by pairs.
pair = Table(
    "pair",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("first_id", Uuid, nullable=False),
    Column("second_id", Uuid, nullable=False, index=True),
    Column("score", SmallInteger, nullable=False),  # of a hundred
    Column("shared", Boolean, nullable=False),  # whether they hold one identity
    Column("reasons", JSONB, nullable=False),
    Column("cluster_id", Uuid, nullable=False, index=True),
    _moment("found_at"),
    Index("pair_first_second_key", "first_id", "second_id", unique=True),
    Index("pair_queue_idx", text("score DESC"), text("id DESC")),
    CheckConstraint("first_id < second_id", name="ordered"),
)

# Told by events, not seen in the index: an event named addresses of two customers as one person's.
told_pair = Table(
    "told_pair",
    metadata,
    Column("first_id", Uuid, primary_key=True),
    Column("second_id", Uuid, primary_key=True, index=True),
    Column("fields", ARRAY(Text), nullable=False),
    _moment("told_at"),
    CheckConstraint("first_id < second_id", name="ordered"),
)

# What a full scan has yet to compare; empty while none runs.
scan_candidate = Table(
    "scan_candidate",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("first_id", Uuid, nullable=False),
    Column("second_id", Uuid, nullable=False),
)

# "Not the same", for good, between two records: it holds for whatever customers they become part of.
decision = Table(
    "decision",
    metadata,
    Column("first_id", Uuid, primary_key=True),
    Column("second_id", Uuid, primary_key=True, index=True),
    Column("origin", Text, nullable=False),  # person, or allowed: made knowingly by an administrator
    Column("decided_by", Uuid),
    _moment("decided_at"),
    CheckConstraint("first_id < second_id", name="ordered"),
)

access_request = Table(
    "access_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),  # of each token there is one request
    Column("customer_id", Uuid, index=True),  # NULL: purged, of which whoever asked is told nothing
    Column("matched_on", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("team_id", Uuid),  # the one that was granted to see the customer
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Uuid),
    _moment("decided_at", required=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('pending', 'granted', 'declined')", name="state"),
    Index("access_request_user_idx", "user_id", text("id DESC")),
    Index("access_request_state_idx", "state", text("id DESC")),
    Index("access_request_token_key", "token_hash", unique=True),
)

# Whom a bulk merge is about: in clusters that share an identity, with what became of each.
merge_target = Table(
    "merge_target",
    metadata,
    Column("job_id", Uuid, ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("customer_id", Uuid, primary_key=True),
    Column("cluster_id", Uuid, nullable=False),  # the least id in it
    Column("outcome", Text),  # none yet
    Column("reason", Text),  # why it stays as it is
    Index("merge_target_cluster_idx", "job_id", "cluster_id"),
    Index("merge_target_waiting_idx", "job_id", "cluster_id", postgresql_where=text("outcome IS NULL")),
    CheckConstraint("outcome IN ('survivor', 'absorbed', 'unchanged', 'refused')", name="outcome"),
)
