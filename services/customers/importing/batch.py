"""One batch of an import, checked or run: read, decide, write, answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from directory.model import Directory
from servicekit.errors import Forbidden, Invalid
from servicekit.ids import new_id
from services.customers.importing import answers, effects, loading, rights, saving
from services.customers.importing.domain.asked import Json, Options, Reader, Row
from services.customers.importing.domain.custom import Custom
from services.customers.importing.domain.deciding import Rules, decide
from services.customers.importing.domain.people import People
from services.customers.importing.domain.world import World
from services.customers.registry import duplicates, holders, writing
from services.customers.registry.domain.matches import Matches
from services.customers.registry.holders import Locked
from services.customers.registry.writing import Work
from services.customers.tags import use as tags
from services.customers.visibility import own_teams

_FOR_THE_RUN: Final = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one import, read."""

    run: UUID
    rows: Sequence[Row]
    options: Options

    @classmethod
    def read(cls, run: UUID, rows: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> Batch:
        """Raises Invalid for what no import sends."""
        reader = Reader()
        batch = Batch(run, [reader.row(row) for row in rows], reader.options(options))
        if len({row.n for row in batch.rows}) != len(batch.rows):
            raise Invalid.at("/rows", "invalid_list", "each row once")
        return batch


def knows_everybody(directory: Directory, batch: Batch) -> bool:
    """Whether there is every team and user whom the rows name."""
    people = People(directory, lambda user, teams: None)
    teams = {team for row in batch.rows for team in row.teams} | set(map(str, batch.options.teams))
    return people.knows(teams, {row.assignee for row in batch.rows if row.assignee})


def check(work: Work, batch: Batch) -> Json:
    """What a run would do, and nothing done; agents are told of hidden customers only so often here, too.

    One answer of the hour is left for the run: there is always somebody who came in between.
    """
    left = duplicates.take_turn_for_many(work.uow.connection, work.scope, at=work.at)
    left = None if left is None else max(0, left - _FOR_THE_RUN)
    world = loading.read(work.uow.connection, work, batch.rows, answers_left=left)
    outcomes = decide(_rules(work, batch), world, batch.rows)
    _spend(work, world)
    rows = [answers.planned(outcome, world) for outcome in outcomes]
    return {"rows": rows, "budget_exhausted": world.exhausted}


def run(work: Work, batch: Batch) -> Json:
    """Each row takes effect, once: what was done before is answered as it was then."""
    connection = work.uow.connection
    if not batch.rows:
        return {"rows": [], "budget_exhausted": False}
    effects.take_turn(connection, batch.run, first=batch.rows[0].n)
    done = effects.find(connection, batch.run, [row.n for row in batch.rows])
    again = [row.n for row in batch.rows if (row.target or row.again) and _is_open(done.get(row.n))]
    effects.forget_rows(connection, batch.run, again)
    rows = [row for row in batch.rows if row.n not in done or row.n in again]
    left = duplicates.take_turn_for_many(connection, work.scope, at=work.at)
    world, locked = loading.lock(work, rows, answers_left=left)
    rules = _rules(work, batch)
    outcomes = decide(rules, world, rows)
    saved = saving.save(work, world, rules.custom, outcomes, locked)
    _forget_unused(connection, world, locked)
    _spend(work, world, locked)
    told = {outcome.row.n: answers.done(outcome, world, saved.versions) for outcome in outcomes}
    kept = [answers.kept(outcome, told[outcome.row.n], saved.effects) for outcome in outcomes]
    effects.add(connection, batch.run, kept, at=work.at)
    told |= {n: answers.repeated(row) for n, row in done.items() if n not in told}
    return {"rows": [told[row.n] for row in batch.rows], "budget_exhausted": world.exhausted}


def _is_open(done: Any) -> bool:
    """It waits for somebody to decide."""
    return done is not None and done.outcome in ("needs_review", "refused")


def _rules(work: Work, batch: Batch) -> Rules:
    rights.check_options(work, batch.options)
    if not work.scope.is_admin and any(row.target or row.again for row in batch.rows):
        raise Forbidden("administrators_only")
    own = None if work.scope.is_admin else frozenset(own_teams(work.scope))
    named = {tag.folded for row in batch.rows for tag in row.form.tags.add}
    named |= {tag.folded for tag in batch.options.tags}
    return Rules(
        batch.options,
        People(work.configuration.directory, partial(writing.check_assignee, work), own),
        Custom(work.configuration.fields, batch.options.unknown_options, new_id),
        tags.find(work.uow.connection, sorted(named)),
        work.at,
        new_id,
    )


def _spend(work: Work, world: World, locked: Locked | None = None) -> None:
    """Each answer that told of somebody hidden is recorded."""
    if not world.hidden_met:
        return
    identities = loading.identities_of(world.hidden_met)
    held = locked.held if locked else holders.find_holders(work.uow.connection, identities)
    for row in world.hidden_met:
        found = writing.others(row.addresses, held)
        hidden = found.among([root for root in found.customers if root not in world.customers])
        duplicates.spend(
            work.uow.connection, work.scope, hidden or Matches(), hidden=hidden or None, at=work.at
        )


def _forget_unused(connection: Connection, world: World, locked: Locked) -> None:
    """Keys of addresses that no row brought in after all."""
    unused = frozenset(it for it in locked.fresh if it not in world.holders)
    holders.forget(connection, Locked({}, unused))
