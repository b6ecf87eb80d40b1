"""The lease of a job: who holds it may write what became of the work, and nobody else can.

Every statement here says `WHERE lease_token = :token`. A worker that was stopped, or that lost its
connection, finds no row once another has taken over, and its transaction is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, CursorResult, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.database.unit_of_work import Transactions, UnitOfWork
from servicekit.jobs.handler import Progress
from servicekit.jobs.rows import COLUMNS, Job, to_job

MAX_TAKEOVERS: Final = 20

# Oldest first, so that a job whose time slice is over comes after all others. `mine` is the lease that
# this process held last: what became of it is not known if the database went away meanwhile.
_CLAIM: Final = text(f"""
    WITH next AS MATERIALIZED (
        SELECT id, lease_token IS NOT NULL AND lease_token IS DISTINCT FROM :mine AS ran_out FROM job
        WHERE status IN ('queued', 'running') AND run_after <= now() AND kind = ANY(:kinds)
            AND (lease_token IS NULL OR lease_until < now() OR lease_token = :mine)
        ORDER BY run_after, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE job SET lease_token = :token, lease_until = now() + make_interval(secs => :seconds),
        status = 'running', started_at = coalesce(started_at, now()),
        takeovers = takeovers + next.ran_out::int, version = version + (status = 'queued')::int
    FROM next WHERE job.id = next.id
    RETURNING {COLUMNS}, takeovers
""")
_RENEW: Final = """
    UPDATE job SET lease_until = now() + make_interval(secs => %(seconds)s)
    WHERE id = %(id)s AND lease_token = %(token)s RETURNING cancel_requested
"""
_GIVE_BACK: Final = """
    UPDATE job SET lease_token = NULL, lease_until = NULL, run_after = now()
    WHERE id = %(id)s AND lease_token = %(token)s
"""
# The last statement of a step's transaction: its effect stands with this row, or not at all.
_RECORD: Final = text(f"""
    UPDATE job SET state = coalesce(:state, state), counts = coalesce(:counts, counts),
        done = coalesce(:done, done), total = coalesce(:total, total), problem = :problem,
        attempts = 0, takeovers = 0, version = version + 1, status = coalesce(:status, status),
        finished_at = CASE WHEN :status <> 'awaiting_input' THEN now() END,
        lease_token = CASE WHEN CAST(:status AS text) IS NULL THEN lease_token END,
        lease_until = CASE WHEN CAST(:status AS text) IS NULL THEN lease_until END
    WHERE id = :id AND lease_token = :token
    RETURNING {COLUMNS}
""").bindparams(*(bindparam(name, type_=JSONB(none_as_null=True)) for name in ("state", "counts", "problem")))
_END: Final = text("""
    UPDATE job SET status = :status, problem = :problem, finished_at = now(), version = version + 1,
        lease_token = NULL, lease_until = NULL
    WHERE id = :id AND lease_token = :token
""").bindparams(bindparam("problem", type_=JSONB(none_as_null=True)))
_PUT_OFF: Final = text("""
    UPDATE job SET lease_token = NULL, lease_until = NULL, attempts = attempts + :failures,
        run_after = now() + make_interval(secs => :seconds)
    WHERE id = :id AND lease_token = :token
""")


class LeaseLost(Exception):
    """Another worker has the job now. Nothing of what was about to be written has happened."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one job, as long as it is renewed."""

    job_id: UUID
    token: UUID

    @property
    def _key(self) -> dict[str, Any]:
        return {"id": self.job_id, "token": self.token}

    def renew(self, connection: Any, *, seconds: float) -> bool | None:
        """Whether a cancel was asked for; None when the lease is another's. On a psycopg connection."""
        row = connection.execute(_RENEW, {**self._key, "seconds": seconds}).fetchone()
        return None if row is None else bool(row[0])

    def give_back(self, connection: Any) -> None:
        """Anybody may go on with the job, at once. On a psycopg connection."""
        connection.execute(_GIVE_BACK, self._key)

    def record(self, uow: UnitOfWork, progress: Progress) -> Job:
        """The end of a step, in its transaction. Raises LeaseLost, which undoes the step."""
        values = {
            **self._key,
            "state": progress.state,
            "counts": progress.counts,
            "done": progress.done,
            "total": progress.total,
            "problem": progress.problem,
            "status": progress.status,
        }
        row = uow.connection.execute(_RECORD, values).first()
        if row is None:
            raise LeaseLost
        return to_job(row)

    def end(self, connection: Connection, *, status: str, problem: dict[str, Any] | None = None) -> None:
        """Without another step: cancelled, or failed for good. Raises LeaseLost."""
        _held(connection.execute(_END, {**self._key, "status": status, "problem": problem}))

    def put_off(self, connection: Connection, *, seconds: float = 0.0, failed: bool = False) -> None:
        """Back into the queue, behind those that wait, in `seconds` at the earliest. Raises LeaseLost."""
        _held(connection.execute(_PUT_OFF, {**self._key, "seconds": seconds, "failures": int(failed)}))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours. `takeovers`: how many leases of it ran out in a row, with no step in between."""

    lease: Lease
    job: Job
    takeovers: int


def _held(result: CursorResult[Any]) -> None:
    if result.rowcount == 0:
        raise LeaseLost


def claim(
    db: Transactions, *, kinds: Iterable[str], seconds: float, mine: UUID | None = None
) -> Claimed | None:
    """The job whose turn it is, if there is one that nobody works on. Two workers never get the same."""
    token = uuid4()
    with db.unit_of_work() as uow:
        values = {"kinds": list(kinds), "seconds": seconds, "mine": mine, "token": token}
        row = uow.connection.execute(_CLAIM, values).first()
    return None if row is None else Claimed(Lease(row.id, token), to_job(row), row.takeovers)
