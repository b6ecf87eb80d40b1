"""A decided batch written at once: a fixed number of statements, however many rows it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from services.customers.bulk.repository import update_customers
from services.customers.fields.domain import values
from services.customers.fields.domain.definitions import Definitions
from services.customers.importing import making
from services.customers.importing.domain.custom import Custom
from services.customers.importing.domain.deciding import Outcome
from services.customers.importing.domain.effects import Effect, effect_of
from services.customers.importing.domain.world import World
from services.customers.importing.loading import COLUMNS
from services.customers.registry import announcements, holders, index, repository, writing
from services.customers.registry.announcements import Changed
from services.customers.registry.domain.customer import Changes, Customer, Tag, differences
from services.customers.registry.domain.united import Reached
from services.customers.registry.holders import Claim, Held, Locked
from services.customers.registry.writing import Work
from services.customers.tags import use as tags

ORIGIN: Final = "import"
Pair = tuple[Customer, Customer]  # before and after
TOLD_AT_ONCE: Final = 500  # customers.changed.v1 names no more


@dataclass(frozen=True, slots=True)
class Numbers:
    """What names became: tags by their folded names, options that rows made by the numbers below zero."""

    tags: Mapping[str, Tag]
    options: Mapping[int, int]
    definitions: Definitions

    def of(self, customer: Customer) -> Customer:
        """As it can be kept."""
        if not self.options and all(tag.id is not None for tag in customer.tags):
            return customer
        kept = tuple({t.id: t for t in (self._tag(tag) for tag in customer.tags)}.values())
        return replace(customer, tags=kept, option_ids=self.options_of(customer.option_ids))

    def options_of(self, numbers: Iterable[int]) -> tuple[int, ...]:
        if not self.options:
            return tuple(numbers)
        return tuple(sorted({self.options.get(n, n) for n in numbers}))

    def tag_number(self, folded: str) -> int:
        number = self.tags[folded].id
        assert number is not None, "it was kept before"
        return number

    def _tag(self, tag: Tag) -> Tag:
        return tag if tag.id is not None else self.tags[tag.folded]


@dataclass(frozen=True, slots=True)
class Saved:
    """Versions as the batch left them, and by its row what each changed."""

    versions: Mapping[UUID, int]
    effects: Mapping[int, Effect]


def save(work: Work, world: World, custom: Custom, outcomes: Sequence[Outcome], locked: Locked) -> Saved:
    """The caller locked all that is written."""
    numbers = _numbers(work, world, custom)
    made = [numbers.of(world.customers[id_]) for id_ in world.made_by]
    changed = [
        (before, numbers.of(world.customers[id_]))
        for id_, before in world.before.items()
        if world.customers[id_] is not before
    ]
    author = work.author(ORIGIN)
    repository.insert_customers(work.uow.connection, made, author=author)
    told = [Changed(customer.id, 1, 1, "created") for customer in made]
    told += change(work, changed, numbers.definitions)
    _claim(work, made, changed, locked.held)
    tell(work, told)
    _announce_duplicates(work, outcomes)
    return Saved(_versions(world), _effects(world, numbers, outcomes))


def tell(work: Work, told: Sequence[Changed]) -> None:
    for start in range(0, len(told), TOLD_AT_ONCE):
        work.uow.outbox.add(announcements.customers_changed_v1(told[start : start + TOLD_AT_ONCE]))


def _numbers(work: Work, world: World, custom: Custom) -> Numbers:
    written = [c for id_, c in world.customers.items() if world.before.get(id_) is not c]
    used = {tag.folded: tag for c in written for tag in c.tags}
    fresh = [tag for tag in used.values() if tag.id is None]
    known = tags.keep_named(work.uow.connection, fresh, at=work.at) if fresh else {}
    wanted = {n for c in written for n in c.option_ids if n < 0}
    options = making.make_options(work.uow.connection, custom.made, wanted) if wanted else {}
    definitions = work.configuration.fields
    if options:
        definitions = making.definitions_now(work.uow.connection)
    return Numbers({**used, **known}, options, definitions)


def change(work: Work, changed: Sequence[Pair], definitions: Definitions) -> list[Changed]:
    """Rows, contact points, index and history of customers that the caller locked. What to tell of it."""
    if not changed:
        return []
    connection = work.uow.connection
    update_customers(connection, [after for _, after in changed], columns=COLUMNS, at=work.at)
    repository.save_points_of_many(connection, reaching(changed))
    index.refresh(connection, [after.id for _, after in changed])
    history = [(before, _differences(definitions, before, after)) for before, after in changed]
    entries = ((before.id, each) for before, found in history for each in found)
    repository.record_changes(connection, entries, author=work.author(ORIGIN))
    return [
        Changed(c.id, c.version + 1, c.revision + 1, "updated", [each.field for each in found])
        for c, found in history
    ]


def reaching(changed: Iterable[Pair]) -> list[tuple[Reached, Reached]]:
    """Before and after, of whom contact points changed."""
    return [
        (before.reached, after.reached)
        for before, after in changed
        if before.reached and after.reached and before.reached is not after.reached
    ]


def _claim(work: Work, made: Iterable[Customer], changed: Iterable[Pair], held: Held) -> None:
    """What was made holds its addresses, what was changed those that are new to it. Nothing is freed."""
    claims: list[Claim] = [(it, c.id) for c in made for it in {p.identity: None for p in c.points}]
    for before, after in reaching(changed):
        claims += after.held - before.held
    holders.claim(work.uow.connection, writing.in_lock_order(claims), held=held)


def _differences(definitions: Definitions, before: Customer, after: Customer) -> Changes:
    return differences(
        before, after, shown=lambda each: values.render(definitions, each.custom, each.option_ids)
    )


def _announce_duplicates(work: Work, outcomes: Iterable[Outcome]) -> None:
    """Only where they are let through there are any."""
    for outcome in outcomes:
        if outcome.duplicates and outcome.customer:
            work.uow.outbox.add(
                announcements.duplicate_detected_v1(
                    outcome.customer,
                    outcome.duplicates.customers,
                    decision="undecided",
                    matched_on=outcome.duplicates.matched_on,
                )
            )


def _versions(world: World) -> dict[UUID, int]:
    return {
        id_: customer.version + 1
        if (before := world.before.get(id_)) and before is not customer
        else customer.version
        for id_, customer in world.customers.items()
    }


def _effects(world: World, numbers: Numbers, outcomes: Iterable[Outcome]) -> dict[int, Any]:
    """Of who was made in this batch nothing: it goes as a whole."""
    effects = {}
    for outcome in outcomes:
        if outcome.before and outcome.after and outcome.before.id not in world.made_by:
            before, after = (
                replace(each, option_ids=numbers.options_of(each.option_ids))
                for each in (outcome.before, outcome.after)
            )
            effects[outcome.row.n] = effect_of(
                before, after, definitions=numbers.definitions, tag_number=numbers.tag_number
            )
    return effects
