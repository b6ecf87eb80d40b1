"""The flow of one batch: whose conversations they are, what is new in them, what that changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.ids import new_id
from services.customers.configuration import Configuration
from services.customers.errors import ChangedMeanwhile
from services.customers.history import announcements, people, repository, senders
from services.customers.history.domain.batch import Batch, Key, by_conversation
from services.customers.history.domain.conversation import Parts, fold, in_team
from services.customers.history.domain.heard import Heard
from services.customers.history.repository import Activity, Written
from services.customers.history.senders import Senders


@dataclass(slots=True)
class Recorded:
    """What became of each conversation: as it was (empty for a new one) and as it is."""

    before: dict[Key, Parts] = field(default_factory=dict)
    after: dict[Key, Parts] = field(default_factory=dict)
    activities: dict[UUID, Activity] = field(default_factory=dict)


def record(uow: UnitOfWork, heard: Iterable[Heard], *, configuration: Configuration, now: datetime) -> None:
    """Everything that these events mean, or nothing. Raises BadEvent, or ChangedMeanwhile: start again."""
    batch = by_conversation(heard, configuration.directory)
    if not batch.conversations:
        return
    found = senders.find_or_create(uow.connection, batch, configuration=configuration, now=now)
    recorded = _write(uow, batch, found, configuration)
    repository.add_activity(uow.connection, recorded.activities)
    repository.count_unknown_teams(uow.connection, batch.unknown_teams, now=now)
    changed = people.update(uow.connection, found, before=recorded.before, after=recorded.after, now=now)
    announcements.announce(uow, found, recorded.activities, changed)


def _write(uow: UnitOfWork, batch: Batch, found: Senders, configuration: Configuration) -> Recorded:
    before = repository.read(uow.connection, [each.id for each in found.known.values()])
    ids = {key: found.known[key].id if key in found.known else new_id() for key in batch.conversations}
    recorded = Recorded()
    for key, told in batch.conversations.items():
        known = recorded.before[key] = before.get(ids[key], {})
        parts = fold(known, told.parts) if known else told.parts
        recorded.after[key] = in_team(parts, senders.fallback_team(told, configuration))
    _insert(uow, batch, found, recorded, ids)
    told_messages = (
        (ids[k], k, m) for k, told in batch.conversations.items() for m in told.messages.values()
    )
    new_messages = repository.add_messages(uow.connection, told_messages)
    _update(uow, found, recorded, new_messages)
    recorded.activities = _activities(batch, found, new_messages, ids)
    return recorded


def _insert(uow: UnitOfWork, batch: Batch, found: Senders, recorded: Recorded, ids: dict[Key, UUID]) -> None:
    """New conversations are written with the number of their messages: all of them are new, too."""
    new = [
        Written(ids[key], found.outcomes[key].customer_id, key, recorded.after[key], len(told.messages))
        for key, told in batch.conversations.items()
        if key not in found.known
    ]
    # Sorted, so that two batches with the same conversations wait for each other in one order.
    if not repository.insert(uow.connection, sorted(new, key=lambda each: each.key)):
        raise ChangedMeanwhile


def _update(uow: UnitOfWork, found: Senders, recorded: Recorded, new_messages: dict[UUID, int]) -> None:
    changed = [
        Written(known.id, known.customer_id, key, recorded.after[key], new_messages.get(known.id, 0))
        for key, known in found.known.items()
        if new_messages.get(known.id) or recorded.after[key] != recorded.before[key]
    ]
    repository.update(uow.connection, changed)


def _activities(
    batch: Batch, found: Senders, new_messages: dict[UUID, int], ids: dict[Key, UUID]
) -> dict[UUID, Activity]:
    """By the customer a conversation was written with; its root shows the last interaction of all."""
    activities: dict[UUID, Activity] = {}
    for key, told in batch.conversations.items():
        owner, last_at = found.outcomes[key], told.last_interaction
        activity = activities.setdefault(owner.customer_id, Activity())
        activity.conversations += key not in found.known
        activity.messages += new_messages.get(ids[key], 0)
        for customer_id in {owner.customer_id, owner.root_id}:
            each = activities.setdefault(customer_id, Activity())
            each.last_at = max(filter(None, (each.last_at, last_at)), default=None)
    return activities
