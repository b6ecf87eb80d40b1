"""The flow of one batch: whose it is, what is new in it, what that changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.ids import new_id
from services.customers.configuration import Configuration
from services.customers.history import announcements, counters, people, precedence, repository, senders
from services.customers.history.domain.batch import Batch, by_thing
from services.customers.history.domain.counted import differences
from services.customers.history.domain.heard import Heard, Key
from services.customers.history.domain.parts import CONTACT, CONVERSATION, Parts, fold, in_team
from services.customers.history.repository import Activity, Written
from services.customers.history.senders import Senders
from services.customers.outreach import replies


@dataclass(slots=True)
class Recorded:
    """What became of each thing: as it was (empty for a new one) and as it is; messages it gained."""

    ids: dict[Key, UUID]
    before: dict[Key, Parts] = field(default_factory=dict)
    after: dict[Key, Parts] = field(default_factory=dict)
    new_messages: dict[Key, int] = field(default_factory=dict)


def record(uow: UnitOfWork, heard: Iterable[Heard], *, configuration: Configuration, now: datetime) -> None:
    """Everything that these events mean, or nothing. Raises BadEvent, or ChangedMeanwhile: start again."""
    batch = by_thing(heard, configuration.directory)
    if not batch.things:
        return
    found = senders.find_or_create(uow.connection, batch, configuration=configuration, now=now)
    recorded = _write(uow, batch, found, configuration)
    repository.add_activity(uow.connection, _activities(batch, found, recorded))
    counters.add(uow.connection, differences(_moves(found, recorded)))
    repository.count_unknown_teams(uow.connection, batch.unknown_teams, now=now)
    replies.close(uow.connection, _starts(batch, recorded))
    changed = people.update(uow.connection, found, before=recorded.before, after=recorded.after, now=now)
    announcements.announce(uow, found, _news(batch, found, recorded), changed)


def _write(uow: UnitOfWork, batch: Batch, found: Senders, configuration: Configuration) -> Recorded:
    before = repository.read(uow.connection, [each.id for each in found.known.values()])
    known = found.known
    recorded = Recorded({key: known[key].id if key in known else new_id() for key in batch.things})
    for key, told in batch.things.items():
        there = recorded.before[key] = before.get(recorded.ids[key], {})
        parts = fold(there, told.parts) if there else told.parts
        recorded.after[key] = in_team(parts, senders.fallback_team(told, configuration))
    _insert(uow, batch, found, recorded)
    told_messages = (
        (recorded.ids[k], k, m) for k, told in batch.things.items() for m in told.messages.values()
    )
    added = repository.add_messages(uow.connection, told_messages)
    recorded.new_messages = {key: added.get(id, 0) for key, id in recorded.ids.items()} if added else {}
    _update(uow, found, recorded)
    return recorded


def _insert(uow: UnitOfWork, batch: Batch, found: Senders, recorded: Recorded) -> None:
    """New conversations are written with the number of their messages: all of them are new, too."""
    new = [
        Written(
            recorded.ids[key], found.outcomes[key].customer_id, key, recorded.after[key], len(told.messages)
        )
        for key, told in batch.things.items()
        if key not in found.known
    ]
    superfluous = _superfluous(uow, new, found)
    kept = [each for each in new if each.id not in superfluous]
    # Sorted, so that two batches with the same things wait for each other in one order.
    if not repository.insert(uow.connection, sorted(kept, key=lambda each: each.key)):
        raise ChangedMeanwhile


def _superfluous(uow: UnitOfWork, new: list[Written], found: Senders) -> set[UUID]:
    """Some sources tell every day who everybody is: what adds nothing to what is kept is not kept."""
    told = [each for each in new if each.key[2] == CONTACT and not found.outcomes[each.key].created]
    asked = [
        {
            "id": each.id,
            "customer_id": each.customer_id,
            "source": each.key[0],
            "name": each.parts["name"][0] if "name" in each.parts else None,
            "first": each.parts["first"][0],
        }
        for each in told
    ]
    return precedence.add_nothing(uow.connection, asked)


def _update(uow: UnitOfWork, found: Senders, recorded: Recorded) -> None:
    new_messages = recorded.new_messages
    changed = [
        Written(known.id, known.customer_id, key, recorded.after[key], new_messages.get(key, 0))
        for key, known in found.known.items()
        if new_messages.get(key) or recorded.after[key] != recorded.before[key]
    ]
    repository.update(uow.connection, changed)


def _activities(batch: Batch, found: Senders, recorded: Recorded) -> dict[UUID, Activity]:
    """By the customer that something was written with; its root shows the last interaction of all."""
    activities: dict[UUID, Activity] = {}
    for key, told in batch.things.items():
        owner, last_at = found.outcomes[key], told.last_interaction
        activity = activities.setdefault(owner.customer_id, Activity())
        activity.conversations += key not in found.known and key[2] == CONVERSATION
        activity.messages += recorded.new_messages.get(key, 0)
        activity.own_at = _later(activity.own_at, last_at)
        for customer_id in {owner.customer_id, owner.root_id}:
            each = activities.setdefault(customer_id, Activity())
            each.last_at = _later(each.last_at, last_at)
    return activities


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _moves(found: Senders, recorded: Recorded) -> Iterable[tuple[UUID, str, Parts, Parts]]:
    for key, after in recorded.after.items():
        yield found.outcomes[key].customer_id, key[2], recorded.before[key], after


def _starts(batch: Batch, recorded: Recorded) -> list[replies.Started]:
    return [
        (request, key[0], recorded.ids[key], at)
        for key, told in batch.things.items()
        for request, at in told.requests
    ]


def _news(batch: Batch, found: Senders, recorded: Recorded) -> announcements.News:
    """New conversations and messages; appointments and purchases that are new or not what they were."""
    news = announcements.News()
    for key, after in recorded.after.items():
        before, kind, messages = recorded.before[key], key[2], recorded.new_messages.get(key, 0)
        is_news = before != after if kind in announcements.SHOWN_AS_THEY_ARE else not before
        if is_news or messages:
            news.add(found.outcomes[key].root_id, kind, after, is_news=is_news, messages=messages)
    return news
