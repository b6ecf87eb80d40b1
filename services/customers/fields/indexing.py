"""Fields with an order and texts have an index of their own each, made while customers are read and written.

PostgreSQL makes such an index in no transaction, and leaves an invalid one behind when it is interrupted.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from sqlalchemy import Connection, text

from servicekit import jobs
from servicekit.database import UnitOfWork
from servicekit.errors import Unavailable
from servicekit.jobs import Progress, Run
from services.customers.fields import repository
from services.customers.fields.domain.definitions import Field
from services.customers.fields.domain.expressions import INDEXED, index_name, indexed

KIND: Final = "index_field"

# A session's lock: it is free again when the process ends, or when the server misses it.
_TAKE_TURN = text("SELECT pg_try_advisory_lock(hashtextextended('index of a custom field', 0))")
_ASKED = text("""
    SELECT count(*) FROM job WHERE kind = :kind AND parameters->>'key' = :key AND finished_at IS NULL""")
_STATE = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


def ask_for_index(uow: UnitOfWork, field: Field, *, by: str) -> None:
    """A worker makes the index of the field, if it should have one and has none."""
    if field.type not in INDEXED or _state(uow.connection, field) == "valid":
        return
    if not uow.connection.execute(_ASKED, {"kind": KIND, "key": field.key}).scalar_one():
        jobs.create(uow, kind=KIND, created_by=by, parameters={"key": field.key}, total=1)


class IndexField:
    """Long work of kind `index_field`; done again it finds nothing to do."""

    kind = KIND

    def prepare(self, run: Run) -> None:
        """The index and what the planner knows of its values. Raises Unavailable while another is made."""
        with run.patient_connection() as connection:
            field = repository.load(connection).by_key[run.job.parameters["key"]]
            # Who waited for the lock in a statement would hold up the index that it waits for.
            if not connection.execute(_TAKE_TURN).scalar_one():
                raise Unavailable("index_under_way")
            make_index(connection, field)

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        return Progress(done=1, finished=True)


def make_index(connection: Connection, field: Field) -> None:
    """On a connection in autocommit mode, by one process at a time."""
    name, state = index_name(field), _state(connection, field)
    if state == "valid":
        return
    if state == "invalid":
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}")
    connection.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {name} ON {indexed(field)}")
    connection.exec_driver_sql("ANALYZE customer")


def _state(connection: Connection, field: Field) -> Literal["valid", "invalid", "missing"]:
    valid = connection.execute(_STATE, {"name": index_name(field)}).scalar_one_or_none()
    return "missing" if valid is None else "valid" if valid else "invalid"
