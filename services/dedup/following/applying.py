"""News about customers, written into the index, with the pairs that come of them: in one transaction."""

from __future__ import annotations

from datetime import datetime

from servicekit.database import UnitOfWork
from services.dedup.following import purge
from services.dedup.following.domain.told import Told
from services.dedup.index import repository as index
from services.dedup.index.news import News
from services.dedup.pairs import finding, repository


def apply(uow: UnitOfWork, news: News, told: Told, *, at: datetime) -> None:
    """`told` is what the news were asked for, or nothing. Twice without harm."""
    connection = uow.connection
    index.lock(connection)
    changes = index.read(connection, news)
    met = finding.meet(connection, changes)
    index.put(connection, changes)
    for ends, fields in sorted(told.together.items()):
        repository.tell(connection, [ends], fields=fields, at=at)
    if told.allowed:
        repository.decide(connection, sorted(told.allowed), origin=repository.ALLOWED, by=None, at=at)
    owners = finding.owners(connection, told.of_pairs)
    finding.remake(connection, met, others=owners, left=changes.left, at=at)
    if told.purged:
        purge.purge(connection, told.purged, at=at)
