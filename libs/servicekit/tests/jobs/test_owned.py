"""Rows of whoever made them, with their jobs: nobody else's, and never half of what a job published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import Column, DateTime, MetaData, Table, Text, Uuid

from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.errors import NotFound
from servicekit.ids import new_id
from servicekit.jobs import OwnedRows
from servicekit.scope import ADMIN, AGENT, Scope
from servicekit.testing.jobs import run_jobs
from servicekit.tests.jobs.shop import OWNER, Shop
from servicekit.tests.jobs.workshop import JOBS

_TABLE = Table(
    "letter",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("created_by", Text, nullable=False),
    Column("job_id", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("answer", Text),
    Column("content", Text),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    id: UUID
    created_by: str
    job_id: UUID
    created_at: datetime
    answer: str | None = None

    @property
    def has_result(self) -> bool:
        return self.answer is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Listed):
    content: str = "Dear all"


LETTERS = OwnedRows(_TABLE, Letter, Listed, not_found="letter_not_found")
OWN, OTHERS, ALL = Scope(OWNER, AGENT), Scope(str(new_id()), AGENT), Scope(str(new_id()), ADMIN)


@pytest.fixture
def desk(shop: Shop) -> Shop:
    with shop.db.unit_of_work() as uow:
        _TABLE.create(uow.connection)
    return shop


def written(desk: Shop) -> Letter:
    letter = Letter(id=new_id(), created_by=OWNER, job_id=desk.count(to=1), created_at=utc_now())
    with desk.db.unit_of_work() as uow:
        LETTERS.add(uow, letter)
    return letter


def page(desk: Shop, scope: Scope, cursor: str | None = None) -> tuple[list[UUID], str | None]:
    with desk.db.reading() as connection:
        found, following = LETTERS.page(connection, scope, limit=2, cursor=cursor)
    assert all(row.job_id == job.id and type(row) is Listed for row, job in found)
    return [row.id for row, _ in found], following


def test_lists_tell_of_the_callers_own_newest_first(desk: Shop):
    newest_first = [written(desk).id for _ in range(3)][::-1]
    for scope in (OWN, ALL):
        first, following = page(desk, scope)
        assert (first, page(desk, scope, following)) == (newest_first[:2], (newest_first[2:], None))
    assert page(desk, OTHERS) == ([], None)


def test_one_of_somebody_else_is_as_one_that_never_was(desk: Shop):
    letter, told = written(desk), set()
    with desk.db.reading() as connection:
        for scope in (OWN, ALL):
            assert LETTERS.get_visible(connection, scope, str(letter.id))[0] == letter
        for asked in (str(letter.id), str(new_id()), "x", None):
            with pytest.raises(NotFound) as hidden:
                LETTERS.get_visible(connection, OTHERS, asked)
            told.add(hidden.value.code)
    assert told == {"letter_not_found"}


def test_whoever_sees_the_end_sees_the_result(desk: Shop, monkeypatch: pytest.MonkeyPatch):
    """A worker publishes between our two statements."""
    letter, find = written(desk), jobs.rows.find

    def find_late(connection, job_id):
        if not published:
            published.append(job_id)
            with desk.db.unit_of_work() as uow:
                LETTERS.change(uow, letter.id, answer="Yours")
            run_jobs(desk.db, JOBS)
        return find(connection, job_id)

    for look in (
        lambda connection: LETTERS.get_visible(connection, OWN, str(letter.id)),
        lambda connection: LETTERS.page(connection, OWN, limit=1, cursor=None)[0][0],
    ):
        published: list[UUID] = []
        with desk.db.unit_of_work() as uow:
            LETTERS.change(uow, letter.id, answer=None)
        monkeypatch.setattr(jobs.rows, "find", find_late)
        with desk.db.reading() as connection:
            row, job = look(connection)
        assert (row.answer, job.status) == ("Yours", "succeeded")
