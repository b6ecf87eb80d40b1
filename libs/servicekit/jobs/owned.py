"""Rows of whoever made them, each with the job that makes what it is about: a file that was uploaded, an
export, a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Column, Connection, Row, Table, insert, select, update

from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.jobs import rows
from servicekit.jobs.rows import Job
from servicekit.scope import Scope


class Owned(Protocol):
    """A dataclass whose fields are columns of one table."""

    @property
    def id(self) -> UUID: ...

    @property
    def created_by(self) -> str: ...

    @property
    def job_id(self) -> UUID: ...

    @property
    def has_result(self) -> bool:
        """Whether what the job makes was published."""


Whole = TypeVar("Whole", bound=Owned)
Listed = TypeVar("Listed", bound=Owned)
Any_ = TypeVar("Any_", bound=Owned)


class OwnedRows(Generic[Whole, Listed]):
    """The rows of `table`: `whole` ones, and as far as lists tell of them. `not_found`: the code of NotFound,
    the same for one that never was and for one of somebody else."""

    def __init__(self, table: Table, whole: type[Whole], listed: type[Listed], *, not_found: str) -> None:
        self._table, self._whole, self._listed, self._not_found = table, whole, listed, not_found
        newest = SortKey(table.c.created_at, descending=True)
        self._newest = Keyset("-created_at", [newest], table.c.id)

    def add(self, uow: UnitOfWork, row: Whole) -> None:
        values = {column.name: getattr(row, column.name) for column in self._columns(self._whole)}
        uow.connection.execute(insert(self._table), values)

    def change(self, uow: UnitOfWork, id_: UUID, **values: Any) -> None:
        """Of one that is gone nothing is said."""
        uow.connection.execute(update(self._table).where(self._table.c.id == id_).values(values))

    def find(self, connection: Connection, id_: UUID) -> Whole | None:
        return self._find(connection, self._whole, id_)

    def get_visible(self, connection: Connection, scope: Scope, id_: Any) -> tuple[Whole, Job]:
        """Raises NotFound."""
        asked = find_id(id_)
        row = self.find(connection, asked) if asked else None
        found = self._with_job(connection, row) if row else None
        if row is None or found is None or not (scope.is_admin or row.created_by == scope.user_id):
            raise NotFound(self._not_found)
        return found

    def page(
        self, connection: Connection, scope: Scope, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[tuple[Listed, Job]], str | None]:
        """The caller's own, or all for an administrator; newest first."""
        statement = select(*self._columns(self._listed))
        if not scope.is_admin:
            statement = statement.where(self._table.c.created_by == scope.user_id)
        found = list_page(connection, statement, self._newest, cursor=cursor, limit=limit)
        listed = [self._read(self._listed, row) for row in found.rows]
        return [both for row in listed if (both := self._with_job(connection, row))], found.next

    def _with_job(self, connection: Connection, row: Any_) -> tuple[Any_, Job] | None:
        """Results are published as the job ends: who sees the end must not see the row from before it."""
        job = rows.find(connection, row.job_id)
        if job is None or not job.is_finished or row.has_result:
            return None if job is None else (row, job)
        now = self._find(connection, type(row), row.id)
        return None if now is None else (now, job)

    def _find(self, connection: Connection, kind: type[Any_], id_: UUID) -> Any_ | None:
        statement = select(*self._columns(kind)).where(self._table.c.id == id_)
        row = connection.execute(statement).first()
        return None if row is None else self._read(kind, row)

    def _read(self, kind: type[Any_], row: Row[Any]) -> Any_:
        return kind(**{column.name: row._mapping[column.name] for column in self._columns(kind)})

    def _columns(self, kind: type[Owned]) -> list[Column[Any]]:
        return [self._table.c[each.name] for each in fields(kind)]  # type: ignore[arg-type]
