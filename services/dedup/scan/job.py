"""The work of a full scan: who shares a clue is written down, then pair after pair is compared.

Each step is one transaction with its checkpoint. Comparing is done before it, outside of any; a customer who
changed meanwhile is left to whoever indexes them. A scan reads the index when no other is at work, and nobody
makes the index anew: until then it waits, so that it follows a rebuild however that ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Unavailable
from servicekit.jobs import Progress, Run
from services.dedup.domain.facts import Facts
from services.dedup.domain.score import compare
from services.dedup.index.repository import lock
from services.dedup.pairs import finding, statements
from services.dedup.pairs.domain.clusters import clusters_of
from services.dedup.pairs.repository import Ends, Found, put, recluster
from services.dedup.scan import repository
from services.dedup.scan.candidates import MAX_GROUP
from services.dedup.scan.kind import KIND, REBUILD
from services.dedup.scan.reading import Candidates, read_candidates, write_candidates

_STEP: Final = 8_000
_CLUSTERS_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Compared:
    """The next candidates: whom they were found alike, which pairs of before they no longer are."""

    last: int
    count: int
    hashes: dict[UUID, str]  # of the facts that were compared
    told: set[Ends]
    alike: list[Found]
    unlike: list[Ends]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """(pair, its cluster so far, its cluster), where the two differ."""

    changes: list[tuple[UUID, UUID, UUID]]


class ScanPairs:
    """The handler of servicekit.jobs."""

    kind = KIND

    def prepare(self, run: Run) -> Candidates | Compared | Regrouped:
        """What the next step will write: all the reading and comparing, without a transaction."""
        if "after" not in run.job.state:
            with run.database.reading() as connection:
                _check_turn(connection, run.job.id)
            with run.patient_connection() as connection:
                return read_candidates(connection.connection.driver_connection)
        if run.job.done < (run.job.total or 0):
            return _compared(run)
        return _regrouped(run)

    def step(self, run: Run, uow: UnitOfWork, prepared: Candidates | Compared | Regrouped) -> Progress:
        match prepared:
            case Candidates():
                return _plan(run, uow, prepared)
            case Compared():
                return _write(run, uow, prepared)
            case Regrouped():
                return _finish(uow, prepared)


def _plan(run: Run, uow: UnitOfWork, candidates: Candidates) -> Progress:
    """The table is emptied first: that waits for another scan, which is seen then."""
    connection = uow.connection
    repository.forget_candidates(connection)
    _check_turn(connection, run.job.id)
    count = write_candidates(connection.connection.driver_connection, candidates)
    total = repository.add_others(connection, count=count, most=MAX_GROUP)
    counts = {"customers": len(candidates.ids), "compared": 0, "found": 0, "removed": 0}
    return Progress(state={"after": 0}, total=total, done=0, counts=counts)


def _check_turn(connection: Connection, job_id: UUID) -> None:
    """Raises Unavailable, upon which the job waits."""
    if repository.is_another_at_work(connection, kinds=[KIND, REBUILD], job_id=job_id):
        raise Unavailable("scan_running")


def _compared(run: Run) -> Compared:
    with run.database.reading() as connection:
        ends, last = repository.candidates_after(connection, run.job.state["after"], limit=_STEP)
        ids = _members(ends)
        known = repository.facts_of(connection, ids)
        told = finding.said(connection, statements.TOLD, ids)
        alike = list(_alike(ends, {id_: facts for id_, (_, facts) in known.items()}, told))
        found = {each.ends for each in alike}
        unlike = repository.paired_among(connection, [each for each in ends if each not in found])
    hashes = {id_: hash_ for id_, (hash_, _) in known.items()}
    return Compared(last, len(ends), hashes, told, alike, unlike)


def _alike(ends: Iterable[Ends], texts: dict[UUID, str], told: set[Ends]) -> Iterator[Found]:
    facts = {id_: Facts.load(jsonio.loads(text)) for id_, text in texts.items()}
    for first, second in ends:
        if first in facts and second in facts:
            likeness = compare(facts[first], facts[second], told=(first, second) in told)
            if likeness:
                yield Found(first, second, likeness)


def _write(run: Run, uow: UnitOfWork, compared: Compared) -> Progress:
    """Under the lock of all who write pairs, so what is known of somebody stays as it is until the end."""
    connection = uow.connection
    lock(connection)
    members = _members([*(each.ends for each in compared.alike), *compared.unlike])
    hashes = repository.hashes_of(connection, members)
    told = finding.said(connection, statements.TOLD, members)

    def is_as_compared(ends: Ends) -> bool:
        same = all(hashes.get(id_) == compared.hashes.get(id_) for id_ in ends)
        return same and (ends in told) == (ends in compared.told)

    alike = [each for each in compared.alike if is_as_compared(each.ends)]
    decided = finding.said(connection, statements.DECIDED, members) if alike else set()
    found = [each for each in alike if each.ends not in decided]
    gone = [*filter(is_as_compared, compared.unlike), *(e.ends for e in alike if e.ends in decided)]
    removed = _put(connection, found, gone)
    counts = {**run.job.counts}
    counts["compared"] += compared.count
    counts["found"] += len(found)
    counts["removed"] += removed
    # Without any the rest has been lost with whatever happened to the table: there is nothing more to do.
    done = compared.last if compared.count else run.job.total
    return Progress(state={"after": compared.last}, done=done, counts=counts)


def _put(connection: Connection, found: list[Found], gone: list[Ends]) -> int:
    """How many pairs there were of those that are gone."""
    removed = repository.remove(connection, gone)
    added = put(connection, found, utc_now())
    touched = {end for row in (*removed, *added) for end in (row.first_id, row.second_id)}
    recluster(connection, touched, clusters={row.cluster_id for row in removed})
    return len(removed)


def _regrouped(run: Run) -> Regrouped:
    with run.database.reading() as connection:
        edges, so_far = repository.all_pairs(connection)
    now = clusters_of(edges)
    return Regrouped([(id_, old, now[id_]) for id_, old in so_far.items() if now[id_] != old])


def _finish(uow: UnitOfWork, regrouped: Regrouped) -> Progress:
    lock(uow.connection)
    for start in range(0, len(regrouped.changes), _CLUSTERS_AT_ONCE):
        repository.set_clusters(uow.connection, regrouped.changes[start : start + _CLUSTERS_AT_ONCE])
    repository.forget_candidates(uow.connection)
    return Progress(finished=True)


def _members(pairs: Iterable[Ends]) -> list[UUID]:
    return sorted({id_ for pair in pairs for id_ in pair})
